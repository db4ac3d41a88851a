#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/pool.h"
#include "net/awaitable.h"
#include "net/http.h"
#include "net/io_runtime.h"
#include "net/request_body.h"
#include "net/tls.h"

namespace lab::net {

/// What a server does with its requests. Called on I/O threads, from many connections at once; blocking work goes
/// through offload().
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  /// `body` lives until the answer has been written. An exception becomes answer_error().
  virtual awaitable<Response> handle(Request request, RequestBody& body) = 0;

  /// The answer for an Error that left handle(), or for a request that could not be read (`request` is nullptr then).
  /// Of headers `request` has the Host only. Not overridden: plain text with a status by the error's kind.
  virtual Response answer_error(const Request* request, const Error& error);
};

/// A status for each kind of error, for protocols that have no table of their own.
int default_status(Kind kind);

struct HttpLimits {
  std::size_t max_head_bytes = 64 << 10;
  std::size_t max_connections = 4096;
  /// From the first byte of a head to its last.
  std::chrono::milliseconds head_timeout = std::chrono::seconds(30);
  /// Between two requests of a connection.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);
  /// Inside a body or an answer, without any byte moving.
  std::chrono::milliseconds stall_timeout = std::chrono::seconds(60);
  /// What is left of a body behind its answer is read up to this size to keep the connection; beyond it ends.
  std::uint64_t max_drained_bytes = 256 << 10;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  std::string server_name = "dflab";
  HttpLimits limits = {};
  std::shared_ptr<TlsContext> tls = {};  ///< plain HTTP without
};

/// HTTP/1.1 (and 1.0) on one address: keep-alive, pipelining one after another, streaming both ways, limits on
/// everything a client can stretch. Thread-safe.
class HttpServer {
 public:
  /// `pool` reads files and BodySources; it, the runtime and the handler must outlive the server.
  HttpServer(IoRuntime& runtime, ThreadPool& pool, HttpHandler& handler, HttpServerOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens. Throws ADDRESS_IN_USE or CANNOT_LISTEN.
  void start();
  /// The port it listens on.
  std::uint16_t port() const;
  std::size_t num_connections() const;

  /// Refuses new connections, ends idle ones, lets requests under way finish for `grace`, then ends them too. Returns
  /// when no handler runs any more. May be called twice; not from an I/O thread.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(1));

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lab::net
