#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/equivalence.h"
#include "analyze/outer_reference.h"
#include "analyze/pretty.h"
#include "analyze/prune.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "plan/bound_build.h"
#include "plan/bound_walk.h"
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

/// The columns under a projection that its visible columns are, one by one.
std::vector<ColumnId> passed_columns(const Resolved& resolved) {
  std::vector<ColumnId> ids;
  for (const ScopeColumn& column : resolved.scope) ids.push_back(column.column.id);
  std::vector<ColumnId> all = ids;
  for (const bound::Relation* relation = resolved.relation.get();;) {
    const auto* project = std::get_if<bound::Project>(&relation->node);
    const auto* filter = std::get_if<bound::Filter>(&relation->node);
    const auto* window = std::get_if<bound::Window>(&relation->node);
    if (project) {
      for (ColumnId& id : ids)
        if (const auto output = std::ranges::find(project->outputs, id, &bound::Output::column); output != project->outputs.end())
          if (const auto* reference = std::get_if<bound::ColumnRef>(&output->expression->node)) id = reference->column;
      all.insert(all.end(), ids.begin(), ids.end());
    } else if (!filter && !window) {
      return all;
    }
    relation = (project ? project->input : filter ? filter->input : window->input).get();
  }
}

/// A key of ORDER BY that is a column's place.
struct SortPlace {
  std::size_t key = 0;
  std::int64_t position = 0;
  plan::Origin origin;
};

/// What ORDER BY may name by its place: the selected columns and, behind them, those that its other keys took from below.
bound::Columns sortable_columns(const Resolved& selected, const Resolved& sorted, const std::vector<ExpressionPtr>& keys) {
  bound::Columns columns;
  for (const ScopeColumn& column : selected.scope) columns.push_back(column.column);
  for (const ExpressionPtr& key : keys) {
    if (!key) continue;
    bound::walk(key, [&](const ExpressionPtr& part) {
      const auto* reference = std::get_if<bound::ColumnRef>(&part->node);
      if (reference && !reference->is_outer && !bound::find_column(columns, reference->column))
        if (const auto* column = bound::find_column(sorted.relation->columns, reference->column)) columns.push_back(*column);
      return true;
    });
  }
  return columns;
}

/// ORDER BY takes subqueries with one value for all rows.
void refuse_subqueries_in_order(const Typed& key, const bound::RelationPtr& sorted) {
  bound::walk(key.expression, [&](const ExpressionPtr& part) {
    const Error::Parameters shown{{"treeNode", "Sort [" + key.sql + "], true"}};
    if (std::holds_alternative<bound::Exists>(part->node) || std::holds_alternative<bound::InSubquery>(part->node))
      throw Error(conditions::kPredicateSubqueryPlace, shown).at(plan::query_context(part->origin));
    if (const auto* scalar = std::get_if<bound::ScalarSubquery>(&part->node))
      bound::for_each_reference(scalar->plan, [&](const bound::ColumnRef& reference) {
        if (bound::find_column(sorted->columns, reference.column)) throw Error(conditions::kCorrelatedSubqueryPlace, shown).at(plan::query_context(part->origin));
      });
    return true;
  });
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
  const auto in_output = [&](ColumnId id) { return std::ranges::any_of(input.scope, [&](const ScopeColumn& column) { return column.column.id == id; }); };
  const auto names = grouped_names(below, expression, [&](const bound::Column& column) {
    if (!in_output(column.id)) ungrouped.push_back(column.id);
  });
  const ExpressionPtr named = names.empty() ? expression : with_outer_columns(expression, names);
  return bound::map_children(named, [&](const ExpressionPtr& child) { return push_into_aggregate(input, child, ungrouped); });
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
  const bool merges = std::ranges::any_of(below->input->hidden, [](const ScopeColumn& column) { return column.column.name != kFileMetadataName; });
  const bool tells_relation = merges || std::ranges::any_of(scope, [&](const ScopeColumn& column) { return column.qualifier != scope.front().qualifier; });
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
  // Where the condition needs more of the Aggregate than is selected, a projection takes that away again above it: ORDER BY then finds
  // the grouped columns still, and has no Aggregate to compute anything in. For 3.5 every condition ends its reach.
  if (before.aggregate && !policy_.is_spark4) result.aggregate = nullptr;
  if (before.aggregate && policy_.is_spark4) {
    const auto passed = passed_columns(before);
    const bool needs_more = bound::contains(condition.expression, [&](const bound::Expression& part) {
      const auto* reference = std::get_if<bound::ColumnRef>(&part.node);
      return reference && !reference->is_outer && reference->column != before.aggregate->grouping_id && std::ranges::find(passed, reference->column) == passed.end();
    });
    if (needs_more) result.aggregate = nullptr;
  }
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
  Typed condition = resolve_above(input, names, node.condition->origin, [&](Names& at) {
    Typed written = expression(node.condition, at);
    const DataType type = written.type();
    if (type.is(TypeKind::Boolean) || type.is(TypeKind::Null)) return written;
    // What is no condition is cast to one.
    const auto mode = policy_.ansi ? bound::CastMode::Ansi : bound::CastMode::Legacy;
    if (!functions::can_cast(type, TypeKind::Boolean, mode)) throw_cast_error(written, TypeKind::Boolean, mode, node.condition->origin, written.sql);
    const bool nullable = written.expression->nullable || functions::cast_forces_null(type, TypeKind::Boolean, mode);
    written.expression = bound::make_expression(bound::Cast{written.expression, mode}, TypeKind::Boolean, nullable, node.condition->origin);
    return written;
  });
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
  std::vector<SortPlace> places;
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
      places.push_back({values.size(), literal->literal.value.integer(), child->origin});
      add(nullptr);
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
    refuse_subqueries_in_order(typed, input.relation);
    if (function_path_.empty() && names_outer_column(typed.expression)) throw Error(conditions::kCorrelatedReference, {{"sqlExprs", quoted_expression(without_outer(typed.sql))}});
    add(std::move(typed.expression));
  }
  if (!places.empty()) {
    const bound::Columns columns = sortable_columns(before, input, values);
    for (const SortPlace& place : places) {
      if (place.position < 1 || place.position > static_cast<std::int64_t>(columns.size()))
        throw Error(conditions::kOrderByPosOutOfRange, {{"index", std::to_string(place.position)}, {"size", std::to_string(columns.size())}}).at(plan::query_context(place.origin));
      values[place.key] = bound::make_reference(columns[static_cast<std::size_t>(place.position - 1)], place.origin);
    }
  }
  if (node.is_global) refuse_recursion(input.relation);
  auto below = extract_windows(input.relation, values);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i].expression = values[i];
  (void)relation;
  return over(before, bound::make_sort(std::move(below), std::move(keys)));
}

}  // namespace lab::analyze
