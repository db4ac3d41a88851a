#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "access/access.h"
#include "net/http.h"
#include "remote/oidc/provider.h"

namespace lab::wire::hub {

/// The lab's own address as the browser wrote it, `https://lab.example.org`; the host is known already.
std::string address_of_door(const net::Request& request);

struct OidcDoorOptions {
  oidc::ProviderOptions provider;
  std::string name = "your organisation";  ///< what the button calls the provider
  std::string scopes = "openid profile email";
  std::string user_claim = "preferred_username", groups_claim = "groups";
  std::string callback;                    ///< the address that is registered at the provider; empty: as the browser reached the lab
  bool ends_session = false;               ///< a log-out offers to log out at the provider too
  access::EntryRules rules;
};

/// Log-in by OpenID Connect: the authorization code flow with PKCE, state and nonce. What was begun is kept in memory for ten minutes,
/// good once and in the browser alone that began it. Blocks for the provider. Thread-safe.
class OidcDoor {
 public:
  /// All but the options must outlive it.
  OidcDoor(OidcDoorOptions options, access::Access& access, const Clock& clock) : options_(std::move(options)), access_(access), clock_(clock), provider_(options_.provider, clock) {}

  const OidcDoorOptions& options() const { return options_; }

  /// Where to send a browser for a log-in. `browser` is the secret of its cookie, `next` where it goes afterwards. Throws what
  /// Provider::discovery() throws.
  std::string begin(const std::string& browser, const std::string& redirect_uri, const std::string& next);

  struct Arrival {
    access::Identity identity;
    std::string next;
  };
  /// What the provider sent the browser back with. Throws OIDC_LOG_IN_UNKNOWN for a log-in that was not begun here, what
  /// Provider::redeem() throws, and what Access::enter() throws; audited, and failures slow their address down.
  Arrival end(const std::string& browser, const net::Headers& query, std::string_view peer);

  /// Where the session at the provider is ended; empty when the provider has no such place, or does not answer.
  std::string end_session_address(const std::string& back_to);

 private:
  struct Pending {
    std::string browser, verifier, nonce, redirect_uri, next;
    std::chrono::steady_clock::time_point until;
  };
  /// Used up by it.
  Pending take(const std::string& browser, const std::string& state);
  access::ProvenPerson prove(const Pending& pending, const net::Headers& query);

  const OidcDoorOptions options_;
  access::Access& access_;
  const Clock& clock_;
  oidc::Provider provider_;
  std::mutex mutex_;
  std::map<std::string, Pending> pending_;  ///< by state
};

}  // namespace lab::wire::hub
