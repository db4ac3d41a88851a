#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/awaitable.h"
#include "net/http.h"
#include "net/io_runtime.h"
#include "net/request_body.h"

namespace lab::net {

/// Hands requests on to servers of this machine: bodies and answers stream both ways at the pace of the slower side, an
/// upgrade (WebSocket) becomes a tunnel of bytes. Path, Host and end-to-end headers stay as they came; `X-Forwarded-For`
/// and `X-Forwarded-Proto` are added. Every request has an upstream connection of its own. Thread-safe.
class ReverseProxy {
 public:
  explicit ReverseProxy(IoRuntime& runtime);
  ~ReverseProxy();

  /// Called on an I/O thread, for a request whose body nobody has read. The answer's body flows from the upstream.
  /// Throws PEER_UNREACHABLE when nobody listens on 127.0.0.1:`port`, PEER_GONE when it ends without a whole head.
  awaitable<Response> forward(Request request, RequestBody& body, std::uint16_t port);

  /// Ends all upstream connections, and with them what waits for them. May be called twice.
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lab::net
