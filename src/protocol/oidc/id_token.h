#pragma once

#include <chrono>
#include <string>

#include "protocol/oidc/signed_token.h"

namespace lab::oidc {

/// How far the clocks of two machines may be apart.
inline constexpr std::chrono::seconds kClockSkew(60);

/// What an ID token of one log-in must say.
struct ExpectedIdToken {
  std::string issuer, client_id, nonce;
  std::chrono::sys_seconds now;
};

/// The rules of OpenID Connect Core 3.1.3.7 but for the signature, which is_signed_by() looks at. Throws OIDC_TOKEN_REFUSED with the
/// cause and what to do.
void check_id_token(const SignedToken& token, const ExpectedIdToken& expected);

}  // namespace lab::oidc
