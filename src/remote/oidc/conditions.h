#pragma once

#include "base/conditions.h"

namespace lab::oidc::conditions {

inline constexpr Condition kProviderUnreachable{"OIDC_PROVIDER_UNREACHABLE", "08001", Kind::Unavailable, "The identity provider cannot be asked: <reason>. <fix>"};
inline constexpr Condition kProviderRefused{"OIDC_PROVIDER_REFUSED", "28000", Kind::Unauthenticated, "The identity provider refused the log-in: <reason>. <fix>"};

}  // namespace lab::oidc::conditions
