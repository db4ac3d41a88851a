#include "wire/hub/token_door.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/offload.h"
#include "net/reverse_proxy.h"

namespace lab::wire::hub {

class TokenDoor::Handler final : public net::HttpHandler {
 public:
  Handler(net::IoRuntime& runtime, ThreadPool& pool, lab::hub::TokenServer& server) : pool_(pool), server_(server), proxy_(runtime) {}

  net::awaitable<net::Response> handle(net::Request request, net::RequestBody& body) override {
    std::uint16_t port = 0;
    while (port == 0) {
      auto job = [this] { return server_.find_port(); };
      port = co_await net::offload(pool_, std::move(job));
      if (port != 0) break;
      boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, std::chrono::milliseconds(100));
      boost::system::error_code ignored;
      co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    co_return co_await proxy_.forward(std::move(request), body, port);
  }

  void stop() { proxy_.stop(); }

 private:
  ThreadPool& pool_;
  lab::hub::TokenServer& server_;
  net::ReverseProxy proxy_;
};

TokenDoor::TokenDoor(net::IoRuntime& runtime, ThreadPool& pool, lab::hub::TokenServer& server, const std::string& address, std::uint16_t port)
    : handler_(std::make_unique<Handler>(runtime, pool, server)) {
  net::HttpServerOptions http;
  http.address = address;
  http.port = port;
  server_ = std::make_unique<net::HttpServer>(runtime, pool, *handler_, http);
}

TokenDoor::~TokenDoor() { stop(); }
void TokenDoor::start() { server_->start(); }
std::uint16_t TokenDoor::port() const { return server_->port(); }

void TokenDoor::stop() {
  handler_->stop();
  server_->stop(std::chrono::milliseconds(200));
}

}  // namespace lab::wire::hub
