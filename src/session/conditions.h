#pragma once

#include "base/conditions.h"

namespace lab::conditions {

inline constexpr Condition kSessionWasClosed{"INVALID_HANDLE.SESSION_CLOSED", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Session was closed."};

}  // namespace lab::conditions
