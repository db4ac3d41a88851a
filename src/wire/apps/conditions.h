#pragma once

#include "base/conditions.h"

namespace lab::wire::apps::conditions {

inline constexpr Condition kForbidden{"FORBIDDEN", "42501", Kind::PermissionDenied, "<reason>"};
inline constexpr Condition kNotOpen{"APP_NOT_OPEN", "42501", Kind::PermissionDenied, "The app <name> is not open to <user>. Its owner, <owner>, can open it: dflab app rights <name>"};
inline constexpr Condition kNothingHere{"NOT_FOUND", "42704", Kind::NotFound, "There is nothing at <path>"};
inline constexpr Condition kFailed{"APP_FAILED", "58000", Kind::Unavailable, "The app <name> does not run; its owner can see why"};
inline constexpr Condition kCutShort{"APP_FAILED", "58000", Kind::Unavailable, "The app <name> has ended without an answer"};
inline constexpr Condition kStartsSlowly{"APP_STARTS", "57P03", Kind::Unavailable, "The app <name> is not ready yet"};

}  // namespace lab::wire::apps::conditions
