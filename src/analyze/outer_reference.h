#pragma once

#include <map>
#include <string>

#include "plan/bound_tree.h"

namespace lab::analyze {

/// The same expression, its columns those of a query around the one that it stands in.
plan::bound::ExpressionPtr as_outer(const plan::bound::ExpressionPtr& expression);

/// Names a column of a query around the one that it stands in, outside of its own subqueries.
bool names_outer_column(const plan::bound::ExpressionPtr& expression);

/// An expression's text with `outer(db.t.a)` in it as `a`.
std::string without_outer(std::string sql);

/// A subquery (ScalarSubquery, Exists, InSubquery), what it says of columns around it said of others: `names` gives those that change.
/// The values of IN stay as they are.
plan::bound::ExpressionPtr with_outer_columns(const plan::bound::ExpressionPtr& subquery, const std::map<plan::bound::ColumnId, plan::bound::ColumnId>& names);

}  // namespace lab::analyze
