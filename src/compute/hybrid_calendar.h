#pragma once

#include <cstdint>

#include "compute/moments.h"

/// The calendar of Spark 2, Hive and java.util: Julian before 1582-10-15, Gregorian since. Files of that time count days by it; everything
/// else here, and Spark since 3, counts by the Gregorian calendar alone. To rebase a day is to keep its year, month and day of the month.
namespace lab::compute {

class Zone;

/// 1582-10-15: from this day on both calendars are the same.
inline constexpr Date kFirstGregorianDay{-141'427};
/// 1900-01-01 in UTC: from this instant on the clocks of every zone are the same under both, too.
inline constexpr Instant kFirstCommonInstant{-2'208'988'800 * kMicrosPerSecond};

/// The day with the date that `day` has in the hybrid calendar. A 29th of February that the Gregorian calendar lacks is the 1st of March;
/// before the year 1 two days are between them, as Spark has it.
Date from_hybrid(Date day);

/// The instant that has the same date and time on a wall clock of the zone.
Instant from_hybrid(Instant instant, const Zone& zone);

}  // namespace lab::compute
