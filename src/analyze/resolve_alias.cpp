#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Names given to relations and columns: aliases, common tables, renames, dropped and added columns, DISTINCT by columns.
namespace lab::analyze {
namespace {

// What the parser calls `(SELECT …)` in FROM when the query does not.
constexpr const char* kUnnamedSubquery = "__auto_generated_subquery_name";

}  // namespace

Resolved Resolver::alias_columns(Resolved input, const std::vector<std::string>& names, const plan::Origin& origin) {
  if (names.size() != input.scope.size())
    // Spark counts the columns as targets here and the names as expressions.
    throw Error(conditions::kAssignmentArityMismatch, {{"numTarget", std::to_string(input.scope.size())}, {"numExpr", std::to_string(names.size())}}).at(plan::query_context(origin));
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& column = input.scope[i].column;
    outputs.push_back({fresh(), bound::make_reference(column)});
    columns.push_back({{}, names[i], {}, column.nullable, column.metadata});
  }
  const auto instance = input.instance;
  Resolved result = from_relation(bound::make_project(trimmed(input), std::move(outputs), std::move(columns)));
  result.instance = instance;
  return result;
}

Resolved Resolver::resolve_node(const plan::SubqueryAlias& node, const plan::Relation& relation) {
  const auto* table = std::get_if<plan::InlineTable>(&node.input->node);
  Resolved input = table ? inline_table(*table, node.columns, *node.input) : resolve(node.input);
  const bool named = table && node.columns.size() == input.scope.size();
  if (!node.columns.empty() && !named) input = alias_columns(std::move(input), node.columns, relation.origin);
  input.below = nullptr;
  input.aggregate = nullptr;
  // A subquery without a name gives its columns none, and neither does the border between two steps of a pipe.
  if (node.alias.empty() || (node.alias.size() == 1 && node.alias[0] == kUnnamedSubquery)) return input;
  // What files say of themselves keeps within reach of a name that is given to the files themselves.
  const bool names_files = std::holds_alternative<plan::NamedTable>(node.input->node) || std::holds_alternative<plan::DataSource>(node.input->node) || std::holds_alternative<plan::SubqueryAlias>(node.input->node);
  std::erase_if(input.hidden, [&](const ScopeColumn& column) { return !names_files || column.column.name != kFileMetadataName; });
  for (Scope* columns : {&input.scope, &input.hidden})
    for (auto& column : *columns) column.qualifier = node.alias;
  return input;
}

Resolved Resolver::resolve_node(const plan::ToDf& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  if (!policy_.is_spark4 && node.names.size() != input.scope.size()) {
    std::vector<std::string> old;
    for (const auto& column : input.scope) old.push_back(column.column.name);
    throw Error(conditions::kToDfMismatch, {{"oldCount", std::to_string(old.size())}, {"old", join_sql(old)}, {"newCount", std::to_string(node.names.size())}, {"new", join_sql(node.names)}})
        .at(plan::query_context(relation.origin));
  }
  return alias_columns(std::move(input), node.names, relation.origin);
}

// The input's columns as items of a projection.
Items Resolver::pass_items(const Resolved& input) {
  Items items;
  for (const auto& column : input.scope) {
    Item item;
    item.typed.expression = bound::make_reference(column.column);
    item.typed.sql = column.column.name;
    item.typed.metadata = column.column.metadata;
    item.id = column.column.id;
    item.identity = column.identity;
    item.qualifier = column.qualifier;
    item.name = column.column.name;
    item.is_pass = true;
    items.push_back(std::move(item));
  }
  return items;
}

