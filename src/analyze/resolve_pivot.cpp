#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/fold.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "functions/element_types.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// PIVOT: an aggregate whose calls are filtered by each pivot value.
namespace lab::analyze {
namespace {

ExpressionPtr filter_calls(const ExpressionPtr& expression, const ExpressionPtr& condition, const std::function<ExpressionPtr(ExpressionPtr, ExpressionPtr)>& both) {
  if (const auto* call = std::get_if<bound::AggregateCall>(&expression->node)) {
    bound::AggregateCall next = *call;
    next.filter = next.filter ? both(next.filter, condition) : condition;
    return bound::make_expression(std::move(next), expression->type, true, expression->origin);
  }
  return bound::map_children(expression, [&](const ExpressionPtr& child) { return filter_calls(child, condition, both); });
}

void collect_columns(const ExpressionPtr& expression, std::vector<ColumnId>& ids) {
  bound::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* reference = std::get_if<bound::ColumnRef>(&node->node)) ids.push_back(reference->column);
    return true;
  });
}

}  // namespace

Resolved Resolver::resolve_node(const plan::Pivot& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto context = plan::query_context(relation.origin);
  for (const auto& call : node.aggregates) {
    // Spark does not read count(*) as count(1) here.
    const auto* alias = std::get_if<plan::Alias>(&call->node);
    const auto* function = std::get_if<plan::UnresolvedFunction>(alias ? &alias->child->node : &call->node);
    if (function && std::ranges::any_of(function->arguments, [](const auto& argument) { return std::holds_alternative<plan::UnresolvedStar>(argument->node); }))
      throw Error(conditions::kInvalidUsageOfStar, {{"elem", "'*'"}, {"prettyName", "Pivot"}}).at(context);
  }
  Names names = names_over(input);
  Typed pivot = expression(node.column, names);
  Names aggregate_names = names_over(input);
  aggregate_names.aggregates = true;
  Items aggregates = select_items(node.aggregates, aggregate_names);
  for (const auto& item : aggregates) {
    if (!bound::contains(item.typed.expression, &bound::is_aggregate)) throw Error(conditions::kAggregateOutOfPlace, {{"sql", item.typed.sql}}).at(context);
  }
  if (!functions::is_orderable(pivot.type())) {
    Names again = names_over(input);
    throw Error(conditions::kIncomparablePivotColumn, {{"columnName", types::quote_identifier(pivot.is_attribute ? pivot.sql : source_sql(node.column, again))}}).at(context);
  }
  // Values: written, or asked of the data.
  struct PivotValue {
    ExpressionPtr value;
    std::string name;
  };
  TypedList given;
  if (node.values.empty()) {
    for (auto& literal : distinct_values(input, pivot)) {
      given.emplace_back();
      given.back().expression = bound::make_literal(std::move(literal));
    }
  } else {
    given = pivot_values(node, pivot, input);
  }
  const std::vector<std::string> value_names = pivot_names(given);
  std::vector<PivotValue> values;
  for (std::size_t i = 0; i < given.size(); ++i) values.push_back({cast_expression(given[i].expression, pivot.type()), value_names[i]});
  TypedList groups;
  Items items;
  if (node.implicit_grouping) {
    std::vector<ColumnId> mentioned;
    collect_columns(pivot.expression, mentioned);
    for (const auto& item : aggregates) collect_columns(item.typed.expression, mentioned);
    for (auto& item : pass_items(input))
      if (std::ranges::find(mentioned, item.id) == mentioned.end()) {
        item.typed.is_attribute = true;
        item.typed.name = item.name;
        groups.push_back(item.typed);
        items.push_back(std::move(item));
      }
  } else {
    groups = grouping_expressions(node.grouping, names, {});
    Names front = names_over(input);
    items = select_items(node.grouping, front);
  }
  const auto both = [&](ExpressionPtr a, ExpressionPtr b) { return make_call("and", {std::move(a), std::move(b)}, TypeKind::Boolean, true, relation.origin); };
  Typed one;
  one.expression = bound::make_literal(types::Literal::integer(1));
  one.sql = "1";
  const Typed num_rows = aggregate_of("count", {one}, relation.origin);
  for (const auto& value : values) {
    auto hit = make_call("<=>", {pivot.expression, value.value}, TypeKind::Boolean, false, relation.origin);
    for (const auto& aggregate : aggregates) {
      Item item = aggregate;
      // Spark spreads rows that are aggregated already: where there were none stands NULL, and no count of 0.
      auto is_there = make_call(">", {filter_calls(num_rows.expression, hit, both), bound::make_literal(types::Literal::bigint(0))}, TypeKind::Boolean, true, relation.origin);
      auto spread = filter_calls(aggregate.typed.expression, hit, both);
      const DataType type = spread->type;
      item.typed.expression = bound::make_expression(bound::Case{{{std::move(is_there), std::move(spread)}}, nullptr}, type, true, relation.origin);
      item.name = aggregates.size() == 1 ? value.name : value.name + "_" + aggregate.name;
      item.typed.name = item.name;
      item.id = item.identity = fresh();
      item.is_pass = false;
      items.push_back(std::move(item));
    }
  }
  const bool is_global = groups.empty();
  return aggregate(std::move(input), std::move(groups), std::move(items), std::nullopt, is_global, relation.origin);
}

