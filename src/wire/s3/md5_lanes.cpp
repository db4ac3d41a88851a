#include "wire/s3/md5_lanes.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lab::s3 {
namespace {

constexpr std::size_t kSumsAtOnce = 4;
// Who comes meanwhile joins behind this much.
constexpr std::size_t kSlice = 64 << 10;

}  // namespace

net::awaitable<void> Md5Lanes::update(Md5& sum, std::string_view bytes) {
  std::exception_ptr refused;
  auto initiate = [this, &sum, bytes, &refused](auto handler) {
    const auto executor = boost::asio::get_associated_executor(handler);
    // As in net::run_on_pool(): nothing may be thrown out of here.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    const auto resume = [shared, executor] { boost::asio::post(executor, std::move(*shared)); };
    try {
      add({{&sum, bytes}, resume});
    } catch (...) {
      refused = std::current_exception();
      resume();
    }
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(initiate, boost::asio::use_awaitable);
  if (refused) std::rethrow_exception(refused);
}

void Md5Lanes::add(Waiting waiting) {
  const std::lock_guard lock(mutex_);
  waiting_.reserve(waiting_.size() + 1);
  if (num_workers_ == 0) {
    pool_.post([this] { work(); });
    ++num_workers_;
  } else if (waiting_.size() + 1 >= kSumsAtOnce && num_workers_ < std::max<std::size_t>(1, pool_.num_threads() / 2)) {
    // As many wait as go together, and whoever works has its own.
    ThreadPool::Job more = [this] { work(); };
    if (pool_.try_post(more)) ++num_workers_;
  }
  waiting_.push_back(std::move(waiting));
}

void Md5Lanes::work() {
  std::vector<Waiting> mine, left;
  std::vector<Md5Input> inputs;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      const auto joining = std::min(waiting_.size(), kSumsAtOnce - mine.size());
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(joining);
      std::move(waiting_.begin(), end, std::back_inserter(mine));
      waiting_.erase(waiting_.begin(), end);
      if (mine.empty()) {
        --num_workers_;
        return;
      }
    }
    inputs.clear();
    for (const Waiting& each : mine) inputs.push_back(each.input);
    advance_md5(inputs, kSlice);
    left.clear();
    for (std::size_t i = 0; i < mine.size(); ++i) {
      mine[i].input = inputs[i];
      if (inputs[i].bytes.empty())
        mine[i].resume();
      else
        left.push_back(std::move(mine[i]));
    }
    mine.swap(left);
  }
}

}  // namespace lab::s3
