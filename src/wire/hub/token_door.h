#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/pool.h"
#include "hub/token_server.h"
#include "net/http_server.h"

namespace lab::wire::hub {

/// The port of the token server (8888), which hands everything on to it and starts it for whoever comes first. Loopback only, plain
/// HTTP. Thread-safe.
class TokenDoor {
 public:
  /// What it is given must outlive it.
  TokenDoor(net::IoRuntime& runtime, ThreadPool& pool, lab::hub::TokenServer& server, const std::string& address, std::uint16_t port);
  ~TokenDoor();
  void start();
  std::uint16_t port() const;
  void stop();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace lab::wire::hub
