#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/equivalence.h"
#include "analyze/pretty.h"
#include "analyze/prune.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Operators that keep the rows' shape: WHERE, HAVING, ORDER BY. They may name columns that were not selected, and aggregates over
// the Aggregate below, which are pushed down to where they can be computed.
namespace lab::analyze {
namespace {

// Adds `output` to the Aggregate at the bottom of a chain of relations with one input.
bound::RelationPtr add_aggregate_output(const bound::RelationPtr& relation, const bound::Output& output) {
  if (const auto* aggregate = std::get_if<bound::Aggregate>(&relation->node)) {
    bound::Aggregate next = *aggregate;
    next.outputs.push_back(output);
    bound::Columns columns = relation->columns;
    columns.push_back(bound::output_column(output, {}));
    return bound::make_relation(std::move(next), std::move(columns));
  }
  auto inputs = bound::inputs_of(*relation);
  LAB_CHECK(inputs.size() == 1);
  inputs[0] = add_aggregate_output(inputs[0], output);
  return bound::with_inputs(relation, std::move(inputs));
}

const bound::Aggregate* find_aggregate(const bound::RelationPtr& relation) {
  if (const auto* aggregate = std::get_if<bound::Aggregate>(&relation->node)) return aggregate;
  const auto inputs = bound::inputs_of(*relation);
  return inputs.size() == 1 ? find_aggregate(inputs[0]) : nullptr;
}

/// A key that the output has in another shape, or twice, may be meant of what is below it.
bool is_misread(const Error& failure) {
  const std::string_view name = failure.condition().name;
  return name == conditions::kAmbiguousReference.name || name == conditions::kInvalidExtractBaseFieldType.name || name == conditions::kFieldNotFound.name;
}

}  // namespace

ExpressionPtr Resolver::push_into_aggregate(Resolved& input, const ExpressionPtr& expression, std::vector<ColumnId>& ungrouped) {
  const AggregateBelow& below = *input.aggregate;
  for (const auto& group : below.groups)
    if (same_value(group.expression, expression))
      return bound::make_expression(bound::ColumnRef{group.column, false}, expression->type, expression->nullable, expression->origin);
  if (bound::is_aggregate(*expression)) {
    if (auto grouping = grouping_value(below, expression, false)) return grouping;
    const auto* aggregate = find_aggregate(input.relation);
    LAB_CHECK(aggregate);
    for (const auto& output : aggregate->outputs)
      if (bound::same(output.expression, expression))
        return bound::make_expression(bound::ColumnRef{output.column, false}, expression->type, expression->nullable, expression->origin);
    const bound::Output output{fresh(), expression};
    input.relation = add_aggregate_output(input.relation, output);
    return bound::make_expression(bound::ColumnRef{output.column, false}, expression->type, expression->nullable, expression->origin);
  }
  if (const auto* reference = std::get_if<bound::ColumnRef>(&expression->node); reference && !reference->is_outer) {
    const bool in_output = std::ranges::any_of(input.scope, [&](const ScopeColumn& column) { return column.column.id == reference->column; });
    if (!in_output && bound::find_column(below.input->relation->columns, reference->column)) ungrouped.push_back(reference->column);
    return expression;
  }
  return bound::map_children(expression, [&](const ExpressionPtr& child) { return push_into_aggregate(input, child, ungrouped); });
}

void Resolver::expose_references(Resolved& input, const ExpressionPtr& expression) {
  // Ids are unique in a query: what is found below belongs there, the rest is the subqueries' own.
  for (const ColumnId id : columns_in_subqueries(expression)) {
    if (bound::find_column(input.relation->columns, id)) continue;
    if (auto exposed = bound::expose(input.relation, id)) input.relation = std::move(exposed);
  }
  bound::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* reference = std::get_if<bound::ColumnRef>(&node->node); reference && !reference->is_outer)
      if (!bound::find_column(input.relation->columns, reference->column)) {
        auto exposed = bound::expose(input.relation, reference->column);
        if (exposed) input.relation = std::move(exposed);
      }
    return true;
  });
}

