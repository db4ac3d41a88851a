#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

/// The values that have a type of their own in SQL, as plain structs.
namespace lab::compute {

struct Date {
  std::int32_t days = 0;  ///< since 1970-01-01
  friend auto operator<=>(Date, Date) = default;
};
/// TIMESTAMP: microseconds since 1970 in UTC.
struct Instant {
  std::int64_t micros = 0;
  friend auto operator<=>(Instant, Instant) = default;
};
/// TIMESTAMP_NTZ: microseconds of a wall clock without a zone.
struct WallClock {
  std::int64_t micros = 0;
  friend auto operator<=>(WallClock, WallClock) = default;
};
struct Interval {
  std::int32_t months = 0, days = 0;
  std::int64_t micros = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};
/// BINARY in and out.
struct BytesView {
  std::string_view bytes;
};
struct Bytes {
  std::string bytes;
};

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

}  // namespace lab::compute
