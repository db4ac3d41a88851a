#pragma once

#include <string_view>

#include "protocol/oidc/signed_token.h"

namespace lab::s3 {

/// A token of an OpenID Connect provider, as AssumeRoleWithWebIdentity takes it: `azp` is one of its audiences.
using WebIdentityToken = oidc::SignedToken;

/// What the token says, believed by nobody yet. Throws InvalidIdentityToken.
WebIdentityToken parse_web_identity(std::string_view text);

}  // namespace lab::s3
