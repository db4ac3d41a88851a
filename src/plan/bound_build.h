#pragma once

#include "plan/bound_tree.h"

/// Makers of bound relations that work out the columns from the inputs.
namespace lab::plan::bound {

/// `named` gives each output's column, in order (name, metadata; type and nullability come from the expression).
RelationPtr make_project(RelationPtr input, Outputs outputs, Columns columns);
RelationPtr make_filter(RelationPtr input, ExpressionPtr condition);
RelationPtr make_join(RelationPtr left, RelationPtr right, JoinType type, ExpressionPtr condition, bool is_lateral = false);
RelationPtr make_sort(RelationPtr input, std::vector<SortKey> keys);
RelationPtr make_limit(RelationPtr input, std::optional<std::int64_t> count, std::int64_t offset);
/// Window outputs behind the input's columns; `columns` describe the outputs.
RelationPtr make_window(RelationPtr input, Outputs outputs, const Columns& columns);

/// The same relation over other inputs (as many as before), columns worked out again.
RelationPtr with_inputs(const RelationPtr& relation, std::vector<RelationPtr> inputs);

/// The same relation with each of its own expressions replaced; the same pointer when none changed. Columns keep their types.
RelationPtr map_expressions(const RelationPtr& relation, const std::function<ExpressionPtr(const ExpressionPtr&)>& change);

/// The relation giving column `id` too, which some relation below it gives; null when it cannot pass (a set operation, an
/// aggregate that does not group by it, a subquery's border).
RelationPtr expose(const RelationPtr& relation, ColumnId id);

/// Passes exactly `columns`, in that order; the relation itself when it gives these already.
RelationPtr select_columns(RelationPtr input, const Columns& columns);

}  // namespace lab::plan::bound
