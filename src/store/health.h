#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

namespace lab::store {

/// Whether the store may still acknowledge. A failed sync or COMMIT ends that for good: what is on disk is not known
/// any more, and only opening the folder again tells. Thread-safe.
class Health {
 public:
  explicit Health(std::function<void(const std::string& reason)> on_failure) : on_failure_(std::move(on_failure)) {}

  bool has_failed() const { return failed_; }
  std::string reason() const;
  /// Throws STORE_FAILED once fail() was called.
  void check() const;
  /// The first call counts and tells the callback.
  void fail(const std::string& reason);

  /// Runs `sync`; when it throws, the store fails.
  template <typename Sync>
  void guard_sync(Sync sync) {
    try {
      sync();
    } catch (const std::exception& error) {
      fail(error.what());
      throw;
    }
  }

 private:
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::string reason_;
  const std::function<void(const std::string&)> on_failure_;
};

}  // namespace lab::store
