#include "base/gate.h"

#include "base/error.h"

namespace lab {
namespace {

constexpr Condition kStopping{"STOPPING", "57P01", Kind::Unavailable, "The lab is stopping."};

}  // namespace

Gate::Pass Gate::try_enter() {
  const std::lock_guard lock(mutex_);
  if (closed_) return Pass();
  ++inside_;
  return Pass(this);
}

Gate::Pass Gate::enter() {
  auto pass = try_enter();
  if (!pass) throw Error(kStopping);
  return pass;
}

void Gate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [this] { return inside_ == 0; });
}

std::size_t Gate::num_inside() const {
  const std::lock_guard lock(mutex_);
  return inside_;
}

void Gate::Pass::leave() {
  if (gate_ == nullptr) return;
  Gate& gate = *std::exchange(gate_, nullptr);
  // Under the lock to the end: wait() may return, and the gate be destroyed, as soon as it is released.
  const std::lock_guard lock(gate.mutex_);
  if (--gate.inside_ == 0) gate.empty_.notify_all();
}

}  // namespace lab
