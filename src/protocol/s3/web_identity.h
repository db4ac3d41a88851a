#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// A token of an OpenID Connect provider (a JSON Web Token, RFC 7519), as AssumeRoleWithWebIdentity takes it.
struct WebIdentityToken {
  std::string algorithm;  ///< `RS256` …
  std::string key_id;     ///< may be empty
  std::string signed_part;
  std::string signature;  ///< raw bytes

  std::string issuer, subject;
  std::vector<std::string> audiences;  ///< `aud`, and `azp` where it is another
  std::chrono::sys_seconds expires;
  std::optional<std::chrono::sys_seconds> not_before;
  std::map<std::string, std::vector<std::string>> claims;  ///< all whose values are texts, numbers, truths or lists of them
};

/// What the token says, believed by nobody yet. Throws InvalidIdentityToken.
WebIdentityToken parse_web_identity(std::string_view text);

/// Whether one of a provider's public keys (`jwks`, a JSON Web Key Set, RFC 7517) signed the token: RS, PS and ES with SHA-256, -384
/// and -512. A set that cannot be read has no keys.
bool is_signed_by(const WebIdentityToken& token, std::string_view jwks);

}  // namespace lab::s3
