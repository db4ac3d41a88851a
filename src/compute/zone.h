#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compute/moments.h"

/// Time zones as Java's ZoneId names and resolves them.
namespace lab::compute {

class Zone {
 public:
  /// `Europe/Paris`, `UTC`, `Z`, `+01:00`, `GMT+1`, `UTC-08:30`, short ids (`PST`). Throws INVALID_TIMEZONE.
  static const Zone& find(std::string_view id);
  static const Zone* try_find(std::string_view id);

  /// Seconds east of UTC at an instant.
  std::int32_t offset_at(std::int64_t utc_seconds) const;
  /// The instant of a wall clock: in a gap the clock is moved on by its length, in an overlap the earlier offset holds.
  std::int64_t utc_of_local(std::int64_t local_micros) const;
  std::int64_t local_of_utc(std::int64_t utc_micros) const;
  bool is_utc() const { return starts_.empty() && first_ == 0; }
  bool is_fixed() const { return starts_.empty(); }
  const std::string& id() const { return id_; }

  explicit Zone(std::string id, std::int32_t fixed) : id_(std::move(id)), first_(fixed) {}
  Zone(std::string id, std::int32_t first, std::vector<std::int64_t> starts, std::vector<std::int32_t> offsets)
      : id_(std::move(id)), first_(first), starts_(std::move(starts)), offsets_(std::move(offsets)) {}

 private:
  std::string id_;
  std::int32_t first_ = 0;                ///< before the first change
  std::vector<std::int64_t> starts_;      ///< UTC seconds of changes
  std::vector<std::int32_t> offsets_;     ///< offset from that change on
};

/// English name of the zone at an instant: `PST`, or `Pacific Standard Time`.
std::string zone_name(const Zone& zone, Instant instant, bool full);

}  // namespace lab::compute
