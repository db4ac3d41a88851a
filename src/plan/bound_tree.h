#pragma once

#include <functional>

#include "plan/bound.h"

/// Walking and rewriting bound trees. Subquery plans are not entered: they are relations of their own.
namespace lab::plan::bound {

/// Calls `visit` on each direct child expression.
void for_each_child(const Expression& expression, const std::function<void(const ExpressionPtr&)>& visit);
/// The expression with each direct child replaced; the same pointer when no child changed.
ExpressionPtr map_children(const ExpressionPtr& expression, const std::function<ExpressionPtr(const ExpressionPtr&)>& change);
/// Calls `visit` on the expression and everything in it, parents first, until it returns false for a subtree.
void walk(const ExpressionPtr& expression, const std::function<bool(const ExpressionPtr&)>& visit);
/// True when some node satisfies the test.
bool contains(const ExpressionPtr& expression, const std::function<bool(const Expression&)>& test);

/// Tests for contains().
bool is_aggregate(const Expression& expression);
bool is_window(const Expression& expression);

/// Same meaning by structure; origins do not count.
bool same(const ExpressionPtr& left, const ExpressionPtr& right);

/// The aggregate's own expressions (arguments, filter, WITHIN GROUP keys).
void for_each_child(const AggregateCall& call, const std::function<void(const ExpressionPtr&)>& visit);
AggregateCall map_children(AggregateCall call, const std::function<ExpressionPtr(const ExpressionPtr&)>& change, bool& changed);

/// A reference to `column` as its relation gives it.
ExpressionPtr make_reference(const Column& column, Origin origin = {});
ExpressionPtr make_literal(types::Literal literal, Origin origin = {});

/// Relations with their columns worked out from the inputs. Outputs take name and metadata from `columns`.
Column output_column(const Output& output, std::string name, std::string metadata = {});
const Column* find_column(const Columns& columns, ColumnId id);

/// Direct inputs of a relation, left first. A Shared's definition is one; subquery plans are not.
std::vector<RelationPtr> inputs_of(const Relation& relation);

}  // namespace lab::plan::bound
