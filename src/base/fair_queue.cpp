#include "base/fair_queue.h"

#include <memory>

#include "base/error.h"
#include "base/log.h"

namespace lab {
namespace {

constexpr Condition kFairQueueFull{"FAIR_QUEUE_FULL", "53300", Kind::ResourceExhausted,
                                   "<owner> has <count> statements waiting already; let some of them end first."};

}  // namespace

void FairQueue::post(const std::string& owner, ThreadPool::Job job) {
  const std::lock_guard lock(mutex_);
  Owner& own = owners_[owner];
  if (own.waiting.size() >= limits_.max_waiting) throw Error(kFairQueueFull, {{"owner", owner}, {"count", std::to_string(own.waiting.size())}});
  own.waiting.push_back(std::move(job));
  start_more();
}

void FairQueue::start_more() {
  while (num_running_ < limits_.max_running) {
    auto next = owners_.end();
    for (auto each = owners_.begin(); each != owners_.end(); ++each) {
      const Owner& own = each->second;
      if (own.waiting.empty() || own.num_running >= limits_.max_per_owner) continue;
      if (next == owners_.end() || std::pair(own.num_running, own.served_at) < std::pair(next->second.num_running, next->second.served_at)) next = each;
    }
    if (next == owners_.end()) return;
    Owner& own = next->second;
    ThreadPool::Job inner = std::move(own.waiting.front());
    own.waiting.pop_front();
    ThreadPool::Job job = [this, owner = next->first, inner = std::move(inner)]() mutable { run(owner, std::move(inner)); };
    pool_.post(std::move(job));
    own.served_at = ++num_started_;
    ++own.num_running;
    ++num_running_;
  }
}

void FairQueue::run(const std::string& owner, ThreadPool::Job job) {
  try {
    job();
  } catch (const std::exception& failure) {
    log::warning("base", "a job of {} failed: {}", owner, failure.what());
  }
  job = nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(owner);
  --found->second.num_running;
  --num_running_;
  if (found->second.num_running == 0 && found->second.waiting.empty()) owners_.erase(found);
  try {
    start_more();
  } catch (const Error& error) {
    log::warning("base", "waiting jobs are dropped: {}", error.what());  // the lab is stopping
  }
}

std::size_t FairQueue::num_running() const {
  const std::lock_guard lock(mutex_);
  return num_running_;
}

std::size_t FairQueue::num_waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, own] : owners_) count += own.waiting.size();
  return count;
}

}  // namespace lab
