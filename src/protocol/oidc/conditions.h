#pragma once

#include "base/conditions.h"

namespace lab::oidc::conditions {

inline constexpr Condition kMalformedToken{"OIDC_TOKEN_MALFORMED", "28000", Kind::Unauthenticated, "<reason>"};
inline constexpr Condition kTokenRefused{"OIDC_TOKEN_REFUSED", "28000", Kind::Unauthenticated, "The ID token of the provider is refused: <reason>. <fix>"};
inline constexpr Condition kBadDiscovery{"OIDC_DISCOVERY_INVALID", "08001", Kind::Unavailable, "The discovery document of <issuer> is of no use: <reason>. <fix>"};

}  // namespace lab::oidc::conditions
