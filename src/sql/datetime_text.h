#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lab::sql {

/// Days since 1970-01-01 of `[+-]y…y[-m[-d]]` with anything behind a blank or `T`, as Spark's stringToDate reads it.
std::optional<std::int64_t> read_date(std::string_view text);

/// A timestamp's text taken apart: the local time, and the zone when the text names one.
struct TimestampText {
  std::int64_t local_microseconds = 0;
  std::optional<std::string> zone;
  bool has_date = true;  ///< false for a bare time of day (`12:30`)
};
/// As Spark's parseTimestampString.
std::optional<TimestampText> read_timestamp(std::string_view text);

/// The instant at which clocks of `zone` (`UTC`, `+01:00`, `Europe/Berlin`) show `local_microseconds`; within an overlap the
/// earlier one, within a gap as far behind it as the clock is wrong, as java.time does. nullopt: no such zone.
std::optional<std::int64_t> to_instant(std::int64_t local_microseconds, const std::string& zone);

}  // namespace lab::sql
