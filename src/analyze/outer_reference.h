#pragma once

#include "plan/bound_tree.h"

namespace lab::analyze {

/// The same expression, its columns those of a query around the one that it stands in.
plan::bound::ExpressionPtr as_outer(const plan::bound::ExpressionPtr& expression);

}  // namespace lab::analyze
