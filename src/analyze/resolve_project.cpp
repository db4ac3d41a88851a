#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// SELECT lists: names, earlier aliases, stars, windows and generators pulled out into relations of their own.
namespace lab::analyze {
namespace {

bool is_generator(const bound::Expression& e) {
  const auto* call = std::get_if<bound::Call>(&e.node);
  return call && call->function->kind == functions::FunctionKind::Generator;
}

ExpressionPtr replace_windows(const ExpressionPtr& expression, bound::Outputs& windows, bound::Columns& columns, const std::function<ColumnId()>& fresh) {
  if (bound::is_window(*expression)) {
    for (const auto& known : windows)
      if (bound::same(known.expression, expression)) return bound::make_expression(bound::ColumnRef{known.column, false}, expression->type, expression->nullable, expression->origin);
    windows.push_back({fresh(), expression});
    columns.push_back({windows.back().column, "_we" + std::to_string(windows.size() - 1), expression->type, expression->nullable, {}});
    return bound::make_reference(columns.back(), expression->origin);
  }
  return bound::map_children(expression, [&](const ExpressionPtr& child) { return replace_windows(child, windows, columns, fresh); });
}

}  // namespace

// IN and NOT IN of a subquery that are values and no conditions ask whether a row is there: never NULL.
ExpressionPtr Resolver::existence_values(const ExpressionPtr& expression) const {
  const auto is_in = [](const ExpressionPtr& part) { return std::holds_alternative<bound::InSubquery>(part->node); };
  const auto* call = std::get_if<bound::Call>(&expression->node);
  const bool is_not_in = call && call->function->name == "not" && call->arguments.size() == 1 && is_in(call->arguments[0]);
  if (is_in(expression) || is_not_in) {
    if (!expression->nullable) return expression;
    return make_call("coalesce", {expression, bound::make_literal({TypeKind::Boolean, {false}})}, TypeKind::Boolean, false, expression->origin);
  }
  return bound::map_children(expression, [this](const ExpressionPtr& child) { return existence_values(child); });
}

Item Resolver::make_item(Typed typed) {
  typed.expression = existence_values(typed.expression);
  Item item;
  item.name = typed.name.value_or(typed.sql);
  const auto* reference = std::get_if<bound::ColumnRef>(&typed.expression->node);
  item.is_pass = typed.is_attribute && reference && !reference->is_outer;
  item.id = item.is_pass ? reference->column : fresh();
  item.identity = item.id;
  item.typed = std::move(typed);
  return item;
}

Items Resolver::select_items(const plan::Expressions& list, Names& names) {
  Items items;
  std::vector<LateralAlias> lateral;
  std::unordered_map<std::string, std::size_t> places;  // in lateral
  names.lateral = &lateral;
  const auto add = [&](Typed typed, bool is_alias) {
    Item item = make_item(std::move(typed));
    if (item.is_pass)
      for (const auto* input : names.inputs)
        for (const auto& column : input->scope)
          if (column.column.id == item.id) {
            item.qualifier = column.qualifier;
            item.identity = column.identity;
          }
    if (is_alias) {
      const auto [known, is_new] = places.emplace(policy_.case_sensitive ? item.name : lower_case(item.name), lateral.size());
      if (!is_new) ++lateral[known->second].count;
      else lateral.push_back({item.name, item.typed, {item.id, item.name, item.typed.type(), item.typed.expression->nullable, item.typed.metadata}});
    }
    items.push_back(std::move(item));
  };
  for (const auto& expr : list) {
    if (const auto* star = std::get_if<plan::UnresolvedStar>(&expr->node)) {
      for (auto& column : star_columns(*star, names, expr->origin)) add(std::move(column), false);
    } else if (const auto* regex = std::get_if<plan::UnresolvedRegex>(&expr->node)) {
      for (auto& column : regex_columns(*regex, names, expr->origin)) add(std::move(column), false);
    } else {
      // What gets its name from its text can be named by later items, too.
      Typed typed = expression(expr, names);
      const bool is_column = typed.is_attribute && std::holds_alternative<bound::ColumnRef>(typed.expression->node);
      add(std::move(typed), std::holds_alternative<plan::Alias>(expr->node) || !is_column);
    }
  }
  names.lateral = nullptr;
  return items;
}

Resolved Resolver::resolve_node(const plan::Project& node, const plan::Relation& relation) { return project(resolve(node.input), node.expressions, relation, node.pipe_clause); }

Resolved Resolver::project(Resolved input, const plan::Expressions& list, const plan::Relation& relation, const std::string& pipe_clause) {
  input = with_time_window(std::move(input), {&list});
  Names names = names_over(input);
  names.aggregates = names.windows = names.generators = true;
  names.clause = {};
  Items items = select_items(list, names);
  const auto aggregated = std::ranges::find_if(items, [](const Item& item) { return bound::contains(item.typed.expression, &bound::is_aggregate); });
  if (aggregated != items.end() && !pipe_clause.empty())
    throw Error(conditions::kPipeAggregate, {{"expr", aggregated->typed.sql}, {"clause", pipe_clause}}).at(plan::query_context(aggregated->typed.expression->origin));
  if (aggregated != items.end())
    return aggregate(std::move(input), {}, std::move(items), std::nullopt, true, relation.origin);
  return finish_projection(std::move(input), std::move(items));
}

bound::RelationPtr Resolver::extract_windows(bound::RelationPtr input, std::vector<ExpressionPtr>& expressions) {
  bound::Outputs windows;
  bound::Columns columns;
  for (auto& expression : expressions)
    expression = replace_windows(expression, windows, columns, [this] { return fresh(); });
  if (!windows.empty()) refuse_recursion(input);
  return windows.empty() ? input : bound::make_window(std::move(input), std::move(windows), columns);
}

// Without aggregates each generator multiplies the rows of those before it.
void Resolver::refuse_several_generators(const Items& items) const {
  std::vector<std::string> generators;
  for (const Item& item : items)
    if (is_generator(*item.typed.expression)) generators.push_back(quoted_expression(item.typed.sql));
  if (generators.size() > 1)
    throw Error(conditions::kUnsupportedGeneratorMulti, {{"num", std::to_string(generators.size())}, {"generators", join_sql(generators)}});
}

Resolved Resolver::finish_projection(Resolved input, Items items, bool is_border) {
  Resolved result;
  result.instance = input.instance;
  if (!is_border) result.below = std::make_shared<const Resolved>(input);
  result.aggregate = input.aggregate;
  bound::RelationPtr relation = input.relation;

  // A generator gives rows: it becomes a relation under the projection, its columns take its place in the list.
  Items flat;
  if (input.aggregate) refuse_several_generators(items);
  for (auto& item : items) {
    if (!is_generator(*item.typed.expression)) {
      flat.push_back(std::move(item));
      continue;
    }
    Resolved before = input;
    before.relation = relation;
    std::vector<std::string> names = item.typed.names;
    if (names.empty() && item.typed.name) names = {*item.typed.name};
    Resolved generated = generate(std::move(before), item.typed, item.is_outer_generator, std::move(names), {});
    relation = generated.relation;
    for (std::size_t i = input.scope.size(); i < generated.scope.size(); ++i) {
      const auto& column = generated.scope[i].column;
      Item next;
      next.typed.expression = bound::make_reference(column);
      next.typed.sql = column.name;
      next.id = next.identity = column.id;
      next.name = column.name;
      next.is_pass = true;
      flat.push_back(std::move(next));
    }
  }
  items = std::move(flat);

  // Items that name earlier aliases stand one level above these.
  std::map<ColumnId, int> level_of;
  int levels = 1;
  for (const auto& item : items) {
    int level = 0;
    bound::walk(item.typed.expression, [&](const ExpressionPtr& node) {
      if (const auto* reference = std::get_if<bound::ColumnRef>(&node->node))
        if (const auto found = level_of.find(reference->column); found != level_of.end()) level = std::max(level, found->second + 1);
      return true;
    });
    if (!item.is_pass) level_of[item.id] = level;
    levels = std::max(levels, level + 1);
  }
  for (int level = 0; level + 1 < levels; ++level) {
    std::vector<ExpressionPtr> values;
    std::vector<Item*> computed;
    for (auto& item : items)
      if (!item.is_pass && level_of.contains(item.id) && level_of[item.id] == level) {
        computed.push_back(&item);
        values.push_back(item.typed.expression);
      }
    relation = extract_windows(std::move(relation), values);
    bound::Outputs outputs;
    bound::Columns columns = relation->columns;
    for (const auto& column : columns) outputs.push_back({column.id, bound::make_reference(column)});
    for (std::size_t i = 0; i < computed.size(); ++i) {
      outputs.push_back({computed[i]->id, values[i]});
      columns.push_back({computed[i]->id, computed[i]->name, values[i]->type, values[i]->nullable, computed[i]->typed.metadata});
      computed[i]->typed.expression = bound::make_reference(columns.back());
    }
    relation = bound::make_project(std::move(relation), std::move(outputs), std::move(columns));
  }

  std::vector<ExpressionPtr> values;
  for (const auto& item : items) values.push_back(item.typed.expression);
  relation = extract_windows(std::move(relation), values);
  bound::Outputs outputs;
  bound::Columns columns;
  std::set<ColumnId> used;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& item = items[i];
    // Twice the same column: SQL below needs two, names see one attribute.
    const ColumnId id = used.insert(item.id).second ? item.id : fresh();
    outputs.push_back({id, values[i]});
    columns.push_back({id, item.name, values[i]->type, values[i]->nullable, item.typed.metadata});
    result.scope.push_back({columns.back(), item.is_pass ? item.qualifier : std::vector<std::string>{}, item.identity});
  }
  result.relation = bound::make_project(std::move(relation), std::move(outputs), std::move(columns));
  // What files say of themselves stays within reach; pruning takes it away again where nobody asks.
  for (const ScopeColumn& column : input.hidden) {
    if (column.column.name != kFileMetadataName || !column.qualifier.empty()) continue;
    if (auto exposed = bound::expose(result.relation, column.column.id)) {
      result.relation = std::move(exposed);
      result.hidden.push_back(column);
    }
  }
  return result;
}

