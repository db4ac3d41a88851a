#pragma once

#include "base/conditions.h"

namespace lab::wire::hub::conditions {

inline constexpr Condition kBadBody{"BAD_REQUEST_BODY", "08P01", Kind::InvalidArgument, "<reason>"};
inline constexpr Condition kForbidden{"FORBIDDEN", "42501", Kind::PermissionDenied, "<reason>"};
inline constexpr Condition kNotFound{"NOT_FOUND", "42704", Kind::NotFound, "<what>"};
inline constexpr Condition kUnknownLogIn{"OIDC_LOG_IN_UNKNOWN", "28000", Kind::Unauthenticated, "This log-in was not begun in this browser, was ended already, or took longer than ten minutes. Begin it anew at /hub/login."};
inline constexpr Condition kConflict{"CONFLICT", "42710", Kind::Conflict, "<what>"};

}  // namespace lab::wire::hub::conditions