// Resolves one expression above `input`. Over an aggregate a first try may have read a name as a column of the aggregate's input that
// is neither grouped nor aggregated; those names are read again, as the output's.
Typed Resolver::resolve_above(Resolved& input, Names names, const plan::Origin& origin, const std::function<Typed(Names&)>& read) {
  names.inputs = {&input};
  names.may_expose = true;
  const AggregateBelow* below = input.aggregate.get();
  names.aggregate = below;
  std::vector<ColumnId> ungrouped;
  std::vector<WrittenName> written;
  names.written = &written;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Resolved before = input;
    names.inputs = {&before};
    if (below && names.clause == "HAVING")
      names.aggregated = [&](const ExpressionPtr& aggregate) {
        std::vector<ColumnId> unused;
        return push_into_aggregate(input, aggregate, unused);
      };
    Typed typed = read(names);
    if (!below) {
      expose_references(input, typed.expression);
      return typed;
    }
    ungrouped.clear();
    typed.expression = push_into_aggregate(input, typed.expression, ungrouped);
    if (ungrouped.empty()) {
      expose_references(input, typed.expression);
      return typed;
    }
    input = before;
    if (attempt == 1) break;
    names.not_from_aggregate = ungrouped;
  }
  if (const auto known = std::ranges::find(written, ungrouped[0], &WrittenName::column); known != written.end()) {
    names.inputs = {&input};
    throw_unresolved(known->parts, names, known->origin);
  }
  // A column taken from a DataFrame. Where columns come from several relations, the error says whose it is.
  const Scope& scope = below->input->scope;
  const bool tells_relation = !below->input->hidden.empty() || std::ranges::any_of(scope, [&](const ScopeColumn& column) { return column.qualifier != scope.front().qualifier; });
  std::vector<std::string> name{"?"};
  for (const Scope* columns : {&below->input->hidden, &scope})
    for (const auto& column : *columns)
      if (column.column.id == ungrouped[0]) {
        name = tells_relation ? column.qualifier : std::vector<std::string>{};
        name.push_back(column.column.name);
      }
  names.inputs = {&input};
  throw_unresolved(name, names, origin);
}

Resolved Resolver::resolve_node(const plan::Filter& node, const plan::Relation&) {
  const Resolved before = resolve(node.input);
  const plan::Expressions conditions{node.condition};
  Resolved input = with_time_window(before, {&conditions});
  Names names = names_over(input);
  names.clause = "WHERE";
  std::vector<std::string> invalid;
  names.invalid = &invalid;
  names.aggregates = names.windows = true;
  // DataFrames may filter an aggregate by an aggregate: groupBy(…).agg(…).filter(sum(x) > 0).
  names.aggregates_are_invalid = input.aggregate == nullptr;
  Typed condition = resolve_above(input, names, node.condition->origin, [&](Names& at) { return expression(node.condition, at); });
  refuse_in_condition(condition, invalid);
  return filtered(before, std::move(input), std::move(condition));
}

// Aggregates, windows and generators have no place where single rows are judged; the error shows the whole condition.
void Resolver::refuse_in_condition(const Typed& condition, const std::vector<std::string>& invalid) const {
  if (invalid.empty()) return;
  throw Error(conditions::kInvalidWhereCondition, {{"condition", quoted_expression(condition.sql)}, {"expressionList", join_sql(invalid)}}).at(plan::query_context(condition.expression->origin));
}

Resolved Resolver::filtered(const Resolved& before, Resolved input, Typed condition) {
  const DataType type = condition.type();
  if (type.is(TypeKind::Null)) condition.expression = cast_expression(condition.expression, TypeKind::Boolean);
  if (!condition.type().is(TypeKind::Boolean))
    throw Error(conditions::kFilterNotBoolean, {{"sqlExpr", quoted_expression(condition.sql)}, {"filter", quoted_expression(condition.sql)}, {"type", types::quoted_sql(type)}})
        .at(plan::query_context(condition.expression->origin));
  Resolved result = over(before, bound::make_filter(input.relation, condition.expression));
  return result;
}

