#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "net/awaitable.h"

namespace lab::net {

/// The I/O threads. Each has a context of its own and a connection stays on one, so its state needs no lock. What runs
/// here never blocks and never computes for long. Thread-safe.
class IoRuntime {
 public:
  explicit IoRuntime(std::size_t num_threads);
  ~IoRuntime();
  IoRuntime(const IoRuntime&) = delete;
  IoRuntime& operator=(const IoRuntime&) = delete;

  std::size_t num_threads() const;
  boost::asio::any_io_executor executor(std::size_t thread) const;

  /// Starts a coroutine on a thread; an exception that leaves it is logged.
  void spawn(std::size_t thread, std::function<awaitable<void>()> coroutine);
  /// Runs `job` on a thread, later.
  void post(std::size_t thread, std::function<void()> job);

  /// Ends the threads; coroutines that still wait are given up. May be called twice, not from an I/O thread.
  void stop();

 private:
  struct Thread;
  std::unique_ptr<Thread[]> threads_;
  std::size_t num_threads_;
};

}  // namespace lab::net
