#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scan/clock_texts.h"
#include "scan/csv_options.h"
#include "types/value.h"

namespace lab::scan {

/// What a CSV field means in a type, as Spark's CSV reader converts it: Java's parsers for numbers (no blanks in whole numbers),
/// casts or the given patterns for dates and instants. Nothing for what does not fit. Thread-safe.
class CsvValues {
 public:
  CsvValues(const CsvOptions& options, const std::string& time_zone) : options_(options), clocks_(options.clocks, time_zone) {}

  static std::optional<std::int64_t> integer(std::string_view text, std::int64_t least, std::int64_t greatest);
  std::optional<double> real(std::string_view text) const;
  static std::optional<bool> boolean(std::string_view text);
  /// Unscaled, at the type's scale; half up.
  static std::optional<types::Int128> decimal(std::string_view text, int precision, int scale);
  std::optional<std::int32_t> date(std::string_view text) const { return clocks_.date(text); }
  std::optional<std::int64_t> timestamp(std::string_view text) const { return clocks_.timestamp(text); }
  std::optional<std::int64_t> timestamp_ntz(std::string_view text) const { return clocks_.timestamp_ntz(text); }

  /// For inferSchema, which is stricter: a date is `yyyy-MM-dd` or of the given pattern.
  bool is_plain_date(std::string_view text) const { return clocks_.is_plain_date(text); }
  bool is_special_number(std::string_view text) const;

 private:
  const CsvOptions& options_;
  ClockTexts clocks_;
};

}  // namespace lab::scan
