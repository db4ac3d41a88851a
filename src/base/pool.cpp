#include "base/pool.h"

#include <exception>

#include <pthread.h>

#include "base/error.h"
#include "base/log.h"

namespace lab {
namespace {

constexpr Condition kPoolFull{"POOL_FULL", "53300", Kind::ResourceExhausted,
                              "Too much work is waiting (<pool>); try again."};
constexpr Condition kPoolStopped{"POOL_STOPPED", "57P01", Kind::Unavailable, "The lab is stopping."};

thread_local const ThreadPool* current_pool = nullptr;

}  // namespace

ThreadPool::ThreadPool(std::string name, std::size_t num_threads, std::size_t max_queued)
    : name_(std::move(name)), max_queued_(max_queued) {
  threads_.reserve(num_threads);
  for (std::size_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { run(); });
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) throw Error(kPoolStopped);
    if (queue_.size() >= max_queued_) throw Error(kPoolFull, {{"pool", name_}});
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

bool ThreadPool::try_post(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= max_queued_) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::size_t ThreadPool::num_queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

bool ThreadPool::is_current() const { return current_pool == this; }

void ThreadPool::run() {
  current_pool = this;
  ::pthread_setname_np(::pthread_self(), name_.substr(0, 15).c_str());
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& error) {
      log::error("pool", "a job of {} ended with {}", name_, error.what());
    } catch (...) {
      log::error("pool", "a job of {} ended with an exception of no known type", name_);
    }
  }
}

}  // namespace lab
