#include "net/reverse_proxy.h"

#include <algorithm>
#include <atomic>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"
#include "base/log.h"
#include "net/conditions.h"
#include "net/flow.h"
#include "net/upstream.h"

namespace lab::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kBodyTurn = 64 << 10;
// Small, because every open WebSocket holds two: what an idle user costs.
constexpr std::size_t kTunnelBuffer = 8 << 10;

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (equals_ignoring_case(item, token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// Headers that speak of one connection only; `connection` names more of them.
bool is_hop_by_hop(std::string_view name, std::string_view connection) {
  constexpr std::string_view kNames[] = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};
  return std::ranges::find(kNames, name) != std::end(kNames) || has_token(connection, name);
}

bool wants_upgrade(const Request& request) {
  return request.method == Method::Get && request.header("upgrade") && has_token(request.header("connection").value_or(""), "upgrade");
}

std::string write_upstream_head(const Request& request, std::optional<std::uint64_t> length, bool upgrades) {
  std::string head = request.method_text + " " + request.target + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) { head.append(name).append(": ").append(value).append("\r\n"); };
  const auto connection = request.header("connection").value_or("");
  std::string forwarded_for = request.peer;
  for (const auto& [name, value] : request.headers) {
    // The length is written anew, `Expect` has been answered, and who is in front of us is for us to say.
    if (is_hop_by_hop(name, connection) || name == "content-length" || name == "expect" || name == "x-forwarded-proto" || name == "x-scheme") continue;
    if (name == "x-forwarded-for") {
      forwarded_for = value + ", " + request.peer;
    } else {
      add(name, value);
    }
  }
  add("x-forwarded-for", forwarded_for);
  add("x-forwarded-proto", request.is_tls ? "https" : "http");
  add("x-scheme", request.is_tls ? "https" : "http");
  if (upgrades) {
    add("connection", "Upgrade");
    add("upgrade", *request.header("upgrade"));
  } else {
    add("connection", "close");
    if (!length) {
      add("transfer-encoding", "chunked");
    } else if (*length != 0 || request.method == Method::Post || request.method == Method::Put || request.method == Method::Patch) {
      add("content-length", std::to_string(*length));
    }
  }
  return head + "\r\n";
}

awaitable<void> send_body(RequestBody& body, std::optional<std::uint64_t> length, Transport& upstream) {
  std::string buffer;
  for (;;) {
    if (buffer.empty()) buffer.resize(kBodyTurn);
    const std::size_t count = co_await body.read(buffer);
    if (count == 0) break;
    if (length) {
      co_await upstream.write({buffer.data(), count});
    } else {
      char line[24];
      const int size = std::snprintf(line, sizeof line, "%zx\r\n", count);
      buffer.insert(count, "\r\n");
      co_await upstream.write({line, static_cast<std::size_t>(size)}, {buffer.data(), count + 2});
      buffer.resize(kBodyTurn);
    }
  }
  if (!length) co_await upstream.write("0\r\n\r\n");
}

awaitable<void> pump(Transport& from, Transport& to) {
  std::string buffer(kTunnelBuffer, '\0');
  try {
    for (;;) {
      const std::size_t count = co_await from.read_some(buffer);
      if (count == 0) break;
      co_await to.write({buffer.data(), count});
    }
  } catch (const Error&) {
    // Either side has gone; both end below.
  }
  from.close();
  to.close();
}

}  // namespace

/// The upstream connections that are open, each touched on its own thread only.
struct ReverseProxy::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(IoRuntime& r) : runtime(r), open(r.num_threads()) {}

  IoRuntime& runtime;
  std::vector<std::unordered_set<Transport*>> open;
  std::atomic<bool> stopping{false};

  std::size_t thread_of(const asio::any_io_executor& executor) const {
    for (std::size_t i = 0; i < open.size(); ++i)
      if (runtime.executor(i) == executor) return i;
    check_failed("thread_of", __FILE__, __LINE__, "the proxy runs on I/O threads only");
  }
};

