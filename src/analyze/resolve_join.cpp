#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/prune.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

namespace lab::analyze {
namespace {

bound::JoinType bound_type(plan::JoinType type) {
  switch (type) {
    case plan::JoinType::Inner: return bound::JoinType::Inner;
    case plan::JoinType::FullOuter: return bound::JoinType::FullOuter;
    case plan::JoinType::LeftOuter: return bound::JoinType::LeftOuter;
    case plan::JoinType::RightOuter: return bound::JoinType::RightOuter;
    case plan::JoinType::LeftAnti: return bound::JoinType::LeftAnti;
    case plan::JoinType::LeftSemi: return bound::JoinType::LeftSemi;
    case plan::JoinType::Cross: return bound::JoinType::Cross;
  }
  return bound::JoinType::Inner;
}

bool keeps_right(plan::JoinType type) { return type != plan::JoinType::LeftSemi && type != plan::JoinType::LeftAnti; }

// The names that both sides have, in the left's order; one that a side has several times counts as often as both have it.
std::vector<std::string> common_names(const Scope& left, const Scope& right, bool case_sensitive) {
  std::vector<std::string> common;
  std::vector<bool> is_taken(right.size());
  for (const auto& column : left)
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (is_taken[i] || !same_name(right[i].column.name, column.column.name, case_sensitive)) continue;
      is_taken[i] = true;
      common.push_back(column.column.name);
      break;
    }
  return common;
}

// Columns take the nullability that the join gives them.
void refresh(Scope& scope, const bound::Columns& columns) {
  for (auto& entry : scope)
    if (const auto* column = bound::find_column(columns, entry.column.id)) entry.column.nullable = column->nullable;
}

std::shared_ptr<const Instance> both(const Resolved& left, const Resolved& right) {
  auto instance = std::make_shared<Instance>();
  instance->inputs = {left.instance, right.instance};
  return instance;
}

}  // namespace

Resolved Resolver::resolve_node(const plan::Join& node, const plan::Relation& relation) {
  Resolved left = resolve(node.left);
  Resolved right;
  if (node.is_lateral) {
    Names around = names_over(left);
    around.outer = outer_;
    const auto* saved = std::exchange(outer_, &around);
    right = resolve(node.right);
    outer_ = saved;
  } else {
    right = resolve(node.right);
  }
  const bool from_left = node.type == plan::JoinType::Inner || node.type == plan::JoinType::Cross || node.type == plan::JoinType::LeftOuter || !keeps_right(node.type);
  const bool from_right = node.type == plan::JoinType::Inner || node.type == plan::JoinType::Cross || node.type == plan::JoinType::RightOuter;
  if (!from_left) refuse_recursion(left.relation);
  if (!from_right) refuse_recursion(right.relation);
  if (node.is_natural) {
    return join_using(left, right, node, common_names(left.scope, right.scope, policy_.case_sensitive), relation);
  }
  if (!node.using_columns.empty()) return join_using(left, right, node, node.using_columns, relation);

  ExpressionPtr condition;
  Resolved result;
  result.scope = left.scope;
  result.scope.insert(result.scope.end(), right.scope.begin(), right.scope.end());
  result.hidden = left.hidden;
  result.hidden.insert(result.hidden.end(), right.hidden.begin(), right.hidden.end());
  if (node.condition) {
    Names names;
    names.inputs = {&left, &right};
    names.outer = outer_;
    names.clause = "ON";
    std::vector<std::string> invalid;
    names.aggregate_calls = names.window_calls = &invalid;
    names.aggregates = names.windows = true;
    Typed typed = expression(node.condition, names);
    if (!invalid.empty()) throw Error(conditions::kUnsupportedExprForOperator, {{"invalidExprSqls", quoted_expression(join_sql(invalid))}}).at(plan::query_context(node.condition->origin));
    if (typed.type().is(TypeKind::Null) || typed.type().is_text()) typed = cast_to(std::move(typed), TypeKind::Boolean);
    if (!typed.type().is(TypeKind::Boolean))
      throw Error(conditions::kJoinConditionNotBoolean, {{"joinCondition", quoted_expression(typed.sql)}, {"conditionType", types::quoted_sql(typed.type())}}).at(plan::query_context(node.condition->origin));
    condition = typed.expression;
    refuse_subqueries_of_both(condition, left, right, typed.sql);
  }
  auto type = bound_type(node.type);
  if (type == bound::JoinType::Cross && condition) type = bound::JoinType::Inner;
  if (type == bound::JoinType::Inner && !condition) type = bound::JoinType::Cross;
  bound::RelationPtr left_rows = left.relation, right_rows = right.relation;
  if (condition && type != bound::JoinType::Inner) condition = settle_subqueries(condition, left_rows, right_rows);
  result.relation = bound::make_join(std::move(left_rows), std::move(right_rows), type, std::move(condition), node.is_lateral);
  if (!keeps_right(node.type)) {
    result.scope = left.scope;
    result.hidden = left.hidden;
    result.instance = both(left, right);
  } else {
    result.instance = both(left, right);
  }
  refresh(result.scope, result.relation->columns);
  refresh(result.hidden, result.relation->columns);
  return result;
}

