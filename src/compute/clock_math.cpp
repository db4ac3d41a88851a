#include "compute/clock_math.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/overflow.h"

namespace lab::compute {

namespace {

struct ClockSplit {
  Date date;
  std::int64_t of_day = 0;
};
ClockSplit split(std::int64_t local) {
  const std::int64_t days = floor_divide(local, kMicrosPerDay);
  return {Date{static_cast<std::int32_t>(days)}, local - days * kMicrosPerDay};
}
std::int64_t joined(const ClockSplit& clock) {
  return checked_add(checked_multiply(clock.date.days, kMicrosPerDay), clock.of_day);
}

std::string capitals(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

/// The unit's length in months or microseconds.
struct UnitLength {
  std::string_view name;
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
};
const UnitLength& unit_length(std::string_view name) {
  static constexpr std::array<UnitLength, 11> kUnits{{{"YEAR", 12},
                                                      {"QUARTER", 3},
                                                      {"MONTH", 1},
                                                      {"WEEK", 0, 7},
                                                      {"DAY", 0, 1},
                                                      {"DAYOFYEAR", 0, 1},
                                                      {"HOUR", 0, 0, 3'600 * kMicrosPerSecond},
                                                      {"MINUTE", 0, 0, 60 * kMicrosPerSecond},
                                                      {"SECOND", 0, 0, kMicrosPerSecond},
                                                      {"MILLISECOND", 0, 0, 1'000},
                                                      {"MICROSECOND", 0, 0, 1}}};
  const std::string wanted = capitals(name);
  for (const UnitLength& unit : kUnits) {
    if (unit.name == wanted) return unit;
  }
  throw Error(lab::conditions::kInternalError, {{"message", "Got the unexpected unit '" + std::string(name) + "'."}});
}

constexpr std::array<std::string_view, 12> kMonths{"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                                   "MAY",       "JUNE",     "JULY",     "AUGUST",
                                                   "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};

[[noreturn]] void throw_field(std::string message) {
  throw Error(conditions::kDatetimeField,
              {{"rangeMessage", std::move(message)}, {"ansiConfig", std::string(kAnsiConfig)}});
}

std::string range_message(std::string_view field, std::string_view range, std::int64_t value) {
  return "Invalid value for " + std::string(field) + " (valid values " + std::string(range) +
         "): " + std::to_string(value);
}

}  // namespace

std::int64_t checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) throw_overflow("long overflow");
  return result;
}
std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (__builtin_add_overflow(a, b, &result)) throw_overflow("long overflow");
  return result;
}

Date date_of(Instant instant, const Zone& zone) {
  return Date{static_cast<std::int32_t>(floor_divide(zone.local_of_utc(instant.micros), kMicrosPerDay))};
}
Instant start_of(Date date, const Zone& zone) {
  return Instant{zone.utc_of_local(static_cast<std::int64_t>(date.days) * kMicrosPerDay)};
}

Instant add_interval(Instant instant, const Interval& interval, const Zone& zone) {
  ClockSplit clock = split(zone.local_of_utc(instant.micros));
  if (interval.months != 0) clock.date = add_months(clock.date, interval.months);
  clock.date.days += interval.days;
  const bool moved = interval.months != 0 || interval.days != 0;
  const std::int64_t base = moved ? zone.utc_of_local(joined(clock)) : instant.micros;
  return Instant{checked_add(base, interval.micros)};
}

Instant add_months(Instant instant, std::int32_t months, const Zone& zone) {
  return add_interval(instant, {months, 0, 0}, zone);
}

Instant add_day_time(Instant instant, std::int64_t micros, const Zone& zone) {
  return add_interval(instant, {0, static_cast<std::int32_t>(micros / kMicrosPerDay), micros % kMicrosPerDay}, zone);
}

Interval negated(const Interval& interval) { return {-interval.months, -interval.days, -interval.micros}; }

Instant add_units(std::string_view unit, std::int64_t count, Instant instant, const Zone& zone) {
  const UnitLength& length = unit_length(unit);
  const auto small = [&](std::int64_t value) {
    if (value != static_cast<std::int32_t>(value)) throw_overflow("integer overflow");
    return static_cast<std::int32_t>(value);
  };
  if (length.months != 0) return add_months(instant, small(checked_multiply(count, length.months)), zone);
  if (length.days != 0) return add_interval(instant, {0, small(checked_multiply(count, length.days)), 0}, zone);
  return Instant{checked_add(instant.micros, checked_multiply(count, length.micros))};
}

std::int64_t units_between(std::string_view unit, Instant from, Instant to, const Zone& zone) {
  const UnitLength& length = unit_length(unit);
  if (length.micros != 0) return (to.micros - from.micros) / length.micros;
  const std::int64_t a = zone.local_of_utc(from.micros), b = zone.local_of_utc(to.micros);
  if (length.days != 0) return (b - a) / kMicrosPerDay / length.days;
  const ClockSplit x = split(a), y = split(b);
  const CivilDate cx = civil_of(x.date), cy = civil_of(y.date);
  std::int64_t months = (static_cast<std::int64_t>(cy.year) - cx.year) * 12 + cy.month - cx.month;
  const auto rest = [](const CivilDate& civil, const ClockSplit& clock) {
    return civil.day * kMicrosPerDay + clock.of_day;
  };
  if (months > 0 && rest(cy, y) < rest(cx, x)) --months;
  if (months < 0 && rest(cy, y) > rest(cx, x)) ++months;
  return months / length.months;
}

Instant truncate(Instant instant, Unit unit, const Zone& zone) {
  switch (unit) {
    case Unit::Microsecond:
      return instant;
    case Unit::Millisecond:
      return Instant{floor_divide(instant.micros, 1'000) * 1'000};
    case Unit::Second:
      return Instant{floor_divide(instant.micros, kMicrosPerSecond) * kMicrosPerSecond};
    case Unit::Minute:
    case Unit::Hour: {
      const std::int64_t length = (unit == Unit::Minute ? 60 : 3'600) * kMicrosPerSecond;
      const std::int64_t local = zone.local_of_utc(instant.micros), offset = local - instant.micros;
      return Instant{floor_divide(local, length) * length - offset};
    }
    default:
      return start_of(truncate(date_of(instant, zone), unit), zone);
  }
}

double months_between(Instant a, Instant b, bool rounds, const Zone& zone) {
  const ClockSplit x = split(zone.local_of_utc(a.micros)), y = split(zone.local_of_utc(b.micros));
  const CivilDate cx = civil_of(x.date), cy = civil_of(y.date);
  const double months = (static_cast<double>(cx.year) - cy.year) * 12 + cx.month - cy.month;
  const bool last_x = cx.day == days_in_month(cx.year, cx.month), last_y = cy.day == days_in_month(cy.year, cy.month);
  if (cx.day == cy.day || (last_x && last_y)) return months;
  constexpr double kSecondsInMonth = 31.0 * 86'400;
  const std::int64_t seconds =
      (cx.day - cy.day) * std::int64_t{86'400} + x.of_day / kMicrosPerSecond - y.of_day / kMicrosPerSecond;
  const double difference = months + static_cast<double>(seconds) / kSecondsInMonth;
  return rounds ? std::nearbyint(difference * 1e8) / 1e8 : difference;
}

std::optional<Date> make_date_checked(std::int32_t year, std::int32_t month, std::int32_t day, bool raises) {
  const auto date = make_date(year, month, day);
  if (date || !raises) return date;
  if (month < 1 || month > 12) throw_field(range_message("MonthOfYear", "1 - 12", month));
  if (day < 1 || day > 31) throw_field(range_message("DayOfMonth", "1 - 28/31", day));
  if (day == 29) throw_field("Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year");
  throw_field("Invalid date '" + std::string(kMonths[static_cast<std::size_t>(month - 1)]) + " " + std::to_string(day) +
              "'");
}

std::optional<WallClock> make_clock(std::int32_t year, std::int32_t month, std::int32_t day, std::int32_t hour,
                                    std::int32_t minute, std::int64_t second_micros, bool raises) {
  std::int64_t extra = 0;
  if (second_micros == 60 * kMicrosPerSecond) {
    // A leap second is the next minute.
    second_micros = 0;
    extra = 60 * kMicrosPerSecond;
  } else if (second_micros / kMicrosPerSecond == 60 && raises) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(second_micros) / 1e6);
    throw Error(conditions::kFractionOfSecond, {{"secAndMicros", text}});
  }
  const bool valid = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second_micros >= 0 &&
                     second_micros < 60 * kMicrosPerSecond;
  if (!valid && raises) {
    if (hour < 0 || hour > 23) throw_field(range_message("HourOfDay", "0 - 23", hour));
    if (minute < 0 || minute > 59) throw_field(range_message("MinuteOfHour", "0 - 59", minute));
    throw_field(range_message("SecondOfMinute", "0 - 59", second_micros / kMicrosPerSecond));
  }
  if (!valid) return {};
  const auto date = make_date_checked(year, month, day, raises);
  if (!date) return {};
  return WallClock{static_cast<std::int64_t>(date->days) * kMicrosPerDay +
                   (std::int64_t{hour} * 60 + minute) * 60 * kMicrosPerSecond + second_micros + extra};
}

std::optional<Date> next_day(Date date, std::string_view name, bool raises) {
  const auto day = parse_weekday(name);
  if (!day) {
    if (raises) throw Error(conditions::kDayOfWeek, {{"string", std::string(name)}});
    return {};
  }
  return Date{date.days + 1 + static_cast<std::int32_t>(floor_remainder(*day - weekday_of(Date{date.days + 1}), 7))};
}

}  // namespace lab::compute
