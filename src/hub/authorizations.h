#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace lab::hub {

/// What a person allowed a notebook server to know, between the browser's step of OAuth and the server's.
struct Authorization {
  std::string user;
  std::string client;        ///< `jupyterhub-user-ann`
  std::string redirect_uri;  ///< must be the same in both steps
  std::string session;       ///< id of the log-in that it ends with
  std::vector<std::string> scopes;
  std::string challenge;     ///< of PKCE (S256); empty without
};

/// What a verifier's challenge is (S256): base64url without padding of its SHA-256 (RFC 7636).
std::string pkce_challenge(const std::string& verifier);

/// Codes of OAuth: good once, for a minute. In memory only: a restart in between makes the browser begin anew. Thread-safe.
class Authorizations {
 public:
  explicit Authorizations(const Clock& clock) : clock_(clock) {}

  std::string issue(Authorization authorization);
  /// Absent for a code that is unknown, used up, too old, or of another client or address, or when `verifier` is not what the challenge was made from.
  std::optional<Authorization> redeem(const std::string& code, const std::string& client, const std::string& redirect_uri, const std::string& verifier);

 private:
  struct Pending {
    Authorization authorization;
    std::chrono::steady_clock::time_point until;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Pending> pending_;
};

}  // namespace lab::hub
