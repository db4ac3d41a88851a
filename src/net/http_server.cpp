#include "net/http_server.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_set>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "net/conditions.h"
#include "net/http_connection.h"

namespace lab::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTick{500};

}  // namespace

/// Shared with the coroutines that the server has started, so that none of them can outlive it.
struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(IoRuntime& r, ThreadPool& p, HttpHandler& h, HttpServerOptions o)
      : runtime(r), pool(p), handler(h), options(std::move(o)), threads(r.num_threads()) {}

  /// Touched on its own thread only.
  struct PerThread {
    std::unordered_set<HttpConnection*> connections;
    std::unique_ptr<asio::steady_timer> ticker;
  };

  awaitable<void> accept_loop();
  awaitable<void> tick(std::size_t thread);
  awaitable<void> serve(std::size_t thread, std::shared_ptr<HttpConnection> connection);
  void spawn(std::size_t thread, std::function<awaitable<void>()> coroutine);
  void on_every_connection(void (HttpConnection::*what)());
  bool wait_until_empty(std::chrono::milliseconds limit);

  void enter() {
    const std::lock_guard lock(mutex);
    ++running;
  }
  void leave() {
    const std::lock_guard lock(mutex);
    if (--running == 0) empty.notify_all();
  }

  IoRuntime& runtime;
  ThreadPool& pool;
  HttpHandler& handler;
  const HttpServerOptions options;
  std::vector<PerThread> threads;
  std::unique_ptr<tcp::acceptor> acceptor;  ///< touched on thread 0 once started
  std::uint16_t port = 0;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> num_connections{0};

  std::mutex mutex;
  std::condition_variable empty;
  std::size_t running = 0;  ///< coroutines of this server
  bool is_started = false;
};

void HttpServer::Impl::spawn(std::size_t thread, std::function<awaitable<void>()> coroutine) {
  enter();
  auto self = shared_from_this();
  asio::co_spawn(runtime.executor(thread), std::move(coroutine), [self](std::exception_ptr failure) {
    if (failure) log::error("net", "a server coroutine ended by an exception");
    self->leave();
  });
}

awaitable<void> HttpServer::Impl::accept_loop() {
  std::size_t next_thread = 0;
  while (!stopping) {
    const std::size_t thread = next_thread++ % threads.size();
    error_code problem;
    tcp::endpoint peer;
    tcp::socket socket = co_await acceptor->async_accept(runtime.executor(thread), peer,
                                                         asio::redirect_error(asio::use_awaitable, problem));
    if (stopping) break;
    if (problem) {
      // Out of descriptors, most likely: others must end first.
      log::warning("net", "accept on port {} failed: {}", port, problem.message());
      asio::steady_timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, problem));
      continue;
    }
    if (num_connections >= options.limits.max_connections) continue;
    auto transport = options.tls ? create_tls_transport(std::move(socket), options.tls)
                                 : create_plain_transport(std::move(socket));
    auto connection = std::make_shared<HttpConnection>(std::move(transport), peer.address().to_string(), handler, pool,
                                                       options);
    auto coroutine = [this, thread, connection] { return serve(thread, connection); };
    ++num_connections;
    spawn(thread, std::move(coroutine));
  }
  error_code ignored;
  acceptor->close(ignored);
}

awaitable<void> HttpServer::Impl::serve(std::size_t thread, std::shared_ptr<HttpConnection> connection) {
  threads[thread].connections.insert(connection.get());
  if (stopping) connection->drain();
  co_await connection->run();
  threads[thread].connections.erase(connection.get());
  --num_connections;
}

awaitable<void> HttpServer::Impl::tick(std::size_t thread) {
  PerThread& mine = threads[thread];
  mine.ticker = std::make_unique<asio::steady_timer>(co_await asio::this_coro::executor);
  while (!stopping || !mine.connections.empty()) {
    mine.ticker->expires_after(kTick);
    error_code ignored;
    co_await mine.ticker->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto now = std::chrono::steady_clock::now();
    for (HttpConnection* connection : mine.connections) connection->check_time(now);
    if (stopping) break;
  }
  mine.ticker.reset();
}