Resolved Resolver::resolve_node(const plan::Having& node, const plan::Relation&) {
  Resolved input = resolve_having_input(node.input);
  const Resolved before = input;
  Names names = names_over(input);
  names.clause = "HAVING";
  std::vector<std::string> invalid;
  names.invalid = &invalid;
  names.aggregates = names.windows = true;
  names.aggregates_are_invalid = input.aggregate == nullptr;
  names.aggregate_input_first = true;
  Typed condition = resolve_above(input, names, node.condition->origin, [&](Names& at) { return expression(node.condition, at); });
  refuse_in_condition(condition, invalid);
  return filtered(before, std::move(input), std::move(condition));
}

// HAVING without GROUP BY makes its SELECT a global aggregate.
Resolved Resolver::resolve_having_input(const plan::RelationPtr& relation) {
  const auto* select = std::get_if<plan::Project>(&relation->node);
  if (!select) return resolve(relation);
  plan::Aggregate aggregate;
  aggregate.input = select->input;
  aggregate.aggregates = select->expressions;
  aggregate.output_includes_grouping = true;
  return resolve(plan::make_relation(std::move(aggregate), relation->plan_id, relation->origin));
}

Resolved Resolver::resolve_node(const plan::Sort& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const Resolved before = input;
  Names names = names_over(input);
  names.clause = "ORDER BY";
  names.refuses_sql_functions = "Sort";
  names.aggregates = input.aggregate != nullptr;
  names.windows = true;
  const bool by_place = lower_case(context_.setting("spark.sql.orderByOrdinal").value_or("true")) != "false";
  std::vector<bound::SortKey> keys;
  std::vector<ExpressionPtr> values;
  for (const auto& order : node.orders) {
    const auto* sort = std::get_if<plan::SortOrder>(&order->node);
    const plan::ExpressionPtr& child = sort ? sort->child : order;
    bound::SortKey shape;
    if (sort) {
      shape.descending = sort->direction == plan::Direction::Descending;
      shape.nulls_first = sort->nulls == plan::NullOrder::Default ? !shape.descending : sort->nulls == plan::NullOrder::First;
    }
    const auto add = [&](ExpressionPtr value) {
      keys.push_back({{}, shape.descending, shape.nulls_first});
      values.push_back(std::move(value));
    };
    if (const auto* literal = std::get_if<plan::LiteralExpression>(&child->node); by_place && literal && literal->literal.type.is(TypeKind::Int) && !literal->literal.value.is_null()) {
      const auto position = literal->literal.value.integer();
      if (position < 1 || position > static_cast<std::int64_t>(before.scope.size()))
        throw Error(conditions::kOrderByPosOutOfRange, {{"index", std::to_string(position)}, {"size", std::to_string(before.scope.size())}}).at(plan::query_context(child->origin));
      add(bound::make_reference(before.scope[static_cast<std::size_t>(position - 1)].column, child->origin));
      continue;
    }
    Names probe = names;
    probe.inputs = {&before};
    probe.may_expose = true;
    probe.aggregate = nullptr;
    probe.outer = nullptr;
    if (const auto* name = std::get_if<plan::UnresolvedAttribute>(&child->node);
        name && node.orders.size() == 1 && name->parts.size() == 1 && lower_case(name->parts[0]) == "all" && !find_attribute(name->parts, probe, child->origin)) {
      for (const auto& column : before.scope) add(bound::make_reference(column.column, child->origin));
      continue;
    }
    const auto read = [&](Names& at) {
      Typed key;
      key.expression = sort_key(order, at, &key.sql).expression;
      return key;
    };
    Typed typed;
    const Resolved whole = input;
    try {
      typed = resolve_above(input, names, child->origin, read);
    } catch (const Error& failure) {
      if (!is_misread(failure)) throw;
      input = whole;
      Names below = names;
      below.past_output = true;
      typed = resolve_above(input, below, child->origin, read);
    }
    add(std::move(typed.expression));
  }
  if (node.is_global) refuse_recursion(input.relation);
  auto below = extract_windows(input.relation, values);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i].expression = values[i];
  (void)relation;
  return over(before, bound::make_sort(std::move(below), std::move(keys)));
}

}  // namespace lab::analyze
