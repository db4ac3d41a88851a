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

/// A call that gives rows, an alias over it or not.
const plan::UnresolvedFunction* generator_call(const plan::ExpressionPtr& expression, bool is_spark4) {
  const auto* alias = std::get_if<plan::Alias>(&expression->node);
  const auto* call = std::get_if<plan::UnresolvedFunction>(alias ? &alias->child->node : &expression->node);
  const auto* row = call && call->name.size() == 1 ? functions::find_function(lower_case(call->name[0]), is_spark4) : nullptr;
  return row && row->kind == functions::FunctionKind::Generator ? call : nullptr;
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

Item Resolver::generator_item(Typed typed, std::size_t place, std::vector<LateralAlias>& lateral) {
  Item item = make_item(std::move(typed));
  item.generated_at = place;
  std::vector<std::string> aliases = item.typed.names;
  if (aliases.empty() && item.typed.name) aliases = {*item.typed.name};
  item.generated = generator_columns(item.typed, item.is_outer_generator, aliases);
  if (policy_.is_spark4)
    for (const auto& column : item.generated) lateral.push_back({column.name, {}, column, 1, true});
  return item;
}

std::map<std::size_t, Item> Resolver::early_generators(const plan::Expressions& list, Names& names) {
  std::map<std::size_t, Item> found;
  if (!names.generators || !policy_.is_spark4 || list.size() < 2) return found;  // 3.5 knows them above the list only.
  // One may need another's columns: round after round, those are applied first that wait for none.
  for (bool is_new = true; is_new;) {
    is_new = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (found.contains(i) || !generator_call(list[i], policy_.is_spark4)) continue;
      std::optional<Typed> typed;
      Names at = names;
      try {
        typed = expression(list[i], at);
      } catch (const Error&) {
        continue;  // Not yet, or never: then it fails again in its place.
      }
      found.emplace(i, generator_item(*std::move(typed), found.size(), *names.lateral));
      is_new = true;
    }
  }
  return found;
}

Typed Resolver::select_expression(const plan::ExpressionPtr& item, Names& names) {
  try {
    Typed typed = expression(item, names);
    if (typed.names.size() > 1 && !is_generator(*typed.expression))
      throw Error(conditions::kMultiAliasWithoutGenerator, {{"expr", quoted_expression(typed.sql)}, {"names", join_sql(typed.names)}}).at(plan::query_context(item->origin));
    return typed;
  } catch (const Error& failure) {
    if (failure.condition().name != conditions::kUnsupportedGeneratorNested.name || !names.generators) throw;
    // Once more, for the error's text: it shows the whole item.
    Names again = names;
    again.lambdas.clear();
    again.shows_nested = true;
    const auto* alias = std::get_if<plan::Alias>(&item->node);
    std::string shown;
    try {
      shown = expression(alias ? alias->child : item, again).sql;
    } catch (const Error&) {
      throw failure;
    }
    throw Error(conditions::kUnsupportedGeneratorNested, {{"expression", quoted_expression(shown)}}).at(plan::query_context(item->origin));
  }
}

