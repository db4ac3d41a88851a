#pragma once

#include <atomic>
#include <chrono>

namespace lab {

/// Wall-clock time as the lab stores and shows it: microseconds since 1970, UTC. Never used to order anything.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Where time comes from; handed to constructors so that tests own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time; may jump either way.
  virtual Timestamp now() const = 0;
  /// Never goes back; for time-outs and durations.
  virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  std::chrono::steady_clock::time_point steady() const override;
};

/// A clock that stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000)));
  Timestamp now() const override;
  std::chrono::steady_clock::time_point steady() const override;
  /// Moves both clocks on.
  void advance(std::chrono::microseconds by);
  /// Makes the wall clock jump, as an administrator or NTP would; the steady one stays.
  void set_wall(Timestamp to);

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> steady_{0};
};

}  // namespace lab
