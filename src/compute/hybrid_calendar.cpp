#include "compute/hybrid_calendar.h"

#include <algorithm>

#include "compute/calendar.h"
#include "compute/zone.h"

namespace lab::compute {
namespace {

// Between the first days of the year 1 of both calendars.
constexpr std::int32_t kDaysBetweenFirstYears = 2;
constexpr Date kFirstHybridYear{-719'164};

// Days from the Julian 4801 BC-03-01 to 1970-01-01.
constexpr std::int64_t kJulianEpoch = 2'440'588 + 32'082;

CivilDate julian_civil_of(Date day) {
  const std::int64_t days = day.days + kJulianEpoch;
  const std::int64_t year = (4 * days + 3) / 1461, day_of_year = days - 1461 * year / 4;
  const std::int64_t months = (5 * day_of_year + 2) / 153;
  return {static_cast<std::int32_t>(year - 4800 + months / 10), static_cast<std::int32_t>(months + 3 - 12 * (months / 10)),
          static_cast<std::int32_t>(day_of_year - (153 * months + 2) / 5 + 1)};
}

// java.util knows nothing of the local times before 1900: its zones then have the offset of today's winter.
std::int64_t hybrid_offset_in(const Zone& zone) {
  constexpr std::int64_t kWinter = 1'577'836'800, kSummer = 1'593'561'600;  // 2020-01-01, 2020-07-01
  return std::min(zone.offset_at(kWinter), zone.offset_at(kSummer)) * kMicrosPerSecond;
}

}  // namespace

Date from_hybrid(Date day) {
  if (day >= kFirstGregorianDay) return day;
  if (day < kFirstHybridYear) return {day.days + kDaysBetweenFirstYears};
  const CivilDate civil = julian_civil_of(day);
  return {days_of({civil.year, civil.month, 1}).days + civil.day - 1};
}

Instant from_hybrid(Instant instant, const Zone& zone) {
  if (instant >= kFirstCommonInstant) return instant;
  const std::int64_t local = instant.micros + hybrid_offset_in(zone);
  const Date day{static_cast<std::int32_t>(floor_divide(local, kMicrosPerDay))};
  return {zone.utc_of_local(from_hybrid(day).days * kMicrosPerDay + floor_remainder(local, kMicrosPerDay))};
}

}  // namespace lab::compute
