#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/access.h"
#include "apps/apps.h"
#include "base/pool.h"
#include "hub/authorizations.h"
#include "hub/servers.h"
#include "net/http_server.h"
#include "wire/hub/oidc_door.h"

namespace lab::wire::hub {

/// A role of the lab, as the home page shows it.
struct RoleLine {
  std::string key, protocol, address;
  bool is_running = false;
};

struct HubOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;
  /// Names under which browsers may reach the door, besides those of this machine: others are refused (DNS rebinding).
  std::vector<std::string> hosts;
  std::function<std::vector<RoleLine>()> roles;
  /// The ways that a name and a password may be proved by, in turn; none: there is no form for them. The link of the first start
  /// logs in in any case.
  std::vector<access::PasswordWay> password_ways = {access::PasswordWay{}};
  /// Log-in by an OpenID Connect provider; absent without.
  std::optional<OidcDoorOptions> oidc;
  /// The provider's button stands above the password form.
  bool is_oidc_first = false;
  /// The administrator's password is known to everybody.
  bool is_workshop = false;
};

/// The pages, the REST API and the reverse proxy of notebook servers. Thread-safe.
class HubServer {
 public:
  /// What it is given must outlive it; plain HTTP without `tls`.
  HubServer(net::IoRuntime& runtime, ThreadPool& pool, access::Access& access, lab::hub::Servers& servers, lab::apps::Apps& apps, lab::hub::Authorizations& authorizations, const Clock& clock,
            HubOptions options, std::shared_ptr<net::TlsContext> tls = {});
  ~HubServer();
  void start();
  std::uint16_t port() const;
  void stop();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace lab::wire::hub
