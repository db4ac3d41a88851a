#pragma once

#include <map>
#include <string>

#include "scan/clock_texts.h"
#include "scan/csv_options.h"

namespace lab::scan {

/// Spark's options of reading JSON, with its defaults.
struct JsonOptions {
  bool primitives_as_string = false, prefers_decimal = false, infers_timestamp = false, drops_null_fields = false;
  bool allows_comments = false, allows_unquoted_names = false, allows_single_quotes = true, allows_leading_zeros = false;
  bool allows_any_escape = false, allows_control_characters = false, allows_special_numbers = true;
  bool is_multi_line = false;
  int max_depth = 1000, max_number_length = 1000;
  ParseMode mode = ParseMode::Permissive;
  std::string corrupt_column = "_corrupt_record";
  std::string line_separator;  ///< empty: \n, \r\n and \r
  std::string encoding = "UTF-8";
  double sampling_ratio = 1;
  ClockFormats clocks;

  /// Keys of `options` are lower case. Throws for values that Spark refuses; unknown keys are other readers' business.
  static JsonOptions parse(const std::map<std::string, std::string>& options);
};

/// PERMISSIVE unless the option `mode` says otherwise; unknown modes are PERMISSIVE, as in Spark.
ParseMode parse_mode(const std::map<std::string, std::string>& options);

}  // namespace lab::scan
