#include "analyze/conditions.h"
#include "analyze/pretty.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/bound_tree.h"
#include "types/type_text.h"

// `a.b`, `a['b']`, `a[1]`: fields of structs (also through arrays of structs), elements of arrays and maps.
namespace lab::analyze {
namespace {

int find_field(const DataType& type, const std::string& name, bool case_sensitive, const plan::Origin& origin) {
  int found = -1, count = 0;
  const auto& fields = type.fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (same_name(fields[i].name, name, case_sensitive)) {
      found = static_cast<int>(i);
      ++count;
    }
  const auto context = plan::query_context(origin);
  if (count > 1) throw Error(conditions::kAmbiguousReferenceToFields, {{"field", types::quote_identifier(name)}, {"count", std::to_string(count)}}).at(context);
  if (count == 1) return found;
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(types::quote_identifier(field.name));
  throw Error(conditions::kFieldNotFound, {{"fieldName", types::quote_identifier(name)}, {"fields", join_sql(names)}}).at(context);
}

}  // namespace

Typed Resolver::extract(Typed child, Typed key, const plan::Origin& origin) {
  const auto* literal = std::get_if<bound::LiteralNode>(&key.expression->node);
  const bool is_name = literal && key.type().is_text() && !literal->value.is_null();
  const DataType type = child.type();
  if (type.is(TypeKind::Struct)) {
    if (!is_name) throw Error(conditions::kInvalidExtractFieldType, {{"extraction", quoted_expression(key.sql)}}).at(plan::query_context(origin));
    const std::string& name = literal->value.text();
    const int index = find_field(type, name, policy_.case_sensitive, origin);
    const auto& field = type.fields()[static_cast<std::size_t>(index)];
    Typed result;
    result.expression = bound::make_expression(bound::FieldAccess{child.expression, index}, field.type, child.expression->nullable || field.nullable, origin);
    result.sql = child.sql + "." + name;
    result.metadata = field.metadata;
    return result;
  }
  if (type.is(TypeKind::Array) && type.element().is(TypeKind::Struct) && is_name) {
    // `people.name` over an array of structs gives the array of names: transform(people, p -> p.name).
    const DataType& element = type.element();
    const int index = find_field(element, literal->value.text(), policy_.case_sensitive, origin);
    const auto& field = element.fields()[static_cast<std::size_t>(index)];
    const ColumnId parameter = fresh();
    auto item = bound::make_expression(bound::LambdaRef{parameter}, element, type.contains_null(), origin);
    const bool nullable = type.contains_null() || field.nullable;
    auto body = bound::make_expression(bound::FieldAccess{std::move(item), index}, field.type, nullable, origin);
    auto lambda = bound::make_expression(bound::Lambda{{parameter}, {element}, std::move(body)}, field.type, nullable, origin);
    Typed result;
    result.expression = make_call("transform", {child.expression, std::move(lambda)}, DataType::array(field.type, nullable), child.expression->nullable, origin);
    result.sql = child.sql + "." + literal->value.text();
    return result;
  }
  if (type.is(TypeKind::Array) || type.is(TypeKind::Map)) {
    std::string sql = child.sql + "[" + key.sql + "]";
    TypedList arguments;
    arguments.push_back(std::move(child));
    arguments.push_back(std::move(key));
    return call_row(row("[]"), std::move(arguments), origin, std::move(sql));
  }
  if (type.is(TypeKind::Null) && policy_.is_spark4) {
    Typed result;
    result.sql = child.sql + "[" + key.sql + "]";
    result.expression = bound::make_literal(types::Literal::null(), origin);
    return result;
  }
  throw Error(conditions::kInvalidExtractBaseFieldType, {{"base", quoted_expression(child.sql)}, {"other", types::quoted_sql(type)}}).at(plan::query_context(origin));
}

Typed Resolver::resolve_expression(const plan::ExtractValue& node, const plan::Expression& expr, Names& names) {
  if (std::holds_alternative<plan::UnresolvedStar>(node.child->node))
    throw Error(conditions::kInvalidUsageOfStar, {{"elem", "'*'"}, {"prettyName", "expression `unresolvedextractvalue`"}}).at(plan::query_context(expr.origin));
  Typed child = expression(node.child, names);
  return extract(std::move(child), expression(node.extraction, names), expr.origin);
}

Typed Resolver::resolve_expression(const plan::UpdateField& node, const plan::Expression& expr, Names& names) {
  Typed structure = expression(node.structure, names);
  if (!structure.type().is(TypeKind::Struct))
    throw Error(conditions::kUnexpectedInputType, {{"sqlExpr", quoted_expression("update_fields(" + structure.sql + ")")}, {"paramIndex", policy_.is_spark4 ? "first" : "1"}, {"requiredType", "\"STRUCT\""},
                                                   {"inputSql", quoted_expression(structure.sql)}, {"inputType", types::quoted_sql(structure.type())}}).at(plan::query_context(expr.origin));
  std::optional<Typed> value;
  if (node.value) value = expression(node.value, names);
  bound::Expressions parts;
  std::vector<types::Field> fields;
  const auto add = [&](const std::string& name, ExpressionPtr item) {
    fields.push_back({name, item->type, item->nullable, {}});
    parts.push_back(bound::make_literal(types::Literal::string(name), expr.origin));
    parts.push_back(std::move(item));
  };
  bool found = false;
  const auto& old = structure.type().fields();
  for (std::size_t i = 0; i < old.size(); ++i) {
    const bool is_it = same_name(old[i].name, node.field, policy_.case_sensitive);
    found = found || is_it;
    if (is_it && !value) continue;
    if (is_it) add(node.field, value->expression);
    else add(old[i].name, bound::make_expression(bound::FieldAccess{structure.expression, static_cast<int>(i)}, old[i].type, old[i].nullable || structure.expression->nullable, expr.origin));
  }
  if (!found && value) add(node.field, value->expression);
  DataType type = DataType::structure(fields);
  const bool nullable = structure.expression->nullable;
  auto built = make_call("named_struct", std::move(parts), type, false, expr.origin);
  if (nullable) {
    auto missing = make_call("isnull", {structure.expression}, TypeKind::Boolean, false, expr.origin);
    bound::Case choice{{{std::move(missing), bound::make_literal(types::Literal::null(type), expr.origin)}}, std::move(built)};
    built = bound::make_expression(std::move(choice), type, true, expr.origin);
  }
  Typed result;
  result.expression = std::move(built);
  result.sql = value ? "update_fields(" + structure.sql + ", WithField(" + value->sql + "))" : "update_fields(" + structure.sql + ", dropfield())";
  return result;
}

}  // namespace lab::analyze
