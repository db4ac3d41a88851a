#pragma once

#include "plan/bound.h"

namespace lab::analyze {

/// The same value by structure, or with the two sides of `a + b` and its like exchanged: what GROUP BY computes under one spelling may be
/// named under the other. Subqueries are the same where they ask for the same rows.
bool same_value(const plan::bound::ExpressionPtr& left, const plan::bound::ExpressionPtr& right);

}  // namespace lab::analyze
