#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/md5.h"
#include "base/pool.h"
#include "net/awaitable.h"

namespace lab::s3 {

/// Adds the bytes of bodies to their MD5 sums, those of several connections together (base/md5.h): one by one they cost more than all
/// else that is done to a large body. Thread-safe.
class Md5Lanes {
 public:
  /// `pool` does the work and must outlive this.
  explicit Md5Lanes(ThreadPool& pool) : pool_(pool) {}

  /// The coroutine waits without holding a thread; `sum` and `bytes` must stay and be left alone meanwhile. Throws POOL_FULL or
  /// POOL_STOPPED without having added anything.
  net::awaitable<void> update(Md5& sum, std::string_view bytes);

 private:
  struct Waiting {
    Md5Input input;
    std::function<void()> resume;
  };
  void add(Waiting waiting);
  /// Runs until nobody waits.
  void work();

  ThreadPool& pool_;
  std::mutex mutex_;
  std::vector<Waiting> waiting_;
  std::size_t num_workers_ = 0;
};

}  // namespace lab::s3
