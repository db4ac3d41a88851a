#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/pool.h"
#include "net/http_server.h"
#include "session/session.h"

namespace lab::wire::status {

struct StatusOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4040;
};

/// What Spark's web page is for: sessions and their statements, as a page, and as JSON under /api/v1/applications. Thread-safe.
class StatusPages {
 public:
  /// What it is given must outlive it.
  StatusPages(net::IoRuntime& runtime, ThreadPool& pool, session::SessionManager& sessions, StatusOptions options);
  ~StatusPages();
  void start();
  std::uint16_t port() const;
  void stop();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace lab::wire::status
