#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compute/moments.h"

/// The proleptic Gregorian calendar.
namespace lab::compute {

struct CivilDate {
  std::int32_t year = 1970;
  std::int32_t month = 1, day = 1;
};

Date days_of(const CivilDate& date);
CivilDate civil_of(Date date);
bool is_leap(std::int64_t year);
int days_in_month(std::int64_t year, int month);
/// Nothing for a month or day that there is not.
std::optional<Date> make_date(std::int64_t year, std::int64_t month, std::int64_t day);

/// 0 = Monday.
int weekday_of(Date date);
/// ISO year and week.
struct IsoWeek {
  std::int32_t year = 0;
  std::int32_t week = 0;
};
IsoWeek iso_week_of(Date date);
int day_of_year(Date date);

/// The same day n months later, or the month's last.
Date add_months(Date date, std::int32_t months);

/// Units of trunc and date_trunc.
enum class Unit : std::uint8_t { Microsecond, Millisecond, Second, Minute, Hour, Day, Week, Month, Quarter, Year, Decade, Century, Millennium };
std::optional<Unit> truncation_unit(std::string_view name);
/// Date level of trunc: from week on.
Date truncate(Date date, Unit unit);

/// `mo`, `mon`, `monday` … in any case: 0 = Monday.
std::optional<int> parse_weekday(std::string_view text);

inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }
inline std::int64_t floor_remainder(std::int64_t a, std::int64_t b) { return a - floor_divide(a, b) * b; }

}  // namespace lab::compute
