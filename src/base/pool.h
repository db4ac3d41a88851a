#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lab {

/// Threads with a name and one bounded queue. The lab has three: `short` (2 x cores: no fsync, no query, under
/// 10 ms), `storage` (waits for disk), `statements` (queries). A job never waits for another job of its pool nor for
/// a client; one that must wait for a reader returns and is posted again.
///
/// Thread-safe. An exception that leaves a job is logged and ends nothing.
class ThreadPool {
 public:
  using Job = std::move_only_function<void()>;

  ThreadPool(std::string name, std::size_t num_threads, std::size_t max_queued);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Queues `job`. Throws ResourceExhausted (POOL_FULL) when the queue is full, Unavailable (POOL_STOPPED) after
  /// stop().
  void post(Job job);
  /// As post(), but answers false instead of throwing; `job` is then left as it was.
  bool try_post(Job& job);

  /// Refuses new jobs, runs what is queued, joins the threads. May be called twice, not from a job.
  void stop();

  const std::string& name() const { return name_; }
  std::size_t num_threads() const { return threads_.size(); }
  std::size_t num_queued() const;
  /// True on a thread of this pool.
  bool is_current() const;

 private:
  void run();

  const std::string name_;
  const std::size_t max_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lab