void HttpServer::Impl::on_every_connection(void (HttpConnection::*what)()) {
  for (std::size_t i = 0; i < threads.size(); ++i) {
    auto self = shared_from_this();
    runtime.post(i, [self, i, what] {
      for (HttpConnection* connection : self->threads[i].connections) (connection->*what)();
      if (self->threads[i].ticker) self->threads[i].ticker->cancel();
    });
  }
}

bool HttpServer::Impl::wait_until_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex);
  return empty.wait_for(lock, limit, [this] { return running == 0; });
}

HttpServer::HttpServer(IoRuntime& runtime, ThreadPool& pool, HttpHandler& handler, HttpServerOptions options)
    : impl_(std::make_shared<Impl>(runtime, pool, handler, std::move(options))) {}

HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

void HttpServer::start() {
  Impl& impl = *impl_;
  const std::string shown = impl.options.address + ":" + std::to_string(impl.options.port);
  const auto check = [&](const error_code& problem) {
    if (!problem) return;
    if (problem == asio::error::address_in_use) throw Error(conditions::kAddressInUse, {{"address", shown}});
    throw Error(conditions::kCannotListen, {{"address", shown}, {"reason", problem.message()}});
  };
  error_code problem;
  const auto address = asio::ip::make_address(impl.options.address, problem);
  check(problem);
  auto acceptor = std::make_unique<tcp::acceptor>(impl.runtime.executor(0));
  const tcp::endpoint endpoint(address, impl.options.port);
  acceptor->open(endpoint.protocol(), problem);
  check(problem);
  acceptor->set_option(tcp::acceptor::reuse_address(true), problem);
  check(problem);
  acceptor->bind(endpoint, problem);
  check(problem);
  acceptor->listen(1024, problem);
  check(problem);
  impl.port = acceptor->local_endpoint().port();
  impl.acceptor = std::move(acceptor);
  impl.is_started = true;
  auto self = impl_;
  for (std::size_t i = 0; i < impl.threads.size(); ++i) impl.spawn(i, [self, i] { return self->tick(i); });
  impl.spawn(0, [self] { return self->accept_loop(); });
}

std::uint16_t HttpServer::port() const { return impl_->port; }

std::size_t HttpServer::num_connections() const { return impl_->num_connections; }

void HttpServer::stop(std::chrono::milliseconds grace) {
  Impl& impl = *impl_;
  if (!impl.is_started) return;
  if (!impl.stopping.exchange(true)) {
    auto self = impl_;
    impl.runtime.post(0, [self] {
      error_code ignored;
      self->acceptor->close(ignored);
    });
    impl.on_every_connection(&HttpConnection::drain);
  }
  if (impl.wait_until_empty(grace)) return;
  impl.on_every_connection(&HttpConnection::close);
  // Handlers that are on a pool end with their job; nothing of theirs may be left behind.
  while (!impl.wait_until_empty(std::chrono::milliseconds(200))) impl.on_every_connection(&HttpConnection::close);
}

int default_status(Kind kind) {
  switch (kind) {
    case Kind::NotFound: return 404;
    case Kind::AlreadyExists:
    case Kind::Conflict: return 409;
    case Kind::PreconditionFailed: return 412;
    case Kind::Unauthenticated: return 401;
    case Kind::PermissionDenied: return 403;
    case Kind::TooLarge: return 413;
    case Kind::Unsupported: return 501;
    case Kind::ResourceExhausted:
    case Kind::Unavailable: return 503;
    case Kind::DeadlineExceeded: return 408;
    case Kind::Corruption:
    case Kind::Internal: return 500;
    default: return 400;
  }
}

Response HttpHandler::answer_error(const Request*, const Error& error) {
  return text_response(default_status(error.kind()), "text/plain; charset=utf-8", error.message() + "\n");
}

}  // namespace lab::net
