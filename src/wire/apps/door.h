#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "access/access.h"
#include "apps/apps.h"
#include "base/pool.h"
#include "hub/authorizations.h"
#include "net/http_server.h"

namespace lab::wire::apps {

struct DoorOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8501;
  /// Names under which browsers may reach the door, besides those of this machine.
  std::vector<std::string> hosts;
  /// Where the hub is, under the same name: who has not logged in is sent there.
  std::uint16_t hub_port = 8000;
  bool hub_has_tls = false;
};

/// The port of apps. Thread-safe.
class AppsDoor {
 public:
  /// What it is given must outlive it; `authorizations` holds the codes that the hub gives for this door. Plain HTTP without `tls`.
  AppsDoor(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock, DoorOptions options,
           std::shared_ptr<net::TlsContext> tls = {});
  ~AppsDoor();
  void start();
  std::uint16_t port() const;
  void stop();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace lab::wire::apps