// A subquery in ON may be around the columns of one side.
void Resolver::refuse_subqueries_of_both(const ExpressionPtr& condition, const Resolved& left, const Resolved& right, const std::string& sql) const {
  bound::walk(condition, [&](const ExpressionPtr& part) {
    if (!is_written_subquery(*part)) return true;
    bool of_left = false, of_right = false;
    for (const ColumnId id : columns_in_subqueries(part)) {
      of_left = of_left || bound::find_column(left.relation->columns, id);
      of_right = of_right || bound::find_column(right.relation->columns, id);
    }
    if (of_left && of_right) throw Error(conditions::kSubqueryOfBothSides, {{"subqueryExpression", sql}}).at(plan::query_context(part->origin));
    return true;
  });
}

// The engine joins outer sides by plain conditions only: what a subquery in ON says of one side becomes a column of that side.
ExpressionPtr Resolver::settle_subqueries(const ExpressionPtr& condition, bound::RelationPtr& left, bound::RelationPtr& right) {
  const bool is_subquery = std::holds_alternative<bound::ScalarSubquery>(condition->node) || std::holds_alternative<bound::Exists>(condition->node) || std::holds_alternative<bound::InSubquery>(condition->node);
  if (!is_subquery) return bound::map_children(condition, [&](const ExpressionPtr& child) { return settle_subqueries(child, left, right); });
  std::vector<ColumnId> named = columns_in_subqueries(condition);
  bound::walk(condition, [&](const ExpressionPtr& part) {
    if (const auto* reference = std::get_if<bound::ColumnRef>(&part->node)) named.push_back(reference->column);
    return true;
  });
  const auto names_of = [&](const bound::RelationPtr& side) { return std::ranges::any_of(named, [&](ColumnId id) { return bound::find_column(side->columns, id) != nullptr; }); };
  if (names_of(left) && names_of(right)) return condition;
  bound::RelationPtr& side = names_of(right) ? right : left;
  bound::Columns columns = side->columns;
  bound::Outputs outputs;
  for (const auto& column : columns) outputs.push_back({column.id, bound::make_reference(column)});
  outputs.push_back({fresh(), condition});
  columns.push_back({outputs.back().column, "__subquery", condition->type, condition->nullable, {}});
  side = bound::make_project(side, std::move(outputs), columns);
  return bound::make_reference(columns.back(), condition->origin);
}