namespace {

/// Known to the proxy while it lives, so that stop() can end it.
template <typename Impl>
class Registered {
 public:
  Registered(std::shared_ptr<Impl> impl, std::size_t thread, std::unique_ptr<Transport> transport) : upstream(std::move(transport)), impl_(std::move(impl)), thread_(thread) {
    impl_->open[thread_].insert(&upstream.transport());
  }
  ~Registered() { impl_->open[thread_].erase(&upstream.transport()); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

  Upstream upstream;

 private:
  std::shared_ptr<Impl> impl_;
  const std::size_t thread_;
};

template <typename Connection>
class UpstreamBody final : public FlowSource {
 public:
  explicit UpstreamBody(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  awaitable<std::size_t> read(std::span<char> into) override { return connection_->upstream.read_body(into); }

 private:
  std::shared_ptr<Connection> connection_;
};

template <typename Connection>
class UpstreamTunnel final : public Tunnel {
 public:
  explicit UpstreamTunnel(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  awaitable<void> run(Transport& client, std::string_view first) override {
    Transport& upstream = connection_->upstream.transport();
    const std::string from_client(first), from_upstream(connection_->upstream.buffered());
    if (!from_client.empty()) co_await upstream.write(from_client);
    if (!from_upstream.empty()) co_await client.write(from_upstream);
    // The other direction is a coroutine of its own on the same context; this one waits for its end, because both use `client`.
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer ended(executor, asio::steady_timer::time_point::max());
    bool is_running = true;
    auto other = [&client, &upstream]() -> awaitable<void> { co_await pump(upstream, client); };
    asio::co_spawn(executor, std::move(other), [&](std::exception_ptr) {
      is_running = false;
      ended.cancel();
    });
    co_await pump(client, upstream);
    error_code ignored;
    while (is_running) co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

ReverseProxy::ReverseProxy(IoRuntime& runtime) : impl_(std::make_shared<Impl>(runtime)) {}
ReverseProxy::~ReverseProxy() { stop(); }

awaitable<Response> ReverseProxy::forward(Request request, RequestBody& body, std::uint16_t port) {
  using asio::ip::tcp;
  using Connection = Registered<Impl>;
  const auto impl = impl_;
  const auto executor = co_await asio::this_coro::executor;
  const auto unreachable = [&](const std::string& reason) { return Error(conditions::kPeerUnreachable, {{"address", "127.0.0.1:" + std::to_string(port)}, {"reason", reason}}); };
  tcp::socket socket(executor);
  error_code problem;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, problem));
  if (problem) throw unreachable(problem.message());
  if (impl->stopping) throw unreachable("the lab is stopping");
  const auto connection = std::make_shared<Connection>(impl, impl->thread_of(executor), create_plain_transport(std::move(socket)));
  Upstream& upstream = connection->upstream;
  co_await upstream.transport().start();

  const bool upgrades = wants_upgrade(request);
  const auto length = body.length();
  const std::string head = write_upstream_head(request, length, upgrades);
  co_await upstream.transport().write(head);
  if (length != std::uint64_t{0}) {
    bool is_early_answer = false;
    try {
      co_await send_body(body, length, upstream.transport());
    } catch (const Error& error) {
      // A server may answer before it has read everything, and close; whatever it said is read below.
      if (error.condition().name != conditions::kPeerGone.name) throw;
      is_early_answer = true;
    }
    if (is_early_answer) log::debug("net", "127.0.0.1:{} stopped reading a body", port);
  }
  const bool is_head_request = request.method == Method::Head;
  co_await upstream.read_head(is_head_request);

  Response response;
  response.status = upstream.status();
  const std::string connection_header(find_header(upstream.headers(), "connection").value_or(""));
  for (const auto& [name, value] : upstream.headers())
    if (!is_hop_by_hop(name, connection_header) && name != "content-length" && name != "date" && name != "server") response.set(name, value);
  if (response.status == 101) {
    response.set("connection", "Upgrade");
    response.set("upgrade", std::string(find_header(upstream.headers(), "upgrade").value_or("websocket")));
    response.tunnel = std::make_shared<UpstreamTunnel<Connection>>(connection);
    co_return response;
  }
  response.announced_length = upstream.length();
  response.body = FlowingBody{std::make_shared<UpstreamBody<Connection>>(connection), upstream.length()};
  co_return response;
}

void ReverseProxy::stop() {
  impl_->stopping = true;
  for (std::size_t i = 0; i < impl_->open.size(); ++i) {
    impl_->runtime.post(i, [impl = impl_, i] {
      for (Transport* transport : impl->open[i]) transport->close();
    });
  }
}

}  // namespace lab::net