TypedList Resolver::star_columns(const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin) {
  TypedList result;
  const auto add = [&](const ScopeColumn& column) {
    for (const auto& path : star.except)
      if (path.size() == 1 ? same_name(path[0], column.column.name, policy_.case_sensitive)
                           : same_name(path.back(), column.column.name, policy_.case_sensitive) && !column.qualifier.empty() && same_name(path[path.size() - 2], column.qualifier.back(), policy_.case_sensitive))
        return;
    Typed typed;
    typed.expression = bound::make_reference(column.column, origin);
    typed.sql = column.column.name;
    typed.name = column.column.name;
    typed.metadata = column.column.metadata;
    typed.is_attribute = true;
    result.push_back(std::move(typed));
  };
  if (star.plan_id) {
    Scope scope = instance_scope(*star.plan_id, names);
    for (const auto& column : scope) add(column);
    return result;
  }
  bool found = false;
  const auto fits = [&](const ScopeColumn& column) {
    if (column.qualifier.size() < star.target.size()) return false;
    const auto first = column.qualifier.size() - star.target.size();
    for (std::size_t i = 0; i < star.target.size(); ++i)
      if (!same_name(column.qualifier[first + i], star.target[i], policy_.case_sensitive)) return false;
    return true;
  };
  for (const auto* input : names.inputs) {
    // `t.*` after USING gives the merged column of t too, first.
    if (!star.target.empty())
      for (const auto& column : input->hidden)
        if (fits(column)) {
          found = true;
          add(column);
        }
    for (const auto& column : input->scope)
      if (fits(column)) {
        found = true;
        add(column);
      }
  }
  if (star.target.empty() || found) return result;
  // `t.*` of a table around: LATERAL and subqueries may take its columns.
  for (const auto* around = names.outer; around && !found; around = around->outer)
    for (const auto* input : around->inputs)
      for (const auto& column : input->scope)
        if (fits(column)) {
          found = true;
          Names here = names;
          std::vector<std::string> path = column.qualifier;
          path.push_back(column.column.name);
          if (auto typed = find_attribute(path, here, origin)) {
            typed->name = column.column.name;
            result.push_back(*std::move(typed));
          }
        }
  if (found) return result;
  // `s.*` of a struct column gives its fields.
  Names at = names;
  if (auto structure = find_attribute(star.target, at, origin); structure && structure->type().is(TypeKind::Struct)) {
    for (const auto& field : structure->type().fields()) {
      Typed typed = field_of(*structure, field.name, origin);
      typed.name = field.name;
      result.push_back(std::move(typed));
    }
    return result;
  }
  std::vector<std::string> columns;
  for (const auto* input : names.inputs)
    for (const auto& column : input->scope) columns.push_back(types::quote_identifier(column.column.name));
  throw Error(conditions::kUnresolvedStar, {{"targetString", types::quote_parts(star.target)}, {"columns", join_sql(columns)}}).at(plan::query_context(origin));
}

}  // namespace lab::analyze
