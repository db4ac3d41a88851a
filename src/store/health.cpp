#include "store/health.h"

#include "base/log.h"
#include "store/conditions.h"

namespace lab::store {

std::string Health::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void Health::check() const {
  if (failed_) throw Error(conditions::kStoreFailed, {{"reason", reason()}});
}

void Health::fail(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    reason_ = reason;
    failed_ = true;
  }
  log::error("store", "nothing more is acknowledged: {}", reason);
  if (on_failure_) on_failure_(reason);
}

}  // namespace lab::store
