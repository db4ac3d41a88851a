#include "remote/oidc/kept_text.h"

#include "base/error.h"
#include "remote/oidc/conditions.h"

namespace lab::oidc {
namespace {

constexpr std::chrono::minutes kTextIsGoodFor(10);
constexpr std::chrono::seconds kTextIsAskedAgain(5);
constexpr int kMostWaitingForText = 8;

}  // namespace

std::string KeptText::get(bool is_fresh, const std::function<std::string()>& ask) {
  std::unique_lock lock(mutex_);
  const auto start = std::chrono::steady_clock::now();
  if (is_being_asked_) {
    if (text_ && !is_fresh) return *text_;
    if (num_waiting_ >= kMostWaitingForText)
      throw Error(conditions::kProviderUnreachable, {{"reason", "it is being asked already, and many wait for the answer"}, {"fix", "Try again in a moment."}});
    ++num_waiting_;
    answered_.wait(lock, [&] { return !is_being_asked_; });
    --num_waiting_;
  }
  const std::chrono::seconds good_for = is_fresh ? kTextIsAskedAgain : std::chrono::seconds(kTextIsGoodFor);
  if (text_ && start < asked_ + good_for) return *text_;
  if (failure_ && start < failed_ + kTextIsAskedAgain) std::rethrow_exception(failure_);
  is_being_asked_ = true;
  lock.unlock();
  std::optional<std::string> answer;
  std::exception_ptr failure;
  try {
    answer = ask();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  is_being_asked_ = false;
  failure_ = failure;
  if (answer) {
    text_ = answer;
    asked_ = start;
  } else {
    failed_ = std::chrono::steady_clock::now();
  }
  answered_.notify_all();
  if (failure) std::rethrow_exception(failure);
  return *answer;
}

}  // namespace lab::oidc
