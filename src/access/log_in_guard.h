#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace lab::access {

/// Slows down who guesses passwords: after some failures each further attempt has to wait, twice as long each time, up to
/// 15 minutes. Counted for a name from one address (5 failures are free) and, so that many addresses are of little use, for
/// the name alone (50). A log-in that succeeds forgives its own. Not thread-safe.
class LogInGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How long to wait yet; zero when an attempt may be made now.
  std::chrono::seconds wait_time(std::string_view user, std::string_view peer, Time now) const;
  void record_failure(std::string_view user, std::string_view peer, Time now);
  void record_success(std::string_view user, std::string_view peer);

 private:
  struct Failures {
    std::size_t count = 0;
    Time blocked_until = {};
    Time last = {};
  };
  void forget_old(Time now);

  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace lab::access
