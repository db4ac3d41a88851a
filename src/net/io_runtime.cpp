#include "net/io_runtime.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"

namespace lab::net {

struct IoRuntime::Thread {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;

  void run() {
    for (;;) {
      try {
        context.run();
        return;
      } catch (const std::exception& error) {
        log::error("net", "an I/O thread caught: {}", error.what());
      }
    }
  }
};

IoRuntime::IoRuntime(std::size_t num_threads)
    : threads_(std::make_unique<Thread[]>(num_threads)), num_threads_(num_threads) {
  for (std::size_t i = 0; i < num_threads_; ++i) {
    threads_[i].thread = std::thread([thread = &threads_[i]] { thread->run(); });
  }
}

IoRuntime::~IoRuntime() { stop(); }

std::size_t IoRuntime::num_threads() const { return num_threads_; }

boost::asio::any_io_executor IoRuntime::executor(std::size_t thread) const {
  return threads_[thread % num_threads_].context.get_executor();
}

void IoRuntime::spawn(std::size_t thread, std::function<awaitable<void>()> coroutine) {
  boost::asio::co_spawn(executor(thread), std::move(coroutine), [](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("net", "a coroutine ended with: {}", error.what());
    }
  });
}

void IoRuntime::post(std::size_t thread, std::function<void()> job) {
  boost::asio::post(executor(thread), std::move(job));
}

void IoRuntime::stop() {
  for (std::size_t i = 0; i < num_threads_; ++i) {
    threads_[i].work.reset();
    threads_[i].context.stop();
  }
  for (std::size_t i = 0; i < num_threads_; ++i) {
    if (threads_[i].thread.joinable()) threads_[i].thread.join();
  }
}

}  // namespace lab::net
