#pragma once

#include "base/conditions.h"

namespace lab::conditions {

/// Spark's own words for a statement that it gives up on.
inline constexpr Condition kTooComplex{"FAILED_TO_PARSE_TOO_COMPLEX", "54001", Kind::Parse,
    "The statement, including potential SQL functions and referenced views, was too complex to parse.\nTo mitigate this error divide the "
    "statement into multiple, less complex chunks."};

}  // namespace lab::conditions
