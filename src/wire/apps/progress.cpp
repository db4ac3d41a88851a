#include "wire/apps/progress.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <nlohmann/json.hpp>

namespace lab::wire::apps {
namespace {

using lab::apps::AppState;

/// One event a step; what follows waits on a timer and holds no thread.
class ProgressSource final : public net::FlowSource {
 public:
  ProgressSource(const lab::apps::Apps& apps, std::string name, const std::atomic<bool>& is_stopping) : apps_(apps), name_(std::move(name)), is_stopping_(is_stopping) {}

  net::awaitable<std::size_t> read(std::span<char> into) override {
    while (pending_.empty() && !is_done_) {
      take_news();
      if (!pending_.empty() || is_done_) break;
      boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(100));
      boost::system::error_code ignored;
      co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
      // Something now and then, so that a browser that has gone is noticed.
      if (++quiet_rounds_ % 80 == 0) pending_ = "\n\n";
    }
    const std::size_t count = std::min(pending_.size(), into.size());
    std::memcpy(into.data(), pending_.data(), count);
    pending_.erase(0, count);
    co_return count;
  }

 private:
  void take_news() {
    const auto status = apps_.status(name_);
    for (; num_seen_ < status.progress.size(); ++num_seen_) {
      const auto& event = status.progress[num_seen_];
      nlohmann::json body{{"progress", event.percent}, {"message", event.message}};
      if (event.failed) body["failed"] = true;
      if (event.percent == 100 && !event.failed) body["ready"] = true;
      pending_ += "data: " + body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n\n";
    }
    is_done_ = status.state == AppState::Ready || status.state == AppState::Stopped || is_stopping_;
  }

  const lab::apps::Apps& apps_;
  const std::string name_;
  const std::atomic<bool>& is_stopping_;
  std::size_t num_seen_ = 0, quiet_rounds_ = 0;
  std::string pending_;
  bool is_done_ = false;
};

}  // namespace

std::shared_ptr<net::FlowSource> create_progress_source(const lab::apps::Apps& apps, std::string name, const std::atomic<bool>& is_stopping) {
  return std::make_shared<ProgressSource>(apps, std::move(name), is_stopping);
}

}  // namespace lab::wire::apps
