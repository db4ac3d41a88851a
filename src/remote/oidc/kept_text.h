#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace lab::oidc {

/// A text that is asked for over the network and kept for ten minutes. One caller asks at a time, a few wait for its answer; a failure
/// is remembered for some seconds, since anybody can cause the question. Thread-safe.
class KeptText {
 public:
  /// What is kept, or the answer of `ask` when that is old or, with `is_fresh`, whenever it was not asked a moment ago. Throws what
  /// `ask` throws, and OIDC_PROVIDER_UNREACHABLE when too many wait already.
  std::string get(bool is_fresh, const std::function<std::string()>& ask);

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<std::string> text_;
  std::exception_ptr failure_;                            ///< of the last time
  std::chrono::steady_clock::time_point asked_, failed_;  ///< when the text was asked for, and when that failed last
  bool is_being_asked_ = false;
  int num_waiting_ = 0;
};

}  // namespace lab::oidc
