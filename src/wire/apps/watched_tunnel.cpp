#include "wire/apps/watched_tunnel.h"

#include <chrono>

#include "base/error.h"
#include "net/conditions.h"
#include "net/transport.h"
#include "wire/apps/frames.h"

namespace lab::wire::apps {
namespace {

constexpr std::chrono::seconds kUseRound{1}, kStayRound{5};

/// The client's side of a tunnel, with an eye on what moves.
class WatchedTransport final : public net::Transport {
 public:
  WatchedTransport(net::Transport& inner, const std::function<void()>& on_use, const std::function<bool()>& may_stay) : inner_(inner), on_use_(on_use), may_stay_(may_stay) {}

  net::awaitable<void> start() override { return inner_.start(); }

  net::awaitable<std::size_t> read_some(std::span<char> into) override {
    const std::size_t count = co_await inner_.read_some(into);
    look(from_client_.take({into.data(), count}));
    co_return count;
  }

  net::awaitable<void> write(std::string_view first, std::string_view second) override {
    bool has_data = to_client_.take(first);
    has_data |= to_client_.take(second);
    look(has_data);
    co_await inner_.write(first, second);
  }

  net::awaitable<void> write_file(const net::FileRange& range, ThreadPool& pool) override { return inner_.write_file(range, pool); }
  net::awaitable<void> end_writing() override { return inner_.end_writing(); }
  void close() override { inner_.close(); }
  void cancel() override { inner_.cancel(); }

  /// Bytes that the client had sent before the tunnel began.
  void look_at_first(std::string_view bytes) { look(from_client_.take(bytes)); }

 private:
  using Clock = std::chrono::steady_clock;

  void look(bool has_data) {
    const auto now = Clock::now();
    if (has_data && now - last_use_ >= kUseRound) {
      last_use_ = now;
      on_use_();
    }
    if (now - last_look_ < kStayRound) return;
    last_look_ = now;
    if (may_stay_()) return;
    inner_.close();
    throw Error(net::conditions::kPeerGone, {{"reason", "the right to be here has ended"}});
  }

  net::Transport& inner_;
  const std::function<void()>& on_use_;
  const std::function<bool()>& may_stay_;
  FrameScanner from_client_, to_client_;
  Clock::time_point last_use_{}, last_look_ = Clock::now();
};

class WatchedTunnel final : public net::Tunnel {
 public:
  WatchedTunnel(std::shared_ptr<net::Tunnel> inner, std::function<void()> on_use, std::function<bool()> may_stay) : inner_(std::move(inner)), on_use_(std::move(on_use)), may_stay_(std::move(may_stay)) {}

  net::awaitable<void> run(net::Transport& client, std::string_view first) override {
    WatchedTransport watched(client, on_use_, may_stay_);
    watched.look_at_first(first);
    co_await inner_->run(watched, first);
  }

 private:
  const std::shared_ptr<net::Tunnel> inner_;
  const std::function<void()> on_use_;
  const std::function<bool()> may_stay_;
};

class KeptSource final : public net::FlowSource {
 public:
  KeptSource(std::shared_ptr<net::FlowSource> inner, std::shared_ptr<void> keep) : keep_(std::move(keep)), inner_(std::move(inner)) {}
  net::awaitable<std::size_t> read(std::span<char> into) override { return inner_->read(into); }

 private:
  const std::shared_ptr<void> keep_;
  const std::shared_ptr<net::FlowSource> inner_;
};

}  // namespace

std::shared_ptr<net::Tunnel> create_watched_tunnel(std::shared_ptr<net::Tunnel> inner, std::function<void()> on_use, std::function<bool()> may_stay) {
  return std::make_shared<WatchedTunnel>(std::move(inner), std::move(on_use), std::move(may_stay));
}

std::shared_ptr<net::FlowSource> create_kept_source(std::shared_ptr<net::FlowSource> inner, std::shared_ptr<void> keep) { return std::make_shared<KeptSource>(std::move(inner), std::move(keep)); }

}  // namespace lab::wire::apps
