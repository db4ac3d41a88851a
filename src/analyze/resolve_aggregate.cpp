#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/equivalence.h"
#include "analyze/outer_reference.h"
#include "analyze/pretty.h"
#include "analyze/prune.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/nested_order.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// GROUP BY: an Aggregate that gives group columns and plain aggregate calls, and a projection over it for everything made of these.
namespace lab::analyze {

std::map<ColumnId, ColumnId> grouped_names(const AggregateBelow& below, const ExpressionPtr& subquery, const std::function<void(const bound::Column&)>& refuse) {
  std::map<ColumnId, ColumnId> names;
  const bool is_subquery = std::holds_alternative<bound::ScalarSubquery>(subquery->node) || std::holds_alternative<bound::Exists>(subquery->node) || std::holds_alternative<bound::InSubquery>(subquery->node);
  if (!is_subquery) return names;
  for (const ColumnId id : columns_in_subqueries(subquery)) {
    const auto* column = bound::find_column(below.input->relation->columns, id);
    if (!column) continue;
    const auto group = std::ranges::find_if(below.groups, [&](const bound::Output& output) {
      const auto* reference = std::get_if<bound::ColumnRef>(&output.expression->node);
      return reference && !reference->is_outer && reference->column == id;
    });
    if (group == below.groups.end()) refuse(*column);
    else if (group->column != id) names.emplace(id, group->column);
  }
  return names;
}

namespace {

// Rewrites a select item over the input into one over the Aggregate.
struct Rewriter {
  const AggregateBelow& below;
  bound::Outputs& outputs;  ///< of the Aggregate; calls are added
  const std::function<ColumnId()>& fresh;
  const std::function<ExpressionPtr(const ExpressionPtr&)>& grouping;
  const std::vector<ColumnId>& lateral;
  const std::function<bool(const bound::Expression&)>& is_subquery;
  bool groups_nullable;
  ExpressionPtr offender;

  /// A subquery that names the input's columns: they must be grouped, and one with a value be a group itself.
  ExpressionPtr subquery(const ExpressionPtr& expression) {
    if (std::holds_alternative<bound::ScalarSubquery>(expression->node) && is_subquery(*expression)) {
      std::vector<std::string> named;
      for (const ColumnId id : columns_in_subqueries(expression))
        if (const auto* column = bound::find_column(below.input->relation->columns, id)) named.push_back(column->name);
      if (!named.empty()) throw Error(conditions::kUngroupedScalarSubquery, {{"sqlExpr", quoted_expression("scalarsubquery(" + join_sql(named) + ")")}}).at(plan::query_context(expression->origin));
      return expression;
    }
    const auto names = grouped_names(below, expression, [&](const bound::Column& column) {
      if (!offender) offender = bound::make_reference(column, expression->origin);
    });
    return names.empty() ? expression : with_outer_columns(expression, names);
  }

