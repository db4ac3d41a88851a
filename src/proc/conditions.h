#pragma once

#include "base/conditions.h"

namespace lab::proc::conditions {

inline constexpr Condition kCannotStart{"CANNOT_START_PROCESS", "58000", Kind::Unavailable, "<program> cannot be started: <reason>."};

}  // namespace lab::proc::conditions
