#include <algorithm>

#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

namespace lab::analyze {

// df.to(schema): columns by name in the schema's order, widened without loss, NULL for what is missing and may be.
Resolved Resolver::resolve_node(const plan::ToSchema& node, const plan::Relation& relation) {
  Resolved input = resolve(node.input);
  const auto context = plan::query_context(relation.origin);
  Items items;
  for (const auto& field : node.schema) {
    const ScopeColumn* found = nullptr;
    for (const auto& column : input.scope)
      if (same_name(column.column.name, field.name, policy_.case_sensitive)) {
        if (found) throw Error(conditions::kAmbiguousReference, {{"name", types::quote_identifier(field.name)}, {"referenceNames", "[" + types::quote_identifier(field.name) + "]"}}).at(context);
        found = &column;
      }
    Item item;
    item.id = item.identity = fresh();
    item.name = field.name;
    if (!found) {
      if (!field.nullable) {
        Names names = names_over(input);
        throw_unresolved({field.name}, names, relation.origin);
      }
      item.typed.expression = bound::make_literal(types::Literal::null(field.type));
    } else {
      if (found->column.nullable && !field.nullable) throw Error(conditions::kNullableColumnOrField, {{"name", types::quote_identifier(field.name)}}).at(context);
      item.typed.expression = matched(bound::make_reference(found->column), field.type, field.name, context);
      if (!(item.typed.expression->nullable == field.nullable))
        item.typed.expression = bound::make_expression(item.typed.expression->node, item.typed.expression->type, field.nullable);
    }
    item.typed.metadata = field.metadata.empty() && found ? found->column.metadata : field.metadata;
    items.push_back(std::move(item));
  }
  return finish_projection(std::move(input), std::move(items));
}

ExpressionPtr Resolver::matched(ExpressionPtr value, const DataType& target, const std::string& path, const QueryContext& context) {
  if (value->type == target) return value;
  if (value->type.is(TypeKind::Struct) && target.is(TypeKind::Struct)) {
    bound::Expressions parts;
    std::vector<types::Field> fields;
    for (const auto& wanted : target.fields()) {
      const auto& given = value->type.fields();
      const auto found = std::ranges::find_if(given, [&](const types::Field& field) { return same_name(field.name, wanted.name, policy_.case_sensitive); });
      ExpressionPtr part;
      if (found == given.end()) {
        part = bound::make_literal(types::Literal::null(wanted.type));
      } else {
        part = bound::make_expression(bound::FieldAccess{value, static_cast<int>(found - given.begin())}, found->type, found->nullable || value->nullable);
        part = matched(std::move(part), wanted.type, path + "." + wanted.name, context);
      }
      fields.push_back({wanted.name, part->type, wanted.nullable, wanted.metadata});
      parts.push_back(bound::make_literal(types::Literal::string(wanted.name)));
      parts.push_back(std::move(part));
    }
    DataType type = DataType::structure(std::move(fields));
    auto built = make_call("named_struct", std::move(parts), type, false, {});
    if (!value->nullable) return built;
    bound::Case choice{{{make_call("isnull", {value}, TypeKind::Boolean, false, {}), bound::make_literal(types::Literal::null(type))}}, std::move(built)};
    return bound::make_expression(std::move(choice), type, true);
  }
  if (types::same_shape(value->type, target)) return bound::make_expression(value->node, target, value->nullable, value->origin);
  if (!functions::can_store_assign(value->type, target) || (value->type.is_text() && !target.is_text()))
    throw Error(conditions::kInvalidColumnOrFieldDataType, {{"name", types::quote_identifier(path)}, {"type", types::quoted_sql(value->type)}, {"expectedType", types::quoted_sql(target)}}).at(context);
  return cast_expression(std::move(value), target);
}

}  // namespace lab::analyze
