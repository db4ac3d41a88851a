#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "base/pool.h"

namespace lab {

struct FairLimits {
  std::size_t max_running = 56;    ///< jobs in the pool at once; the pool's other threads stay free for short calls
  std::size_t max_per_owner = 42;  ///< of one owner, so that the next one always finds room
  std::size_t max_waiting = 4096;  ///< of one owner
};

/// Jobs of many owners over one pool: whoever runs least is next, so that a thousand jobs of one owner delay nobody else's first.
/// Jobs of one owner run in their order. Thread-safe.
class FairQueue {
 public:
  FairQueue(ThreadPool& pool, FairLimits limits) : pool_(pool), limits_(limits) {}

  /// Throws FAIR_QUEUE_FULL (ResourceExhausted), and POOL_STOPPED.
  void post(const std::string& owner, ThreadPool::Job job);

  std::size_t num_running() const;
  std::size_t num_waiting() const;

 private:
  struct Owner {
    std::deque<ThreadPool::Job> waiting;
    std::size_t num_running = 0;
    std::uint64_t served_at = 0;  ///< when a job of it was last started, in jobs started
  };
  void start_more();
  void run(const std::string& owner, ThreadPool::Job job);

  ThreadPool& pool_;
  const FairLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Owner> owners_;
  std::size_t num_running_ = 0;
  std::uint64_t num_started_ = 0;
};

}  // namespace lab
