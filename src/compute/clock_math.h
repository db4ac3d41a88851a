#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compute/calendar.h"
#include "compute/moments.h"
#include "compute/zone.h"

/// Arithmetic of dates, instants and intervals.
namespace lab::compute {

Date date_of(Instant instant, const Zone& zone);
Instant start_of(Date date, const Zone& zone);

/// Days are calendar days of the zone, the rest is exact time. Throws ARITHMETIC_OVERFLOW.
Instant add_interval(Instant instant, const Interval& interval, const Zone& zone);
Instant add_months(Instant instant, std::int32_t months, const Zone& zone);
/// A day-time interval: its whole days are calendar days too.
Instant add_day_time(Instant instant, std::int64_t micros, const Zone& zone);
Interval negated(const Interval& interval);

/// `YEAR`, `QUARTER` … `MICROSECOND`.
Instant add_units(std::string_view unit, std::int64_t count, Instant instant, const Zone& zone);
std::int64_t units_between(std::string_view unit, Instant from, Instant to, const Zone& zone);

Instant truncate(Instant instant, Unit unit, const Zone& zone);
double months_between(Instant a, Instant b, bool rounds, const Zone& zone);

/// Nothing for fields out of range; `raises` throws DATETIME_FIELD_OUT_OF_BOUNDS instead.
std::optional<Date> make_date_checked(std::int32_t year, std::int32_t month, std::int32_t day, bool raises);
/// `second_micros` is seconds with their fraction, 60 at most.
std::optional<WallClock> make_clock(std::int32_t year, std::int32_t month, std::int32_t day, std::int32_t hour, std::int32_t minute, std::int64_t second_micros,
                                    bool raises);
std::optional<Date> next_day(Date date, std::string_view name, bool raises);

std::int64_t checked_multiply(std::int64_t a, std::int64_t b);
std::int64_t checked_add(std::int64_t a, std::int64_t b);

}  // namespace lab::compute
