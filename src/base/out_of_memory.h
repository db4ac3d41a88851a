#pragma once

#include "base/conditions.h"

namespace lab::conditions {

/// Of an engine above its session's limit, and of the process itself.
inline constexpr Condition kOutOfMemory{"UNABLE_TO_ACQUIRE_MEMORY", "53200", Kind::ResourceExhausted,
    "The query needs more memory than its session may use. <message>"};

}  // namespace lab::conditions
