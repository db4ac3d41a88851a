#pragma once

#include <functional>

#include "plan/bound.h"

namespace lab::scan {
class TableSource;
}

namespace lab::plan::bound {

/// Whether two tables that queries scan count as the same.
using SameSource = std::function<bool(const scan::TableSource&, const scan::TableSource&)>;

/// A relation of a query, with the instant that "now" is in it.
struct PlanOf {
  RelationPtr relation;
  std::int64_t now_micros = 0;
};

/// True when both relations ask for the same rows in the same columns, whatever ids and names these have (Spark's `sameResult`).
/// The instants of two queries count as equal, and so do draws without a seed. False for a relation that depends on one around it.
bool same_plan(const PlanOf& left, const PlanOf& right, const SameSource& same_source);

/// True when two expressions of one query have the same value, the subqueries in them compared by what they ask for. Columns that neither
/// of them makes are what they are by their ids.
bool same_in_query(const ExpressionPtr& left, const ExpressionPtr& right, const SameSource& same_source);

}  // namespace lab::plan::bound