Resolved Resolver::resolve_node(const plan::WithColumns& node, const plan::Relation& relation) {
  Resolved input = with_time_window(resolve(node.input), {&node.aliases});
  Names names = names_over(input);
  names.windows = names.generators = true;
  Items added = select_items(node.aliases, names);
  for (std::size_t i = 0; i < added.size(); ++i)
    for (std::size_t j = i + 1; j < added.size(); ++j)
      if (same_name(added[i].name, added[j].name, policy_.case_sensitive))
        throw Error(conditions::kColumnNotDefined, {{"columnName", types::quote_identifier(lower_case(added[i].name))}}).at(plan::query_context(relation.origin));
  Items items = pass_items(input);
  for (auto& item : added) {
    if (node.must_exist && std::ranges::none_of(items, [&](const Item& old) { return same_name(old.name, item.name, policy_.case_sensitive); })) throw_unresolved({item.name}, names, relation.origin);
    // A replaced column keeps its place and takes the new spelling.
    bool replaced = false;
    for (auto& old : items)
      if (old.is_pass && same_name(old.name, item.name, policy_.case_sensitive)) {
        old = item;
        old.is_pass = false;
        if (item.is_pass || replaced) old.id = old.identity = fresh();
        replaced = true;
      }
    if (!replaced) {
      if (item.is_pass) {
        item.id = item.identity = fresh();
        item.is_pass = false;
      }
      items.push_back(std::move(item));
    }
  }
  return finish_projection(std::move(input), std::move(items));
}

Resolved Resolver::resolve_node(const plan::WithColumnsRenamed& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  Items items = pass_items(input);
  for (const auto& [from, to] : node.renames)
    for (auto& item : items)
      if (same_name(item.name, from, policy_.case_sensitive)) {
        item.name = to;
        if (item.is_pass) {
          item.is_pass = false;
          item.id = item.identity = fresh();
        }
      }
  (void)relation;
  return finish_projection(std::move(input), std::move(items));
}

Resolved Resolver::resolve_node(const plan::Drop& node, const plan::Relation&) {
  Resolved input = resolve(node.input);
  std::vector<ColumnId> dropped;
  Names names = names_over(input);
  for (const auto& column : node.columns) {
    // What does not resolve is not there to drop.
    try {
      const Typed typed = expression(column, names);
      if (const auto* reference = std::get_if<bound::ColumnRef>(&typed.expression->node)) dropped.push_back(reference->column);
    } catch (const Error& error) {
      if (node.must_exist) throw;
      if (&error.condition() == &conditions::kAmbiguousReference || &error.condition() == &conditions::kAmbiguousColumnReference) throw;
    }
  }
  Items items;
  for (auto& item : pass_items(input)) {
    const bool by_name = std::ranges::any_of(node.names, [&](const std::string& name) { return same_name(name, item.name, policy_.case_sensitive); });
    if (!by_name && std::ranges::find(dropped, item.id) == dropped.end()) items.push_back(std::move(item));
  }
  if (items.size() == input.scope.size()) return input;
  return finish_projection(std::move(input), std::move(items));
}

Resolved Resolver::deduplicate_all(Resolved input) {
  for (const auto& column : input.scope)
    if (column.column.type.is(TypeKind::Map))
      throw Error(conditions::kSetOperationOnMapType, {{"colName", types::quote_identifier(column.column.name)}, {"dataType", types::quoted_sql(column.column.type)}});
  auto rows = trimmed(input);
  std::vector<ColumnId> keys;
  for (const auto& column : rows->columns) keys.push_back(column.id);
  bound::Columns columns = rows->columns;
  Resolved result = std::move(input);
  result.relation = bound::make_relation(bound::Deduplicate{std::move(rows), std::move(keys)}, std::move(columns));
  result.below = nullptr;
  result.aggregate = nullptr;
  result.hidden.clear();
  return result;
}

Resolved Resolver::resolve_node(const plan::Deduplicate& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  if (node.all_columns || node.columns.empty()) return deduplicate_all(std::move(input));
  std::vector<ColumnId> keys;
  for (const auto& name : node.columns) {
    bool found = false;
    for (const auto& column : input.scope)
      if (same_name(column.column.name, name, policy_.case_sensitive)) {
        keys.push_back(column.column.id);
        found = true;
      }
    if (!found) {
      std::vector<std::string> known;
      for (const auto& column : input.scope) known.push_back(column.column.name);
      if (!policy_.is_spark4) throw Error(conditions::kInvalidPlanColumn3, {{"colName", name}}).at(plan::query_context(relation.origin));
      throw Error(conditions::kInvalidPlanColumn, {{"colName", name}, {"fieldNames", join_sql(known)}}).at(plan::query_context(relation.origin));
    }
  }
  auto rows = trimmed(input);
  bound::Columns columns = rows->columns;
  auto result_relation = bound::make_relation(bound::Deduplicate{std::move(rows), std::move(keys)}, std::move(columns));
  return over(std::move(input), std::move(result_relation));
}

}  // namespace lab::analyze
