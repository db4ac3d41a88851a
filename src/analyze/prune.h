#pragma once

#include <vector>

#include "plan/bound.h"

namespace lab::analyze {

/// The same relation with columns that nobody needs left out of scans, projections, aggregates and windows below it. The root's own
/// columns stay.
plan::bound::RelationPtr prune(const plan::bound::RelationPtr& root);

/// The columns that the subqueries of an expression name, their own and those of the query around alike.
std::vector<plan::bound::ColumnId> columns_in_subqueries(const plan::bound::ExpressionPtr& expression);

}  // namespace lab::analyze
