#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab::net {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 80;
  bool has_tls = false;
};

struct ClientLimits {
  std::chrono::milliseconds connect{5'000};  ///< to reach the server, TLS included
  std::chrono::milliseconds silence{30'000};  ///< without a byte in either direction
  std::uint64_t max_body_bytes = 1ULL << 30U;
  bool refuses_this_machine = false;  ///< loopback addresses are not asked, whatever name leads there
};

/// What is sent; the views live as long as the call. Host is the caller's to set, Content-Length the client's.
struct ClientRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::string body;

  /// Empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// A blocking HTTP/1.1 client of one server that keeps connections open. Thread-safe: each call has a connection of its own.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// TLS trusts the machine's certificates (SSL_CERT_FILE and SSL_CERT_DIR name others) and checks the host's name.
  static std::unique_ptr<HttpClient> create(ServerAddress address, ClientLimits limits = {});

  /// One exchange, not repeated. Link-local addresses are never asked. Throws PEER_UNREACHABLE before anything was sent, PEER_NOT_TRUSTED, and PEER_GONE or
  /// PEER_TOO_SLOW when it is unknown what the server did.
  virtual ClientResponse send(const ClientRequest& request) = 0;
};

}  // namespace lab::net