TypedList Resolver::pivot_values(const plan::Pivot& node, const Typed& pivot, const Resolved& input) {
  TypedList values;
  for (const auto& expr : node.values) {
    Names names = names_over(input);
    Typed value = expression(expr, names);
    const auto context = plan::query_context(expr->origin);
    if (bound::contains(value.expression, [](const bound::Expression& part) { return std::holds_alternative<bound::ColumnRef>(part.node); }))
      throw Error(conditions::kNonLiteralPivotValues, {{"expression", quoted_expression(value.sql)}}).at(context);
    if (!functions::can_cast(value.type(), pivot.type(), bound::CastMode::Legacy))
      throw Error(conditions::kPivotValueMismatch, {{"value", value.sql}, {"valueType", types::simple_string(value.type())}, {"pivotType", types::catalog_string(pivot.type())}}).at(context);
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<std::string> Resolver::pivot_names(const TypedList& values) {
  std::vector<std::string> names(values.size());
  bound::Outputs outputs;
  bound::Columns columns;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Typed& value = values[i];
    const auto* literal = std::get_if<bound::LiteralNode>(&value.expression->node);
    if (value.name) {
      names[i] = *value.name;
    } else if (literal && literal->value.is_null()) {
      names[i] = "null";
    } else if (literal && (value.type().is_text() || value.type().is_integral() || value.type().is(TypeKind::Boolean))) {
      names[i] = literal_sql({value.type(), literal->value}, policy_.time_zone);
    } else {
      names[i] = value.sql;
      asked.push_back(i);
      outputs.push_back({fresh(), cast_expression(value.expression, TypeKind::String)});
      columns.push_back({outputs.back().column, "name", TypeKind::String, true, {}});
    }
  }
  if (asked.empty()) return names;
  bound::Query query;
  query.root = bound::make_project(bound::make_relation(bound::OneRow{}, {}), std::move(outputs), std::move(columns));
  query.policy = policy_;
  query.next_id = next_id_;
  const auto rows = context_.evaluate(query);
  for (std::size_t i = 0; i < asked.size() && !rows.empty(); ++i) names[asked[i]] = rows[0].at(i).is_null() ? "null" : rows[0].at(i).text();
  return names;
}

// The distinct pivot values in order; Spark stops at spark.sql.pivotMaxValues.
std::vector<types::Literal> Resolver::distinct_values(const Resolved& input, const Typed& pivot) {
  bound::Query query;
  const ColumnId id = fresh();
  bound::Columns columns{{id, "value", pivot.type(), true, {}}};
  auto values = bound::make_project(input.relation, {{id, pivot.expression}}, columns);
  columns = values->columns;
  auto distinct = bound::make_relation(bound::Deduplicate{std::move(values), {id}}, columns);
  auto sorted = bound::make_sort(std::move(distinct), {{bound::make_reference(columns[0]), false, true}});
  constexpr std::int64_t kMostPivotValues = 10000;
  query.root = bound::make_limit(std::move(sorted), kMostPivotValues + 1, 0);
  query.policy = policy_;
  query.next_id = next_id_;
  const auto rows = context_.evaluate(query);
  if (rows.size() > kMostPivotValues) throw Error(conditions::kTooManyPivotValues, {{"pivotColumn", pivot.sql}, {"maxValues", std::to_string(kMostPivotValues)}, {"config", "spark.sql.pivotMaxValues"}});
  std::vector<types::Literal> result;
  for (const auto& row : rows) result.push_back({pivot.type(), row.at(0)});
  return result;
}

}  // namespace lab::analyze