// One column for each pair; the sides' own stay reachable by their qualified names.
Resolved Resolver::join_using(const Resolved& left, const Resolved& right, const plan::Join& node, std::vector<std::string> columns, const plan::Relation& relation) {
  struct Pair {
    const ScopeColumn* left;
    const ScopeColumn* right;
  };
  const auto context = plan::query_context(relation.origin);
  const auto find_side = [&](const Resolved& side, const std::string& name, const char* label) {
    // Where a side has the name several times, its first column is meant.
    const auto found = std::ranges::find_if(side.scope, [&](const ScopeColumn& column) { return same_name(column.column.name, name, policy_.case_sensitive); });
    if (found != side.scope.end()) return &*found;
    std::vector<std::string> known;
    for (const auto& column : side.scope) known.push_back(types::quote_identifier(column.column.name));
    std::ranges::sort(known);
    throw Error(conditions::kUnresolvedUsingColumn, {{"colName", types::quote_identifier(name)}, {"side", label}, {"suggestion", join_sql(known)}}).at(context);
  };
  std::vector<Pair> pairs;
  ExpressionPtr condition;
  for (const auto& name : columns) {
    pairs.push_back({find_side(left, name, "left"), find_side(right, name, "right")});
    Typed a, b;
    a.expression = bound::make_reference(pairs.back().left->column);
    a.sql = pairs.back().left->column.name;
    b.expression = bound::make_reference(pairs.back().right->column);
    b.sql = pairs.back().right->column.name;
    auto equal = operator_call("==", {a, b}, relation.origin).expression;
    condition = condition ? make_call("and", {condition, equal}, TypeKind::Boolean, condition->nullable || equal->nullable, relation.origin) : equal;
  }
  auto type = bound_type(node.type);
  if (type == bound::JoinType::Inner && !condition) type = bound::JoinType::Cross;
  if (type == bound::JoinType::Cross && condition) type = bound::JoinType::Inner;
  Resolved joined;
  joined.relation = bound::make_join(left.relation, right.relation, type, std::move(condition), node.is_lateral);
  joined.instance = both(left, right);
  const auto is_key = [&](const ScopeColumn& column, bool of_left) {
    return std::ranges::any_of(pairs, [&](const Pair& pair) { return (of_left ? pair.left : pair.right)->column.id == column.column.id; });
  };
  const auto given = [&](const ScopeColumn& entry) {
    ScopeColumn column = entry;
    if (const auto* now = bound::find_column(joined.relation->columns, entry.column.id)) column.column.nullable = now->nullable;
    return column;
  };
  Scope keys, rest, hidden;
  Resolved result;
  result.relation = joined.relation;
  if (node.type == plan::JoinType::FullOuter && !pairs.empty()) {
    // The merged key is whichever side has it.
    bound::Outputs outputs;
    bound::Columns output_columns;
    for (const auto& column : joined.relation->columns) {
      outputs.push_back({column.id, bound::make_reference(column)});
      output_columns.push_back(column);
    }
    for (const auto& pair : pairs) {
      TypedList sides(2);
      sides[0].expression = bound::make_reference(*bound::find_column(joined.relation->columns, pair.left->column.id));
      sides[0].sql = pair.left->column.name;
      sides[1].expression = bound::make_reference(*bound::find_column(joined.relation->columns, pair.right->column.id));
      sides[1].sql = pair.right->column.name;
      auto merged = call_row(row("coalesce"), std::move(sides), relation.origin).expression;
      merged = bound::make_expression(merged->node, merged->type, pair.left->column.nullable || pair.right->column.nullable);
      outputs.push_back({fresh(), merged});
      output_columns.push_back({outputs.back().column, pair.left->column.name, merged->type, merged->nullable, {}});
      keys.push_back({output_columns.back(), {}, outputs.back().column});
      hidden.push_back(given(*pair.left));
      hidden.push_back(given(*pair.right));
    }
    result.relation = bound::make_project(joined.relation, std::move(outputs), std::move(output_columns));
  } else {
    const bool right_keys = node.type == plan::JoinType::RightOuter;
    for (const auto& pair : pairs) {
      keys.push_back(given(right_keys ? *pair.right : *pair.left));
      if (keeps_right(node.type)) hidden.push_back(given(right_keys ? *pair.left : *pair.right));
    }
  }
  for (const auto& column : left.scope)
    if (!is_key(column, true)) rest.push_back(given(column));
  if (keeps_right(node.type))
    for (const auto& column : right.scope)
      if (!is_key(column, false)) rest.push_back(given(column));
  result.scope = std::move(keys);
  result.scope.insert(result.scope.end(), rest.begin(), rest.end());
  result.hidden = std::move(hidden);
  for (const auto& column : left.hidden) result.hidden.push_back(given(column));
  if (keeps_right(node.type))
    for (const auto& column : right.hidden) result.hidden.push_back(given(column));
  result.instance = joined.instance;
  return result;
}

}  // namespace lab::analyze
