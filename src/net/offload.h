#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>

#include "base/pool.h"
#include "net/awaitable.h"

namespace lab::net {

/// Runs `job` on `pool` and comes back to the coroutine's own context. `job` must not throw and must stay alive, which
/// a local of the awaiting coroutine does. Throws POOL_FULL or POOL_STOPPED without having run it.
awaitable<void> run_on_pool(ThreadPool& pool, std::function<void()> job);

/// Runs blocking service code on a pool; the coroutine waits without holding a thread and gets the result, or the
/// exception, on its own context. Name the lambda on the line before:
///
///     auto job = [&] { return store.objects().list(bucket, query); };
///     ListPage page = co_await offload(pool, std::move(job));
template <typename Job>
awaitable<std::invoke_result_t<Job&>> offload(ThreadPool& pool, Job job) {
  using Result = std::invoke_result_t<Job&>;
  std::exception_ptr failure;
  if constexpr (std::is_void_v<Result>) {
    auto run = [&job, &failure] {
      try {
        job();
      } catch (...) {
        failure = std::current_exception();
      }
    };
    co_await run_on_pool(pool, std::ref(run));
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<Result> result;
    auto run = [&job, &failure, &result] {
      try {
        result.emplace(job());
      } catch (...) {
        failure = std::current_exception();
      }
    };
    co_await run_on_pool(pool, std::ref(run));
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*result);
  }
}

}  // namespace lab::net
