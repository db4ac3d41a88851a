#include "net/offload.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lab::net {

awaitable<void> run_on_pool(ThreadPool& pool, std::function<void()> job) {
  std::exception_ptr refused;
  auto initiate = [&pool, &job, &refused](auto handler) {
    const auto executor = boost::asio::get_associated_executor(handler);
    // The pool owns the coroutine's continuation while the job runs; a refusal must come back the same way as a
    // result, because nothing may be thrown out of here.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    try {
      pool.post([shared, executor, &job] {
        job();
        boost::asio::post(executor, std::move(*shared));
      });
    } catch (...) {
      refused = std::current_exception();
      boost::asio::post(executor, std::move(*shared));
    }
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(initiate,
                                                                                   boost::asio::use_awaitable);
  if (refused) std::rethrow_exception(refused);
}

}  // namespace lab::net
