#include "net/http_client.h"

#include <mutex>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "base/error.h"
#include "net/conditions.h"

namespace lab::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using ErrorCode = boost::system::error_code;

/// An IPv4 address that is written as one of IPv6 is what it stands for.
asio::ip::address plain_address(const asio::ip::address& address) {
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return is_mapped ? asio::ip::address(asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())) : address;
}

bool is_link_local(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().is_link_local();
  const auto bytes = address.to_v4().to_bytes();
  return bytes[0] == 169 && bytes[1] == 254;
}

/// One connection. Operations are asynchronous on a context of its own, because only those can be given a time; the caller waits.
class ClientConnection {
 public:
  ClientConnection(const ServerAddress& address, const ClientLimits& limits, asio::ssl::context& tls) : address_(address), limits_(limits) {
    const auto lowest = [this]() -> beast::tcp_stream& { return stream(); };
    if (address.has_tls) {
      secure_.emplace(context_, tls);
    } else {
      plain_.emplace(context_);
    }
    ErrorCode error;
    asio::ip::tcp::resolver resolver(context_);
    const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
    if (error) unreachable(error);
    for (const auto& entry : found) {
      const auto target = plain_address(entry.endpoint().address());
      if (is_link_local(target)) throw Error(conditions::kPeerUnreachable, {{"address", name()}, {"reason", "link-local addresses (metadata of clouds) are never asked"}});
      if (limits.refuses_this_machine && (target.is_loopback() || target.is_unspecified()))
        throw Error(conditions::kPeerUnreachable, {{"address", name()}, {"reason", "it is this machine, which is not asked here"}});
    }
    lowest().expires_after(limits.connect);
    error = wait([&](ErrorCode& result) { lowest().async_connect(found, [&result](ErrorCode e, const auto&) { result = e; }); });
    if (error) unreachable(error);
    lowest().socket().set_option(asio::ip::tcp::no_delay(true), error);
    if (!secure_) return;
    if (SSL_set_tlsext_host_name(secure_->native_handle(), address.host.c_str()) != 1) unreachable(ErrorCode(asio::error::invalid_argument));
    secure_->set_verify_mode(asio::ssl::verify_peer);
    secure_->set_verify_callback(asio::ssl::host_name_verification(address.host));
    error = wait([&](ErrorCode& result) { secure_->async_handshake(asio::ssl::stream_base::client, [&result](ErrorCode e) { result = e; }); });
    if (!error) return;
    const long verdict = SSL_get_verify_result(secure_->native_handle());
    if (verdict != X509_V_OK) throw Error(conditions::kPeerNotTrusted, {{"address", name()}, {"reason", X509_verify_cert_error_string(verdict)}});
    unreachable(error);
  }

  ClientResponse exchange(const ClientRequest& request) { return secure_ ? exchange_on(*secure_, request) : exchange_on(*plain_, request); }
  bool can_be_kept() const { return can_be_kept_; }

 private:
  beast::tcp_stream& stream() { return secure_ ? beast::get_lowest_layer(*secure_) : *plain_; }
  std::string name() const { return address_.host + ":" + std::to_string(address_.port); }
  [[noreturn]] void unreachable(const ErrorCode& error) const {
    const bool is_late = error == beast::error::timeout;
    throw Error(conditions::kPeerUnreachable, {{"address", name()}, {"reason", is_late ? "no answer in time" : error.message()}});
  }
  [[noreturn]] static void gone(const ErrorCode& error) {
    if (error == beast::error::timeout) throw Error(conditions::kPeerTooSlow);
    throw Error(conditions::kPeerGone, {{"reason", error.message()}});
  }

  template <typename Start>
  ErrorCode wait(Start start) {
    ErrorCode result;
    start(result);
    context_.restart();
    context_.run();
    return result;
  }

