#include <algorithm>

#include "functions/function_row.h"
#include "functions/nested_order.h"
#include "lower/lowering.h"
#include "lower/raising.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

bool holds_aggregate(const Expression& expression) {
  if (std::holds_alternative<AggregateCall>(expression.node)) return true;
  bool found = false;
  for_each_child(expression, [&](const Expression& child) { found = found || holds_aggregate(child); });
  return found;
}

const ColumnRef* as_column(const ExpressionPtr& expression) { return std::get_if<ColumnRef>(&expression->node); }

}  // namespace

Select Lowering::lower(const Aggregate& node, const Relation& relation) {
  Select select = over_block(this->relation(*node.input), node.input->columns);

  // Group expressions get their names on a level below, so that outputs can speak of them.
  bool renames = false;
  for (const Output& group : node.groups) {
    const ColumnRef* column = as_column(group.expression);
    renames = renames || !column || column->column != group.column;
  }
  if (renames) {
    Select inner = select;
    std::vector<ColumnId> known;
    for (const auto& output : inner.outputs) known.push_back(output.id);
    for (const Output& group : node.groups) {
      if (std::ranges::find(known, group.column) != known.end()) continue;
      std::string value = expression(group.expression);
      if (functions::holds_map(group.expression->type)) value = functions::with_sorted_maps("(" + value + ")", group.expression->type);
      inner.outputs.push_back({group.column, std::move(value)});
      known.push_back(group.column);
    }
    inner.is_computed = true;
    select = {};
    select.from = from_item(inner);
  }

  select.outputs.clear();
  select.is_aggregate = true;
  select.is_computed = true;
  bool has_aggregate = false;
  for (const Output& output : node.outputs) {
    select.outputs.push_back({output.column, expression(output.expression)});
    has_aggregate = has_aggregate || holds_aggregate(*output.expression);
  }
  std::vector<std::string> groups;
  for (const Output& group : node.groups) groups.push_back(column_name(group.column));
  if (node.grouping_id) {
    select.outputs.push_back({*node.grouping_id, groups.empty() ? "0::BIGINT" : "CAST(GROUPING(" + comma_list(groups) + ") AS BIGINT)"});
  }
  if (node.grouping_sets) {
    std::vector<std::string> sets;
    for (const auto& set : *node.grouping_sets) {
      std::vector<std::string> members;
      for (const int i : set) members.push_back(groups[static_cast<std::size_t>(i)]);
      sets.push_back("(" + comma_list(members) + ")");
    }
    select.group_by = "GROUPING SETS (" + comma_list(sets) + ")";
  } else if (!groups.empty()) {
    select.group_by = comma_list(groups);
  } else if (!has_aggregate) {
    // One row over all rows, even when nothing is counted.
    select.group_by = "()";
  }
  // The relation's order of columns rules.
  Select ordered = select;
  ordered.outputs.clear();
  for (const Column& column : relation.columns) {
    for (const auto& output : select.outputs) {
      if (output.id == column.id) {
        ordered.outputs.push_back(output);
        break;
      }
    }
  }
  return ordered;
}

std::string Lowering::aggregate_call(const AggregateCall& call, const types::DataType& result, std::optional<std::string> over) {
  std::optional<std::string> filter;
  if (call.filter) filter = condition(*call.filter);
  std::vector<std::string> arguments;
  for (const auto& argument : call.arguments) {
    std::string text = expression(argument);
    // DuckDB computes arguments before it filters.
    if (filter && may_raise(*argument)) text = "CASE WHEN " + *filter + " THEN " + text + " END";
    arguments.push_back(std::move(text));
  }
  std::string order_by;
  for (const SortKey& key : call.within_group) order_by += (order_by.empty() ? "ORDER BY " : ", ") + sort_key(key);
  return functions::lower_call(*call.function, {.sql = arguments,
                                                .arguments = call.arguments,
                                                .result = result,
                                                .policy = query_.policy,
                                                .ansi = call.ansi,
                                                .distinct = call.is_distinct ? "DISTINCT " : "",
                                                .filter = std::move(filter),
                                                .over = std::move(over),
                                                .order_by = std::move(order_by),
                                                .is_descending = !call.within_group.empty() && call.within_group[0].descending,
                                                .ignore_nulls = call.ignore_nulls});
}

std::string Lowering::write(const AggregateCall& node, const Expression& expression) { return aggregate_call(node, expression.type, std::nullopt); }

}  // namespace lab::lower
