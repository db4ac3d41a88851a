#pragma once

#include <map>

#include "plan/bound_tree.h"

namespace lab::analyze {

/// The same expression, its columns those of a query around the one that it stands in.
plan::bound::ExpressionPtr as_outer(const plan::bound::ExpressionPtr& expression);

/// A subquery (ScalarSubquery, Exists, InSubquery), what it says of columns around it said of others: `names` gives those that change.
/// The values of IN stay as they are.
plan::bound::ExpressionPtr with_outer_columns(const plan::bound::ExpressionPtr& subquery, const std::map<plan::bound::ColumnId, plan::bound::ColumnId>& names);

}  // namespace lab::analyze
