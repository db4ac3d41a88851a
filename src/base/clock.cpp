#include "base/clock.h"

namespace lab {

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point SystemClock::steady() const { return std::chrono::steady_clock::now(); }

ManualClock::ManualClock(Timestamp start) : wall_(start.time_since_epoch().count()) {}

Timestamp ManualClock::now() const { return Timestamp(std::chrono::microseconds(wall_.load())); }

std::chrono::steady_clock::time_point ManualClock::steady() const {
  return std::chrono::steady_clock::time_point(std::chrono::microseconds(steady_.load()));
}

void ManualClock::advance(std::chrono::microseconds by) {
  wall_ += by.count();
  steady_ += by.count();
}

void ManualClock::set_wall(Timestamp to) { wall_ = to.time_since_epoch().count(); }

}  // namespace lab
