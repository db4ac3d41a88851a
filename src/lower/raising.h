#pragma once

#include <functional>

#include "plan/bound.h"

namespace lab::lower {

/// The expression may raise an error for some row, so it must not see rows that the query leaves out.
bool may_raise(const plan::bound::Expression& expression);

bool holds_subquery(const plan::bound::Expression& expression);

/// Conjuncts of a condition, in order.
std::vector<const plan::bound::Expression*> conjuncts_of(const plan::bound::Expression& condition);

/// Calls `visit` for each direct child that is an expression (not inside subqueries).
void for_each_child(const plan::bound::Expression& expression, const std::function<void(const plan::bound::Expression&)>& visit);

}  // namespace lab::lower
