#pragma once

#include <map>
#include <optional>
#include <string>

#include "scan/clock_texts.h"

namespace lab::scan {

/// What happens to a record that does not fit the schema.
enum class ParseMode { Permissive, DropMalformed, FailFast };

/// What becomes of a quoted field whose quotes close before it ends: `"a"b,c`.
enum class QuoteHandling {
  StopAtDelimiter,     ///< plain text with its quotes, up to the next separator
  StopAtClosingQuote,  ///< goes on up to a quote that a separator follows
  BackToDelimiter,     ///< as if nothing had been quoted up to there
  SkipValue,           ///< NULL
  RaiseError,
};

/// Spark's options of reading CSV, with its defaults. Keys are lower case.
struct CsvOptions {
  std::string separator = ",";
  char quote = '"';    ///< 0: none
  char escape = '\\';  ///< 0: none
  char escape_of_escape = '\\';
  char comment = 0;    ///< 0: none
  bool has_header = false;
  bool infers_schema = false;
  bool prefers_date = true;
  bool skips_leading_blanks = false, skips_trailing_blanks = false;
  bool is_multi_line = false;
  std::string null_value, empty_value;
  std::string nan_value = "NaN", positive_infinity = "Inf", negative_infinity = "-Inf";
  ClockFormats clocks;
  ParseMode mode = ParseMode::Permissive;
  std::string corrupt_column = "_corrupt_record";
  std::string line_separator;  ///< empty: \n, \r\n and \r
  std::string encoding = "UTF-8";
  double sampling_ratio = 1;
  QuoteHandling quote_handling = QuoteHandling::StopAtDelimiter;
  int max_columns = 20480;
  int max_characters = -1;  ///< of one field; not positive: no limit
  bool enforces_schema = true;

  /// Throws INVALID_… conditions for values that Spark refuses; unknown keys are other readers' business.
  static CsvOptions parse(const std::map<std::string, std::string>& options);
};

/// `true` or `false` in any case. Throws for anything else, naming `key`.
bool parse_flag(const std::map<std::string, std::string>& options, const std::string& key, bool otherwise);

}  // namespace lab::scan
