#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "types/value.h"

namespace lab::sql {

/// `[interval] 1 year -2 days 3.5 seconds`: Spark's stringToInterval, any case; only seconds may have a fraction.
/// nullopt when the text is no interval or overflows.
std::optional<types::CalendarInterval> read_interval(std::string_view text);

/// `[+-]y-m` in months, which may be more than an interval holds; nullopt when it does not match.
std::optional<std::int64_t> read_year_to_month(std::string_view text);

/// `[+-]d h:m:s.n` or the part of it between two fields, in microseconds. Field numbers as types::DayTimeField.
std::optional<std::int64_t> read_day_to_second(std::string_view text, int from, int to);

}  // namespace lab::sql
