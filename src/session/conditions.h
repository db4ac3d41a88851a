#pragma once

#include "base/conditions.h"

namespace lab::conditions {

inline constexpr Condition kSessionWasClosed{"INVALID_HANDLE.SESSION_CLOSED", "HY000", Kind::InvalidArgument, "The handle <handle> is invalid. Session was closed."};

inline constexpr Condition kKeptFrameNotFound{"CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND", "56K00", Kind::InvalidArgument, "The Spark Connect plan is invalid. No DataFrame with id <dfId> is found in the session <sessionId>"};
inline constexpr Condition kArtifactsTooLarge{"ARTIFACTS_TOO_LARGE", "53200", Kind::ResourceExhausted,
    "The artifact <artifactName> of <size> bytes does not fit beside the others of its session: <limit> bytes in all."};

}  // namespace lab::conditions