Items Resolver::select_items(const plan::Expressions& list, Names& names) {
  Items items;
  std::vector<LateralAlias> lateral;
  std::unordered_map<std::string, std::size_t> places;  // in lateral
  names.lateral = &lateral;
  auto early = early_generators(list, names);
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
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& expr = list[i];
    if (const auto known = early.find(i); known != early.end()) {
      items.push_back(std::move(known->second));
    } else if (const auto* star = std::get_if<plan::UnresolvedStar>(&expr->node)) {
      for (auto& column : star_columns(*star, names, expr->origin)) add(std::move(column), false);
    } else if (const auto* regex = std::get_if<plan::UnresolvedRegex>(&expr->node)) {
      for (auto& column : regex_columns(*regex, names, expr->origin)) add(std::move(column), false);
    } else {
      // What gets its name from its text can be named by later items, too.
      Typed typed = select_expression(expr, names);
      if (is_generator(*typed.expression)) {
        items.push_back(generator_item(std::move(typed), list.size() + i, lateral));
        continue;
      }
      const bool is_column = typed.is_attribute && std::holds_alternative<bound::ColumnRef>(typed.expression->node);
      add(std::move(typed), std::holds_alternative<plan::Alias>(expr->node) || !is_column);
      items.back().written = expr;
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

bound::RelationPtr Resolver::compute_named(bound::RelationPtr relation, const ExpressionPtr& expression, Items& items) {
  for (auto& item : items) {
    if (item.is_pass || bound::find_column(relation->columns, item.id)) continue;
    const bool is_named = bound::contains(expression, [&](const bound::Expression& part) {
      const auto* reference = std::get_if<bound::ColumnRef>(&part.node);
      return reference && reference->column == item.id;
    });
    if (!is_named) continue;
    relation = compute_named(std::move(relation), item.typed.expression, items);
    std::vector<ExpressionPtr> value{item.typed.expression};
    relation = extract_windows(std::move(relation), value);
    bound::Outputs outputs;
    bound::Columns columns = relation->columns;
    for (const auto& column : columns) outputs.push_back({column.id, bound::make_reference(column)});
    outputs.push_back({item.id, value[0]});
    columns.push_back({item.id, item.name, value[0]->type, value[0]->nullable, item.typed.metadata});
    item.typed.expression = bound::make_reference(columns.back());
    relation = bound::make_project(std::move(relation), std::move(outputs), std::move(columns));
  }
  return relation;
}

// Generators stand above an aggregate, so that nothing in it can name their columns.
void Resolver::refuse_generated(const Items& items, const Resolved& input) {
  for (const auto& generator : items)
    for (const auto& column : generator.generated)
      for (const auto& item : items)
        bound::walk(item.typed.expression, [&](const ExpressionPtr& part) {
          const auto* reference = std::get_if<bound::ColumnRef>(&part->node);
          if (reference && reference->column == column.id) throw_unresolved({column.name}, names_over(input), part->origin);
          return true;
        });
}

Resolved Resolver::finish_projection(Resolved input, Items items, bool is_border) {
  Resolved result;
  result.instance = input.instance;
  if (!is_border) result.below = std::make_shared<const Resolved>(input);
  result.aggregate = input.aggregate;
  bound::RelationPtr relation = input.relation;

  // A generator gives rows: it becomes a relation under the projection, its columns take its place in the list.
  if (input.aggregate) refuse_several_generators(items);
  std::vector<Item*> generators;
  for (auto& item : items)
    if (is_generator(*item.typed.expression)) generators.push_back(&item);
  std::ranges::sort(generators, {}, &Item::generated_at);
  for (Item* item : generators) {
    relation = compute_named(std::move(relation), item->typed.expression, items);
    for (auto& column : item->generated)
      if (bound::find_column(relation->columns, column.id)) column.id = fresh();  // One generator in the place of several columns.
    Resolved before = input;
    before.relation = std::move(relation);
    relation = generate(std::move(before), item->typed, item->is_outer_generator, item->generated, {}).relation;
  }
  if (!generators.empty()) {
    Items flat;
    for (auto& item : items) {
      if (!is_generator(*item.typed.expression)) flat.push_back(std::move(item));
      for (const auto& column : item.generated) {
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
  }

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
      // What a generator names is below already.
      if (!item.is_pass && level_of.contains(item.id) && level_of[item.id] == level && !bound::find_column(relation->columns, item.id)) {
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
    if (column.column.name != kFileMetadataName) continue;
    if (auto exposed = bound::expose(result.relation, column.column.id)) {
      result.relation = std::move(exposed);
      result.hidden.push_back(column);
    }
  }
  return result;
}

TypedList Resolver::star_columns(const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin) {
  std::vector<std::vector<std::string>> qualifiers;
  TypedList columns = star_targets(star, names, origin, qualifiers);
  return star.except.empty() ? columns : without_excepted(std::move(columns), qualifiers, star, names, origin);
}

namespace {

/// `paths` are fields to leave out, at least one; the rest of each begins behind its first part.
using FieldPaths = std::vector<std::vector<std::string>>;

bool begins_with(const std::vector<std::string>& path, const std::vector<std::string>& start) {
  return start.size() <= path.size() && std::equal(start.begin(), start.end(), path.begin(), [](const std::string& a, const std::string& b) { return lower_case(a) == lower_case(b); });
}

}  // namespace

ExpressionPtr Resolver::without_fields(const ExpressionPtr& structure, const std::vector<std::vector<std::string>>& paths, const plan::Origin& origin) {
  bound::Expressions parts;
  std::vector<types::Field> fields;
  const auto& old = structure->type.fields();
  for (std::size_t i = 0; i < old.size(); ++i) {
    FieldPaths inside;
    bool is_left_out = false;
    for (const auto& path : paths) {
      if (!same_name(path[0], old[i].name, policy_.case_sensitive)) continue;
      if (path.size() == 1) is_left_out = true;
      else inside.emplace_back(path.begin() + 1, path.end());
    }
    if (is_left_out) continue;
    ExpressionPtr value = bound::make_expression(bound::FieldAccess{structure, static_cast<int>(i)}, old[i].type, old[i].nullable || structure->nullable, origin);
    if (!inside.empty()) value = without_fields(value, inside, origin);
    fields.push_back({old[i].name, value->type, value->nullable, old[i].metadata});
    parts.push_back(bound::make_literal(types::Literal::string(old[i].name), origin));
    parts.push_back(std::move(value));
  }
  DataType type = DataType::structure(fields);
  ExpressionPtr built = make_call("named_struct", std::move(parts), type, false, origin);
  if (!structure->nullable) return built;
  auto missing = make_call("isnull", {structure}, TypeKind::Boolean, false, origin);
  bound::Case choice{{{std::move(missing), bound::make_literal(types::Literal::null(type), origin)}}, std::move(built)};
  return bound::make_expression(std::move(choice), type, true, origin);
}

TypedList Resolver::without_excepted(TypedList columns, const std::vector<std::vector<std::string>>& qualifiers, const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin) {
  std::vector<FieldPaths> fields(columns.size());  // of each column; an empty path is the column itself
  bool overlap = false;
  for (const auto& path : star.except) {
    std::vector<std::size_t> found;
    std::size_t depth = 0;  // parts of the name in front of the column's
    for (; depth < path.size() && found.empty(); ++depth)
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& qualifier = qualifiers[i];
        bool fits = depth <= qualifier.size() && same_name(path[depth], columns[i].name.value_or(columns[i].sql), policy_.case_sensitive);
        for (std::size_t k = 0; fits && k < depth; ++k) fits = same_name(path[k], qualifier[qualifier.size() - depth + k], policy_.case_sensitive);
        if (fits) found.push_back(i);
      }
    if (found.empty()) throw_unresolved(path, names, origin);
    const std::vector<std::string> rest(path.begin() + static_cast<std::ptrdiff_t>(depth), path.end());
    for (const std::size_t at : found) {
      Typed field = columns[at];
      for (const auto& part : rest) field = field_of(std::move(field), part, origin);
      for (const auto& other : fields[at]) overlap = overlap || begins_with(other, rest) || begins_with(rest, other);
      fields[at].push_back(rest);
    }
  }
  if (overlap) {
    std::vector<std::string> texts;
    for (const auto& path : star.except) texts.push_back(join_sql(path, "."));
    throw Error(conditions::kExceptOverlappingColumns, {{"columns", join_sql(texts)}}).at(plan::query_context(origin));
  }
  TypedList kept;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Typed& column = columns[i];
    const bool is_left_out = std::ranges::any_of(fields[i], [](const auto& path) { return path.empty(); });
    if (is_left_out) continue;
    if (!fields[i].empty()) {
      column.expression = without_fields(column.expression, fields[i], origin);
      column.is_attribute = false;
    }
    kept.push_back(std::move(column));
  }
  return kept;
}

TypedList Resolver::star_targets(const plan::UnresolvedStar& star, const Names& names, const plan::Origin& origin, std::vector<std::vector<std::string>>& qualifiers) {
  TypedList result;
  const auto add = [&](const ScopeColumn& column) {
    qualifiers.push_back(column.qualifier);
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
        if (column.column.name != kFileMetadataName && fits(column)) {
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
            qualifiers.push_back(column.qualifier);
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
      qualifiers.emplace_back();
      result.push_back(std::move(typed));
    }
    return result;
  }
  std::vector<std::string> columns;
  for (const auto* input : names.inputs)
    for (const auto& column : input->scope) columns.push_back(types::quote_identifier(column.column.name));
  if (policy_.is_spark4) std::ranges::sort(columns);
  throw Error(conditions::kUnresolvedStar, {{"targetString", types::quote_parts(star.target)}, {"columns", join_sql(columns)}}).at(plan::query_context(origin));
}

}  // namespace lab::analyze
