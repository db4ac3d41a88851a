#include "access/log_in_guard.h"

#include <algorithm>

namespace lab::access {
namespace {

constexpr std::size_t kFreeFromOneAddress = 5;
constexpr std::size_t kFreeForAName = 50;
constexpr std::chrono::seconds kLongestWait = std::chrono::minutes(15);
constexpr std::chrono::hours kForgottenAfter{1};
constexpr std::size_t kMostEntries = 10'000;

std::string pair_key(std::string_view user, std::string_view peer) { return std::string(user) + '\n' + std::string(peer); }

}  // namespace

std::chrono::seconds LogInGuard::wait_time(std::string_view user, std::string_view peer, Time now) const {
  std::chrono::seconds longest{0};
  for (const std::string& key : {pair_key(user, peer), std::string(user)})
    if (const auto found = failures_.find(key); found != failures_.end() && found->second.blocked_until > now)
      longest = std::max(longest, std::chrono::ceil<std::chrono::seconds>(found->second.blocked_until - now));
  return longest;
}

void LogInGuard::record_failure(std::string_view user, std::string_view peer, Time now) {
  forget_old(now);
  const auto count_one = [&](const std::string& key, std::size_t num_free) {
    Failures& failures = failures_[key];
    failures.last = now;
    if (++failures.count < num_free) return;
    const std::size_t doublings = std::min<std::size_t>(failures.count - num_free, 10);
    failures.blocked_until = now + std::min(kLongestWait, std::chrono::seconds(1) * (1 << doublings));
  };
  count_one(pair_key(user, peer), kFreeFromOneAddress);
  count_one(std::string(user), kFreeForAName);
}

void LogInGuard::record_success(std::string_view user, std::string_view peer) {
  if (const auto found = failures_.find(pair_key(user, peer)); found != failures_.end()) failures_.erase(found);
}

void LogInGuard::forget_old(Time now) {
  std::erase_if(failures_, [&](const auto& each) { return now - each.second.last > kForgottenAfter; });
  // More names than anybody has: an attack. What is blocked longest goes last.
  while (failures_.size() >= kMostEntries)
    failures_.erase(std::ranges::min_element(failures_, {}, [](const auto& each) { return each.second.blocked_until; }));
}

}  // namespace lab::access
