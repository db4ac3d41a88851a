#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::oidc {

/// Claims by their names, each with its texts; numbers and truths are texts too. A claim inside of another is named with a dot
/// between them (`realm_access.roles`).
using Claims = std::map<std::string, std::vector<std::string>>;

/// Those of a JSON object. Throws OIDC_TOKEN_MALFORMED for any other text.
Claims parse_claims(std::string_view text);

/// A token of an OpenID Connect provider (a JSON Web Token, RFC 7519).
struct SignedToken {
  std::string algorithm;  ///< `RS256` …
  std::string key_id;     ///< may be empty
  std::string signed_part;
  std::string signature;  ///< raw bytes

  std::string issuer, subject;
  std::vector<std::string> audiences;  ///< `aud`
  std::string authorized_party;        ///< `azp`; empty without
  std::string nonce;                   ///< empty without
  std::chrono::sys_seconds expires;
  std::optional<std::chrono::sys_seconds> not_before, issued;
  Claims claims;
};

/// What the token says, believed by nobody yet. Throws OIDC_TOKEN_MALFORMED.
SignedToken parse_signed_token(std::string_view text);

/// Whether one of a provider's public keys (`jwks`, a JSON Web Key Set, RFC 7517) signed the token: RS, PS and ES with SHA-256, -384
/// and -512; never `none`, never a shared secret. Keys that say they are for something else than signatures do not count. A set that
/// cannot be read has no keys.
bool is_signed_by(const SignedToken& token, std::string_view jwks);

}  // namespace lab::oidc
