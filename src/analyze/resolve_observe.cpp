#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// DataFrame.observe(): the rows pass as they are. The metrics are asked for on their own; here they are held to Spark's rules.
namespace lab::analyze {
namespace {

void check_metric(const ExpressionPtr& expression, const std::string& sql, bool inside_aggregate, const QueryContext& context) {
  if (const auto* call = std::get_if<bound::AggregateCall>(&expression->node)) {
    if (inside_aggregate) throw Error(conditions::kObservedNested, {{"expr", quoted_expression(sql)}}).at(context);
    if (call->is_distinct) throw Error(conditions::kObservedDistinct, {{"expr", quoted_expression(sql)}}).at(context);
    if (call->filter) throw Error(conditions::kObservedFilter, {{"expr", quoted_expression(sql)}}).at(context);
    inside_aggregate = true;
  }
  if (std::holds_alternative<bound::WindowCall>(expression->node)) throw Error(conditions::kObservedWindow, {{"expr", quoted_expression(sql)}}).at(context);
  if (!inside_aggregate && std::holds_alternative<bound::ColumnRef>(expression->node))
    throw Error(conditions::kObservedAttribute, {{"expr", quoted_expression(sql)}}).at(context);
  bound::map_children(expression, [&](const ExpressionPtr& child) {
    check_metric(child, sql, inside_aggregate, context);
    return child;
  });
}

}  // namespace

Resolved Resolver::resolve_node(const plan::CollectMetrics& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto context = plan::query_context(relation.origin);
  if (node.name.empty()) throw Error(conditions::kObservedWithoutName, {{"operator", "'CollectMetrics"}}).at(context);
  Names names = names_over(input);
  names.aggregates = names.windows = true;
  for (const Item& item : select_items(node.metrics, names)) check_metric(item.typed.expression, item.typed.sql, false, context);
  return input;
}

}  // namespace lab::analyze
