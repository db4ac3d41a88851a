#pragma once

#include "base/conditions.h"

namespace lab::wire::hub::conditions {

inline constexpr Condition kBadBody{"BAD_REQUEST_BODY", "08P01", Kind::InvalidArgument, "<reason>"};
inline constexpr Condition kForbidden{"FORBIDDEN", "42501", Kind::PermissionDenied, "<reason>"};
inline constexpr Condition kNotFound{"NOT_FOUND", "42704", Kind::NotFound, "<what>"};
inline constexpr Condition kConflict{"CONFLICT", "42710", Kind::Conflict, "<what>"};

}  // namespace lab::wire::hub::conditions
