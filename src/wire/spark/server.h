#pragma once

#include <memory>
#include <optional>
#include <string>

#include "access/access.h"
#include "base/fair_queue.h"
#include "base/pool.h"
#include "session/session.h"

namespace lab::wire::spark {

struct ServerOptions {
  std::string listen = "127.0.0.1";
  int port = 15002;                 ///< 0: any
  std::optional<std::string> certificate_pem, key_pem;  ///< both: TLS
  std::chrono::seconds session_timeout = std::chrono::hours(1);
};

/// Spark Connect over gRPC: every RPC of the 3.5 and 4.x protocol. Statements run on `statements`; nothing blocks a gRPC thread.
/// What it is given must outlive it.
class SparkServer {
 public:
  /// Throws ADDRESS_IN_USE-like errors when it cannot listen.
  static std::unique_ptr<SparkServer> start(ServerOptions options, session::SessionManager& sessions, const access::Access& access, ThreadPool& statements, FairQueue& admission);
  virtual ~SparkServer() = default;
  virtual int port() const = 0;
  /// Refuses new calls, interrupts what runs, ends streams. May be called twice.
  virtual void stop() = 0;
};

}  // namespace lab::wire::spark
