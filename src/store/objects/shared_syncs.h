#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "store/health.h"

namespace lab::store {

/// Lets many callers share one sync of a folder or file: a sync that began after something was written covers it.
/// Thread-safe.
class SharedSyncs {
 public:
  explicit SharedSyncs(Health& health) : health_(health) {}
  /// All that was done to `what` before the call is durable when it returns; `sync` is called by one of those that wait.
  /// A failure is told to all that waited for that sync, and to everybody after it: it is never tried again.
  void sync(const std::filesystem::path& what, const std::function<void()>& sync);

 private:
  struct Progress {
    std::uint64_t asked = 0;
    std::uint64_t done = 0;
    bool is_running = false;
    std::exception_ptr failure;
    std::condition_variable changed;
  };
  Health& health_;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<Progress>> all_;
};

}  // namespace lab::store
