#pragma once

#include <optional>

#include "plan/bound.h"

namespace lab::analyze {

/// The value of a constant expression; nullopt when it depends on rows or is beyond what analysis folds. Throws what the expression
/// itself would raise.
std::optional<types::Value> fold_constant(const plan::bound::ExpressionPtr& expression, const plan::bound::Policy& policy);

}  // namespace lab::analyze
