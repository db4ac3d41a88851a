#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compute/moments.h"

/// Intervals of text and as they print; fields are numbered as in types::DayTimeField and YearMonthField.
namespace lab::compute {

/// `INTERVAL DAY TO SECOND`, as errors name the type.
std::string day_time_name(int first, int last);
std::string year_month_name(int first, int last);
/// `INTERVAL '1 02:03:04.5' DAY TO SECOND`, as a cast to string prints it.
std::string day_time_text(std::int64_t micros, int first, int last);
std::string year_month_text(std::int32_t months, int first, int last);
/// `1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds`.
std::string interval_text(const Interval& interval);

/// `1 02:03:04.5`, `INTERVAL '1 02' DAY TO HOUR`. Nothing when it is none of the wanted fields.
std::optional<std::int64_t> parse_day_time(std::string_view text, int first, int last);
std::optional<std::int32_t> parse_year_month(std::string_view text, int first, int last);
/// `3 days 2 hours`, `interval 1 month`, any units, signs and fractions of seconds.
std::optional<Interval> parse_interval(std::string_view text);

[[noreturn]] void throw_day_time_format(std::string_view text, int first, int last);
[[noreturn]] void throw_year_month_format(std::string_view text, int first, int last);

/// Microseconds, or months, of one unit of a field.
std::int64_t day_time_unit(int field);
std::int32_t year_month_unit(int field);

}  // namespace lab::compute
