#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/access.h"
#include "hub/authorizations.h"
#include "net/http.h"

namespace lab::wire::apps {

/// Who comes to the door.
struct Visitor {
  std::string user;
  bool is_admin = false;
  std::string credential;  ///< for the audit
  std::string proof;       ///< what they brought: good for as long as find_visitor() says so

  store::Origin origin(std::string request) const { return {.actor = user, .protocol = "apps", .request = std::move(request), .credential = credential}; }
};

/// Sessions of this door. A browser gets one by the code grant of OAuth (RFC 6749, with PKCE) from the hub, where it logs in; it ends with the
/// hub's. Programs bring a token of the hub that has the scope `access:apps`. Thread-safe.
class LogIn {
 public:
  /// What it is given must outlive it.
  LogIn(access::Access& access, lab::hub::Authorizations& authorizations, const Clock& clock);

  /// Absent when the request proves nobody; counted in the audit trail when it tries to.
  std::optional<Visitor> find_visitor(const net::Request& request);
  /// Whether what `visitor` brought is still good.
  bool is_good(const Visitor& visitor) const;

  /// To the hub, which asks the visitor to log in, and back to `request`. `hub` and `own` are origins: `http://localhost:8000`.
  net::Response begin(const net::Request& request, const std::string& hub, const std::string& own) const;
  /// The visitor is back with a code. Throws FORBIDDEN.
  net::Response end(const net::Request& request, const std::string& own);

 private:
  access::Access& access_;
  lab::hub::Authorizations& authorizations_;
  const Clock& clock_;
};

/// The value of a cookie; empty without.
std::string cookie_value(const net::Request& request, std::string_view name);
/// A 302 that nobody keeps.
net::Response redirect_to(std::string address);

}  // namespace lab::wire::apps