  template <typename Stream>
  ClientResponse exchange_on(Stream& stream_in, const ClientRequest& request) {
    can_be_kept_ = false;
    http::request<http::empty_body> head;
    head.version(11);
    head.method_string(request.method);
    head.target(request.target);
    for (const auto& [header, value] : request.headers) head.set(header, value);
    if (!request.body.empty() || request.method == "PUT" || request.method == "POST") head.set(http::field::content_length, std::to_string(request.body.size()));
    http::request_serializer<http::empty_body> serializer(head);
    const auto sent = [](ErrorCode& result) { return [&result](ErrorCode e, std::size_t) { result = e; }; };

    stream().expires_after(limits_.silence);
    ErrorCode error = wait([&](ErrorCode& result) { http::async_write_header(stream_in, serializer, sent(result)); });
    // In pieces, so that the time counts from the last one that moved.
    constexpr std::size_t kPieceBytes = 256 << 10;
    for (std::string_view rest = request.body; !error && !rest.empty();) {
      stream().expires_after(limits_.silence);
      const std::string_view piece = rest.substr(0, kPieceBytes);
      error = wait([&](ErrorCode& result) { asio::async_write(stream_in, asio::buffer(piece.data(), piece.size()), sent(result)); });
      rest.remove_prefix(piece.size());
    }
    const bool was_cut = static_cast<bool>(error);
    if (error == beast::error::timeout) gone(error);

    // A server that refuses early may answer and close before it has taken everything: its answer counts.
    http::response_parser<http::string_body> parser;
    parser.body_limit(limits_.max_body_bytes);
    parser.skip(request.method == "HEAD");
    ErrorCode read_error;
    do {
      stream().expires_after(limits_.silence);
      read_error = wait([&](ErrorCode& result) { http::async_read_some(stream_in, buffer_, parser, sent(result)); });
    } while (!read_error && !parser.is_done());
    if (read_error) gone(was_cut ? error : read_error);
    stream().expires_never();

    ClientResponse response;
    const auto& message = parser.get();
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      std::string lower(field.name_string());
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      response.headers.emplace_back(std::move(lower), std::string(field.value()));
    }
    can_be_kept_ = !was_cut && message.keep_alive() && buffer_.size() == 0;
    response.body = std::move(parser.get().body());
    return response;
  }

  const ServerAddress& address_;
  const ClientLimits& limits_;
  asio::io_context context_{1};
  std::optional<beast::tcp_stream> plain_;
  std::optional<beast::ssl_stream<beast::tcp_stream>> secure_;
  beast::flat_buffer buffer_;
  bool can_be_kept_ = false;
};

class KeepingClient final : public HttpClient {
 public:
  KeepingClient(ServerAddress address, ClientLimits limits) : address_(std::move(address)), limits_(limits), tls_(asio::ssl::context::tls_client) {
    tls_.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    ErrorCode ignored;  // without any trusted certificate nothing is trusted, which the handshake then says
    tls_.set_default_verify_paths(ignored);
  }

  ClientResponse send(const ClientRequest& request) override {
    std::unique_ptr<ClientConnection> connection = take();
    const bool is_fresh = !connection;
    if (is_fresh) connection = std::make_unique<ClientConnection>(address_, limits_, tls_);
    try {
      ClientResponse response = connection->exchange(request);
      if (connection->can_be_kept()) keep(std::move(connection));
      return response;
    } catch (const Error&) {
      // Where one kept connection was closed the others were too.
      if (!is_fresh) drop_all();
      throw;
    }
  }

 private:
  static constexpr std::size_t kMaxKept = 32;

  std::unique_ptr<ClientConnection> take() {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) return nullptr;
    auto connection = std::move(kept_.back());
    kept_.pop_back();
    return connection;
  }
  void keep(std::unique_ptr<ClientConnection> connection) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() < kMaxKept) kept_.push_back(std::move(connection));
  }
  void drop_all() {
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }

  const ServerAddress address_;
  const ClientLimits limits_;
  asio::ssl::context tls_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ClientConnection>> kept_;
};

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::unique_ptr<HttpClient> HttpClient::create(ServerAddress address, ClientLimits limits) {
  return std::make_unique<KeepingClient>(std::move(address), limits);
}

}  // namespace lab::net