  ExpressionPtr rewrite(const ExpressionPtr& expression) {
    for (const auto& group : below.groups)
      if (same_value(group.expression, expression))
        return bound::make_expression(bound::ColumnRef{group.column, false}, expression->type, expression->nullable || groups_nullable, expression->origin);
    if (bound::is_aggregate(*expression)) {
      if (auto value = grouping(expression)) return value;
      for (const auto& output : outputs)
        if (bound::same(output.expression, expression)) return bound::make_expression(bound::ColumnRef{output.column, false}, expression->type, expression->nullable, expression->origin);
      outputs.push_back({fresh(), expression});
      return bound::make_expression(bound::ColumnRef{outputs.back().column, false}, expression->type, expression->nullable, expression->origin);
    }
    if (const auto* reference = std::get_if<bound::ColumnRef>(&expression->node); reference && !reference->is_outer) {
      if (std::ranges::find(lateral, reference->column) == lateral.end() && !offender) offender = expression;
      return expression;
    }
    return bound::map_children(subquery(expression), [this](const ExpressionPtr& child) { return rewrite(child); });
  }
};

std::vector<std::vector<int>> rollup_sets(const std::vector<std::vector<int>>& elements) {
  std::vector<std::vector<int>> sets;
  for (std::size_t n = elements.size() + 1; n-- > 0;) {
    std::vector<int> set;
    for (std::size_t i = 0; i < n; ++i) set.insert(set.end(), elements[i].begin(), elements[i].end());
    sets.push_back(std::move(set));
  }
  return sets;
}

std::vector<std::vector<int>> cube_sets(const std::vector<std::vector<int>>& elements);

// The sets of GROUPING SETS, those of nested ROLLUP, CUBE and GROUPING SETS among them; what they name goes to `elements`.
std::vector<std::vector<int>> nested_sets(const plan::GroupingAnalytics& analytics, plan::Expressions& elements) {
  std::vector<std::vector<int>> parts;
  for (const auto& set : analytics.sets) {
    const auto* nested = set.size() == 1 ? std::get_if<plan::GroupingAnalytics>(&set[0]->node) : nullptr;
    if (nested) {
      const auto inner = nested_sets(*nested, elements);
      parts.insert(parts.end(), inner.begin(), inner.end());
      continue;
    }
    std::vector<int> indices;
    for (const auto& expression : set) {
      indices.push_back(static_cast<int>(elements.size()));
      elements.push_back(expression);
    }
    parts.push_back(std::move(indices));
  }
  switch (analytics.kind) {
    case plan::GroupingAnalytics::Kind::Rollup: return rollup_sets(parts);
    case plan::GroupingAnalytics::Kind::Cube: return cube_sets(parts);
    case plan::GroupingAnalytics::Kind::GroupingSets: break;
  }
  return parts;
}

std::vector<std::vector<int>> cube_sets(const std::vector<std::vector<int>>& elements) {
  std::vector<std::vector<int>> sets;
  const std::size_t count = std::size_t{1} << elements.size();
  for (std::size_t mask = count; mask-- > 0;) {
    std::vector<int> set;
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (mask >> (elements.size() - 1 - i) & 1) set.insert(set.end(), elements[i].begin(), elements[i].end());
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace

namespace {

/// `id#7`: an attribute in the texts of errors about grouping().
std::string attribute_text(const ExpressionPtr& expression, const std::string& sql) {
  const auto* reference = std::get_if<bound::ColumnRef>(&expression->node);
  return reference ? sql + "#" + std::to_string(static_cast<std::uint32_t>(reference->column)) : sql;
}

std::string attribute_texts(const AggregateBelow& below, const bound::Expressions& arguments) {
  std::vector<std::string> texts;
  for (const auto& argument : arguments) {
    std::string name = "?";
    if (const auto* reference = std::get_if<bound::ColumnRef>(&argument->node))
      for (const auto& column : below.input->scope)
        if (column.column.id == reference->column) name = column.column.name;
    texts.push_back(attribute_text(argument, name));
  }
  return join_sql(texts, ",");
}

}  // namespace

// grouping_id() is a column of the Aggregate; grouping(x) is x's bit in it.
ExpressionPtr Resolver::grouping_value(const AggregateBelow& below, const ExpressionPtr& call, bool tells_place) {
  const auto* node = std::get_if<bound::AggregateCall>(&call->node);
  if (!node || (node->function->name != "grouping" && node->function->name != "grouping_id")) return nullptr;
  const auto context = plan::query_context(call->origin);
  if (!below.grouping_id && !tells_place) throw Error(conditions::kUnsupportedGrouping, {});
  if (!below.grouping_id) throw Error(conditions::kUnsupportedGrouping, {}).at(context);
  auto id = bound::make_expression(bound::ColumnRef{*below.grouping_id, false}, TypeKind::Long, false, call->origin);
  if (node->function->name == "grouping_id") {
    bool fits = node->arguments.empty() || node->arguments.size() == below.groups.size();
    for (std::size_t i = 0; fits && i < node->arguments.size(); ++i) fits = bound::same(node->arguments[i], below.groups[i].expression);
    if (!fits) throw Error(conditions::kGroupingIdColumnMismatch, {{"groupingIdColumn", attribute_texts(below, node->arguments)}, {"groupByColumns", join_sql(below.group_sql, ",")}}).at(context);
    return id;
  }
  for (std::size_t i = 0; i < below.groups.size(); ++i) {
    if (node->arguments.size() != 1 || !bound::same(node->arguments[0], below.groups[i].expression)) continue;
    const auto shift = static_cast<std::int32_t>(below.groups.size() - 1 - i);
    auto shifted = make_call("shiftright", {std::move(id), bound::make_literal(types::Literal::integer(shift))}, TypeKind::Long, false, call->origin);
    auto bit = make_call("&", {std::move(shifted), bound::make_literal(types::Literal::bigint(1))}, TypeKind::Long, false, call->origin);
    return bound::make_expression(bound::Cast{std::move(bit), bound::CastMode::Legacy}, TypeKind::Byte, false, call->origin);
  }
  throw Error(conditions::kGroupingColumnMismatch, {{"grouping", attribute_texts(below, node->arguments)}, {"groupingColumns", join_sql(below.group_sql, ",")}}).at(context);
}

namespace {

/// What GROUP BY may name by its place: the items, and in a generator's place what it takes from its input.
TypedList group_targets(const Items& items) {
  TypedList targets;
  for (const auto& item : items) {
    if (!is_generator(*item.typed.expression)) {
      targets.push_back(item.typed);
      continue;
    }
    for (const auto& value : generator_inputs(*item.typed.expression)) {
      Typed target = item.typed;
      target.expression = value;
      targets.push_back(std::move(target));
    }
  }
  return targets;
}

/// With the values of items in place of their names.
ExpressionPtr with_aliases(const ExpressionPtr& expression, const Items& items) {
  if (const auto* reference = std::get_if<bound::ColumnRef>(&expression->node)) {
    for (const auto& item : items)
      if (!item.is_pass && item.id == reference->column) return item.typed.expression;
    return expression;
  }
  return bound::map_children(expression, [&](const ExpressionPtr& child) { return with_aliases(child, items); });
}

}  // namespace

TypedList Resolver::grouping_expressions(const plan::Expressions& list, Names& names, const Items& items) {
  TypedList result;
  const TypedList targets = group_targets(items);
  const bool by_place = lower_case(context_.setting("spark.sql.groupByOrdinal").value_or("true")) != "false";
  const bool by_alias = lower_case(context_.setting("spark.sql.groupByAliases").value_or("true")) != "false";
  for (const auto& expr : list) {
    const auto context = plan::query_context(expr->origin);
    if (const auto* literal = std::get_if<plan::LiteralExpression>(&expr->node); by_place && literal && literal->literal.type.is(TypeKind::Int) && !literal->literal.value.is_null()) {
      const auto position = literal->literal.value.integer();
      if (position < 1 || position > static_cast<std::int64_t>(targets.size()))
        throw Error(conditions::kGroupByPosOutOfRange, {{"index", std::to_string(position)}, {"size", std::to_string(targets.size())}}).at(context);
      const Typed& target = targets[static_cast<std::size_t>(position - 1)];
      if (bound::contains(target.expression, &bound::is_aggregate))
        throw Error(conditions::kGroupByPosAggregate, {{"index", std::to_string(position)}, {"aggExpr", target_sql(items, target, names)}}).at(context);
      result.push_back(target);
      continue;
    }
    if (const auto* name = std::get_if<plan::UnresolvedAttribute>(&expr->node); name && name->parts.size() == 1 && !name->plan_id) {
      Names probe = names;
      probe.outer = nullptr;
      if (by_alias && !find_attribute(name->parts, probe, expr->origin)) {
        const auto item = std::ranges::find_if(items, [&](const Item& i) { return same_name(i.name, name->parts[0], policy_.case_sensitive); });
        if (item != items.end()) {
          if (is_generator(*item->typed.expression)) throw_unresolved(name->parts, names, expr->origin);
          if (bound::contains(item->typed.expression, &bound::is_aggregate))
            throw Error(conditions::kGroupByAggregate, {{"sqlExpr", item->written ? source_sql(item->written, names) : item->typed.sql}}).at(context);
          result.push_back(item->typed);
          continue;
        }
      }
    }
    if (const auto* star = std::get_if<plan::UnresolvedStar>(&expr->node)) {
      for (auto& column : star_columns(*star, names, expr->origin)) result.push_back(std::move(column));
      continue;
    }
    std::vector<LateralAlias> aliases;
    for (const auto& item : items)
      if (by_alias && !item.is_pass && !is_generator(*item.typed.expression)) aliases.push_back({item.name, item.typed, {item.id, item.name, item.typed.type(), item.typed.expression->nullable, {}}});
    Names at = names;
    at.lateral = &aliases;
    Typed group = expression(expr, at);
    group.expression = with_aliases(group.expression, items);
    if (bound::contains(group.expression, &bound::is_aggregate)) throw Error(conditions::kGroupByAggregate, {{"sqlExpr", group.sql}}).at(context);
    result.push_back(std::move(group));
  }
  return result;
}

/// The item as Spark prints it with its columns' sources: `sum(t.x) AS s`.
std::string Resolver::target_sql(const Items& items, const Typed& target, const Names& names) {
  for (const auto& item : items)
    if (item.written && item.typed.expression == target.expression) return source_sql(item.written, names) + " AS " + types::quote_if_needed(item.name);
  return target.sql;
}

// GROUP BY ALL groups by the items without aggregates. Where all have some, none may have columns outside them.
TypedList Resolver::all_groups(const Resolved& input, const Items& items, const plan::Origin& origin) const {
  TypedList groups;
  bool has_bare_column = false;
  for (const auto& item : group_targets(items)) {
    if (!bound::contains(item.expression, &bound::is_aggregate)) {
      groups.push_back(item);
      continue;
    }
    bound::walk(item.expression, [&](const ExpressionPtr& part) {
      if (bound::is_aggregate(*part)) return false;
      const auto* reference = std::get_if<bound::ColumnRef>(&part->node);
      const bool is_item = reference && std::ranges::any_of(items, [&](const Item& other) { return !other.is_pass && other.id == reference->column; });
      has_bare_column = has_bare_column || (reference && !reference->is_outer && !is_item);
      return true;
    });
    for (const ColumnId id : columns_in_subqueries(item.expression)) has_bare_column = has_bare_column || bound::find_column(input.relation->columns, id);
  }
  if (groups.empty() && has_bare_column) throw Error(conditions::kUnresolvedAllInGroupBy, {}).at(plan::query_context(origin));
  return groups;
}

namespace {

// Only WHERE, HAVING, ON and plain SELECT lists of a subquery may name what is around it.
void refuse_outer_columns(const TypedList& groups, const Items& items) {
  std::vector<std::string> named;
  for (const auto& group : groups)
    if (names_outer_column(group.expression)) named.push_back(quoted_expression(without_outer(group.sql)));
  for (const auto& item : items)
    if (names_outer_column(item.typed.expression))
      named.push_back(quoted_expression(without_outer(item.typed.sql) + (item.typed.name ? "" : " AS " + types::quote_if_needed(item.name))));
  if (!named.empty()) throw Error(conditions::kCorrelatedReference, {{"sqlExprs", join_sql(named, ",")}});
}

}  // namespace

Resolved Resolver::aggregate(Resolved input, TypedList groups, Items items, std::optional<std::vector<std::vector<int>>> sets, bool is_global, const plan::Origin& origin) {
  refuse_recursion(input.relation);
  refuse_generated(items, input);
  for (auto& group : groups) group.expression = existence_values(group.expression);
  if (function_path_.empty()) refuse_outer_columns(groups, items);
  auto below = std::make_shared<AggregateBelow>();
  below->input = std::make_shared<const Resolved>(input);
  std::vector<int> place;  // of each written group among the distinct ones
  for (const auto& group : groups) {
    const auto known = std::ranges::find_if(below->groups, [&](const bound::Output& output) { return same_value(output.expression, group.expression); });
    place.push_back(static_cast<int>(known - below->groups.begin()));
    if (known != below->groups.end()) continue;
    const auto* reference = std::get_if<bound::ColumnRef>(&group.expression->node);
    // What is grouped by is a column of its own where the engine compares it in another form: maps, whose entries have no order.
    const bool keeps_id = reference && !reference->is_outer && !sets && !functions::holds_map(group.type());
    below->groups.push_back({keeps_id ? reference->column : fresh(), group.expression});
    below->group_sql.push_back(attribute_text(group.expression, group.sql));
  }
  if (input.time_window && input.time_window->is_session) {
    merge_sessions(input, below->groups);
    below->input = std::make_shared<const Resolved>(input);
  }
  bound::Aggregate node;
  if (sets) {
    below->grouping_id = fresh();
    node.grouping_id = below->grouping_id;
    for (auto& set : *sets) {
      std::vector<int> placed;
      for (const int index : set)
        if (std::ranges::find(placed, place[static_cast<std::size_t>(index)]) == placed.end()) placed.push_back(place[static_cast<std::size_t>(index)]);
      set = std::move(placed);
    }
    node.grouping_sets = std::move(sets);
  }
  for (const auto& group : below->groups) {
    auto reference = bound::make_expression(bound::ColumnRef{group.column, false}, group.expression->type, group.expression->nullable || node.grouping_sets.has_value());
    node.outputs.push_back({group.column, std::move(reference)});
  }

  const std::function<ColumnId()> make_id = [this] { return fresh(); };
  const std::function<ExpressionPtr(const ExpressionPtr&)> grouping = [&](const ExpressionPtr& call) { return grouping_value(*below, call); };
  const std::function<bool(const bound::Expression&)> subquery = [this](const bound::Expression& part) { return is_written_subquery(part); };
  std::vector<ColumnId> lateral;
  for (auto& item : items) {
    Rewriter rewriter{*below, node.outputs, make_id, grouping, lateral, subquery, node.grouping_sets.has_value(), {}};
    const bool was_pass = item.is_pass;
    item.typed.expression = rewriter.rewrite(item.typed.expression);
    if (rewriter.offender) {
      if (is_global && below->groups.empty()) throw Error(conditions::kMissingGroupBy, {}).at(plan::query_context(origin));
      std::string name = item.typed.sql;
      const auto id = std::get<bound::ColumnRef>(rewriter.offender->node).column;
      for (const auto& column : input.scope)
        if (column.column.id == id) name = column.column.name;
      // Spark says what, and not where.
      throw Error(conditions::kMissingAggregation, {{"expression", quoted_expression(name)}, {"expressionAnyValue", "\"any_value(" + name + ")\""}});
    }
    const auto* reference = std::get_if<bound::ColumnRef>(&item.typed.expression->node);
    if (was_pass && reference) item.id = item.identity = reference->column;
    if (!item.is_pass) lateral.push_back(item.id);
  }
  bound::Columns columns;
  for (const auto& output : node.outputs) columns.push_back(bound::output_column(output, {}));
  if (node.grouping_id) columns.push_back({*node.grouping_id, {}, TypeKind::Long, false, {}});
  node.groups = below->groups;
  if (node.grouping_sets)
    for (std::size_t i = 0; i < node.groups.size(); ++i) {
      const int index = static_cast<int>(i);
      if (std::ranges::any_of(*node.grouping_sets, [&](const auto& set) { return std::ranges::find(set, index) != set.end(); })) continue;
      // Grouped by in no set: NULL in all of them.
      node.groups[i].expression = bound::make_literal(types::Literal::null(node.groups[i].expression->type));
      for (auto& set : *node.grouping_sets) set.push_back(index);
    }
  node.input = input.relation;
  Resolved grouped;
  grouped.relation = bound::make_relation(std::move(node), std::move(columns));
  grouped.instance = input.instance;
  // Names of the grouped columns, for ORDER BY over what the projection drops.
  for (const auto& column : input.scope)
    if (bound::find_column(grouped.relation->columns, column.column.id)) grouped.scope.push_back(column);
  if (input.time_window && bound::find_column(grouped.relation->columns, input.time_window->column.column.id)) grouped.time_window = input.time_window;
  grouped.aggregate = below;
  return finish_projection(std::move(grouped), std::move(items));
}

namespace {

bool is_ordinal(const plan::ExpressionPtr& expression) {
  const auto* literal = std::get_if<plan::LiteralExpression>(&expression->node);
  return literal && literal->literal.type.is(TypeKind::Int) && !literal->literal.value.is_null();
}

/// The grouping of a pipe's AGGREGATE, where a number is a column of the input.
plan::Expressions named_by_place(const plan::Expressions& grouping, const Scope& scope) {
  plan::Expressions named;
  for (const auto& item : grouping) {
    named.push_back(item);
    if (!is_ordinal(item)) continue;
    const auto place = std::get<plan::LiteralExpression>(item->node).literal.value.integer();
    if (place < 1 || place > static_cast<std::int64_t>(scope.size()))
      throw Error(conditions::kGroupByPosOutOfRange, {{"index", std::to_string(place)}, {"size", std::to_string(scope.size())}}).at(plan::query_context(item->origin));
    const ScopeColumn& column = scope[static_cast<std::size_t>(place - 1)];
    auto parts = column.qualifier;
    parts.push_back(column.column.name);
    named.back() = plan::make_attribute(std::move(parts), item->origin);
  }
  return named;
}

}  // namespace

Resolved Resolver::resolve_node(const plan::Aggregate& node, const plan::Relation& relation) {
  if (node.ordinals_name_input && std::ranges::any_of(node.grouping, &is_ordinal)) {
    plan::Aggregate named = node;
    named.grouping = named_by_place(node.grouping, resolve(node.input).scope);
    return resolve_node(named, relation);
  }
  using GroupType = plan::Aggregate::GroupType;
  Resolved input = with_time_window(resolve(node.input), {&node.grouping, &node.aggregates}, true);
  Names group_names = names_over(input);
  group_names.clause = "GROUP BY";
  Names names = names_over(input);
  names.aggregates = names.windows = names.generators = true;

  plan::Expressions output = node.aggregates;
  Items items;
  const bool has_star = std::ranges::any_of(output, [](const auto& item) { return std::holds_alternative<plan::UnresolvedStar>(item->node); });
  if (has_star && node.output_includes_grouping && !node.ordinals_name_input && std::ranges::any_of(node.grouping, &is_ordinal)) throw Error(conditions::kStarGroupByPos);
  if (node.output_includes_grouping) items = select_items(output, names);

  // The written elements: plain expressions, and sets of indices into them.
  plan::Expressions elements;
  std::optional<std::vector<std::vector<int>>> sets;
  const auto cross = [&](const std::vector<std::vector<int>>& more) {
    if (!sets) {
      sets = more;
      return;
    }
    std::vector<std::vector<int>> product;
    for (const auto& a : *sets)
      for (const auto& b : more) {
        product.push_back(a);
        product.back().insert(product.back().end(), b.begin(), b.end());
      }
    sets = std::move(product);
  };
  const auto add_analytics = [&](plan::GroupingAnalytics::Kind kind, const std::vector<plan::Expressions>& parts) {
    std::vector<std::vector<int>> indices;
    for (const auto& part : parts) {
      std::vector<int> set;
      for (const auto& expr : part) {
        set.push_back(static_cast<int>(elements.size()));
        elements.push_back(expr);
      }
      indices.push_back(std::move(set));
    }
    switch (kind) {
      case plan::GroupingAnalytics::Kind::Rollup: cross(rollup_sets(indices)); break;
      case plan::GroupingAnalytics::Kind::Cube:
        if (indices.size() > 16) throw Error(conditions::kGroupingSizeLimit, {{"maxSize", "16"}});
        cross(cube_sets(indices));
        break;
      case plan::GroupingAnalytics::Kind::GroupingSets: cross(indices); break;
    }
  };
  const auto each_alone = [](const plan::Expressions& list) {
    std::vector<plan::Expressions> parts;
    for (const auto& expr : list) parts.push_back({expr});
    return parts;
  };
  if (node.type == GroupType::Rollup) {
    add_analytics(plan::GroupingAnalytics::Kind::Rollup, each_alone(node.grouping));
  } else if (node.type == GroupType::Cube) {
    add_analytics(plan::GroupingAnalytics::Kind::Cube, each_alone(node.grouping));
  } else {
    for (const auto& expr : node.grouping) {
      if (const auto* analytics = std::get_if<plan::GroupingAnalytics>(&expr->node)) {
        // `GROUP BY a, b GROUPING SETS (a)`: b is grouped by in no set, and NULL.
        elements.insert(elements.end(), analytics->given.begin(), analytics->given.end());
        if (analytics->kind == plan::GroupingAnalytics::Kind::GroupingSets) cross(nested_sets(*analytics, elements));
        else add_analytics(analytics->kind, analytics->sets);
        continue;
      }
      if (node.type != GroupType::GroupingSets) cross({{static_cast<int>(elements.size())}});
      elements.push_back(expr);
    }
    if (node.type == GroupType::GroupingSets) add_analytics(plan::GroupingAnalytics::Kind::GroupingSets, node.grouping_sets);
    const bool plain = std::ranges::none_of(node.grouping, [](const auto& expr) { return std::holds_alternative<plan::GroupingAnalytics>(expr->node); });
    if (node.type != GroupType::GroupingSets && plain) sets.reset();
  }

  TypedList groups = grouping_expressions(elements, group_names, items);
  if (node.type == GroupType::GroupByAll) {
    // A column or alias of that name is meant first.
    const std::vector<std::string> all{"all"};
    const bool is_alias = std::ranges::any_of(items, [&](const Item& item) { return item.typed.name && same_name(item.name, all[0], policy_.case_sensitive); });
    if (is_alias || find_in_inputs(all, group_names, node.group_by)) {
      groups = grouping_expressions({plan::make_attribute(all, node.group_by)}, group_names, items);
    } else {
      groups = all_groups(input, items, node.group_by);
    }
  }
  for (const auto& group : groups) {
    const bool is_lateral = bound::contains(group.expression, [&](const bound::Expression& part) {
      const auto* reference = std::get_if<bound::ColumnRef>(&part.node);
      return reference && std::ranges::any_of(items, [&](const Item& item) { return !item.is_pass && item.id == reference->column; });
    });
    if (is_lateral) throw Error(conditions::kLateralAliasInGroupBy, {});
  }
  if (!node.output_includes_grouping) {
    // DataFrames get their grouping columns in front, once each.
    plan::Expressions front = node.type == GroupType::GroupingSets && node.grouping.empty() ? plan::Expressions{} : node.grouping;
    front.insert(front.end(), output.begin(), output.end());
    items = select_items(front, names);
    if (node.ordinals_name_input)
      for (std::size_t i = front.size() - output.size(); i < items.size(); ++i) {
        const Typed& given = items[i].typed;
        if (bound::contains(given.expression, &bound::is_aggregate)) continue;
        std::string sql = given.sql;
        const std::string alias = " AS " + types::quote_if_needed(items[i].name);
        if (sql.ends_with(alias)) sql.resize(sql.size() - alias.size());
        throw Error(conditions::kPipeAggregateMissing, {{"expr", attribute_text(given.expression, sql)}}).at(plan::query_context(given.expression->origin));
      }
  }
  for (const auto& group : groups) {
    if ((group.type().is(TypeKind::Map) && !policy_.is_spark4) || group.type().is(TypeKind::Variant))
      throw Error(conditions::kGroupNotOrderable, {{"sqlExpr", quoted_expression(group.sql)}, {"dataType", types::quoted_sql(group.type())}}).at(plan::query_context(relation.origin));
  }
  return aggregate(std::move(input), std::move(groups), std::move(items), std::move(sets), groups.empty(), relation.origin);
}

}  // namespace lab::analyze
