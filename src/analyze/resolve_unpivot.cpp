#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/common_type.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// UNPIVOT: a row for each named column (or group of columns): a union of projections of the input.
namespace lab::analyze {

Resolved Resolver::resolve_node(const plan::Unpivot& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto context = plan::query_context(relation.origin);
  Names names = names_over(input);
  const auto expand = [&](const plan::Expressions& list) {
    TypedList result;
    for (auto& item : select_items(list, names)) result.push_back(std::move(item.typed));
    return result;
  };
  std::vector<TypedList> groups;
  TypedList ids = expand(node.ids);
  const auto is_in = [](const TypedList& list, ColumnId id) {
    return std::ranges::any_of(list, [&](const Typed& typed) {
      const auto* reference = std::get_if<bound::ColumnRef>(&typed.expression->node);
      return reference && reference->column == id;
    });
  };
  const auto column_of = [&](const ScopeColumn& column) {
    Typed typed;
    typed.expression = bound::make_reference(column.column);
    typed.sql = column.column.name;
    typed.name = column.column.name;
    typed.is_attribute = true;
    return typed;
  };
  if (node.values) {
    for (const auto& group : *node.values) groups.push_back(expand(group));
    // `df.unpivot(ids, ["*"])`: a star among the values is many groups of one.
    std::vector<TypedList> flat;
    for (auto& group : groups) {
      if (node.value_columns.size() == 1 && group.size() > 1)
        for (auto& one : group) flat.push_back({std::move(one)});
      else flat.push_back(std::move(group));
    }
    groups = std::move(flat);
  } else {
    for (const auto& column : input.scope)
      if (!is_in(ids, column.column.id)) groups.push_back({column_of(column)});
  }
  if (node.ids_implicit) {
    for (const auto& column : input.scope)
      if (std::ranges::none_of(groups, [&](const TypedList& group) { return is_in(group, column.column.id); })) ids.push_back(column_of(column));
  }
  if (groups.empty()) throw Error(conditions::kUnpivotRequiresValues, {}).at(context);
  const std::size_t width = node.value_columns.size();
  std::vector<DataType> targets;
  for (std::size_t v = 0; v < width; ++v) {
    std::vector<DataType> types;
    for (const auto& group : groups) {
      if (group.size() != width) throw Error(conditions::kUnpivotSizeMismatch, {{"names", join_sql(node.value_columns)}}).at(context);
      types.push_back(group[v].type());
    }
    const auto common = functions::wider_without_strings(types, policy_);
    if (!common) {
      std::vector<std::string> texts;
      for (std::size_t g = 0; g < groups.size(); ++g) texts.push_back(types::quoted_sql(types[g]) + " (" + types::quote_identifier(groups[g][v].sql) + ")");
      std::ranges::sort(texts);
      throw Error(conditions::kUnpivotTypeMismatch, {{"types", join_sql(texts)}}).at(context);
    }
    targets.push_back(*common);
  }
  // ids and then a row a group, in the order of the input's rows.
  TypedList arguments;
  Typed count;
  count.expression = bound::make_literal(types::Literal::integer(static_cast<std::int32_t>(groups.size())));
  arguments.push_back(std::move(count));
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::string name;
    if (g < node.value_aliases.size() && node.value_aliases[g]) {
      name = *node.value_aliases[g];
    } else {
      std::vector<std::string> parts;
      for (const auto& value : groups[g]) parts.push_back(value.name.value_or(value.sql));
      name = join_sql(parts, "_");
    }
    Typed label;
    label.expression = bound::make_literal(types::Literal::string(name));
    arguments.push_back(std::move(label));
    for (std::size_t v = 0; v < width; ++v) arguments.push_back(cast_to(groups[g][v], targets[v]));
  }
  std::vector<std::string> generated{node.variable_column};
  generated.insert(generated.end(), node.value_columns.begin(), node.value_columns.end());
  const std::size_t before = input.scope.size();
  const auto instance = input.instance;
  const Typed stack = call_row(row("stack"), std::move(arguments), relation.origin);
  Resolved rows = generate(std::move(input), stack, false, generator_columns(stack, false, generated), {});
  Items items;
  for (auto& id : ids) items.push_back(make_item(std::move(id)));
  ExpressionPtr any;
  for (std::size_t i = before; i < rows.scope.size(); ++i) {
    const auto& column = rows.scope[i].column;
    Item item;
    item.typed.expression = bound::make_reference(column);
    item.id = item.identity = column.id;
    item.name = column.name;
    item.is_pass = true;
    items.push_back(std::move(item));
    if (i == before) continue;
    auto present = make_call("isnotnull", {bound::make_reference(column)}, TypeKind::Boolean, false, relation.origin);
    any = any ? make_call("or", {std::move(any), std::move(present)}, TypeKind::Boolean, false, relation.origin) : std::move(present);
  }
  if (!node.include_nulls) rows.relation = bound::make_filter(rows.relation, std::move(any));
  Resolved result = finish_projection(std::move(rows), std::move(items), true);
  result.instance = instance;
  return result;
}

}  // namespace lab::analyze
