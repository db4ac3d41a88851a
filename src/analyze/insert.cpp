#include <algorithm>

#include "analyze/analyzer.h"
#include "analyze/conditions.h"
#include "analyze/names.h"
#include "analyze/pretty.h"
#include "base/error.h"
#include "functions/cast_rules.h"
#include "functions/function_row.h"
#include "plan/bound_build.h"
#include "types/type_text.h"

// Spark's store assignment: what INSERT and writes do to make a query's columns those of a table (TableOutputResolver, ANSI policy).
namespace lab::analyze {
namespace {

using bound::ExpressionPtr;

struct Assignment {
  const std::string& table;
  bool by_name;
  bool case_sensitive;
  bool is_spark4;
  StoreRules rules;
  std::uint32_t& next_id;
};

DataType plain(const DataType& type) { return type.is(TypeKind::Char) || type.is(TypeKind::Varchar) ? DataType(TypeKind::String) : type; }

ExpressionPtr call_of(std::string_view name, bound::Expressions arguments, DataType type, bool nullable, bool is_spark4) {
  const auto* row = functions::find_function(name, is_spark4);
  LAB_CHECK(row, std::string(name));
  return bound::make_expression(bound::Call{row, std::move(arguments), true}, std::move(type), nullable);
}

ExpressionPtr assign(ExpressionPtr value, const DataType& target, const std::string& path, const Assignment& how);

// Structs are matched field by field, by name or position, so that an inner cast may fail with its own path.
ExpressionPtr assign_struct(const ExpressionPtr& value, const DataType& target, const std::string& path, const Assignment& how) {
  const auto& given = value->type.fields();
  const auto& wanted = target.fields();
  bound::Expressions parts;
  std::vector<types::Field> fields;
  std::vector<bool> used(given.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::size_t index = given.size();
    if (!how.by_name && !how.rules.nested_by_name) index = i;
    else
      for (std::size_t j = 0; j < given.size(); ++j)
        if (same_name(given[j].name, wanted[i].name, how.case_sensitive)) index = j;
    if (index >= given.size() && how.rules.fills_missing) {
      fields.push_back({wanted[i].name, plain(wanted[i].type), true, wanted[i].metadata});
      parts.push_back(bound::make_literal(types::Literal::string(wanted[i].name)));
      parts.push_back(bound::make_literal(types::Literal::null(plain(wanted[i].type))));
      continue;
    }
    if (index >= given.size())
      throw Error(conditions::kIncompatibleCannotFind, {{"tableName", how.table}, {"colName", path + "." + types::quote_identifier(wanted[i].name)}});
    used[index] = true;
    auto field = bound::make_expression(bound::FieldAccess{value, static_cast<int>(index)}, given[index].type, given[index].nullable || value->nullable);
    auto assigned = assign(std::move(field), wanted[i].type, path + "." + types::quote_identifier(wanted[i].name), how);
    fields.push_back({wanted[i].name, assigned->type, wanted[i].nullable, wanted[i].metadata});
    parts.push_back(bound::make_literal(types::Literal::string(wanted[i].name)));
    parts.push_back(std::move(assigned));
  }
  std::vector<std::string> extra;
  for (std::size_t j = 0; j < given.size(); ++j)
    if (!used[j]) extra.push_back(types::quote_identifier(given[j].name));
  if (!extra.empty()) throw Error(conditions::kIncompatibleExtraFields, {{"tableName", how.table}, {"colName", path}, {"extraFields", join_sql(extra)}});
  DataType type = DataType::structure(std::move(fields));
  auto built = call_of("named_struct", std::move(parts), type, false, how.is_spark4);
  if (!value->nullable) return built;
  bound::Case choice{{{call_of("isnull", {value}, TypeKind::Boolean, false, how.is_spark4), bound::make_literal(types::Literal::null(type))}}, std::move(built)};
  return bound::make_expression(std::move(choice), type, true);
}

// Structs inside arrays and in the values of maps are matched one by one.
bool holds_structs(const DataType& given, const DataType& wanted) {
  if (given.is(TypeKind::Array) && wanted.is(TypeKind::Array)) return holds_structs(given.element(), wanted.element());
  if (given.is(TypeKind::Map) && wanted.is(TypeKind::Map)) return holds_structs(given.value(), wanted.value());
  return given.is(TypeKind::Struct) && wanted.is(TypeKind::Struct);
}

ExpressionPtr assign_elements(const ExpressionPtr& value, const DataType& target, const std::string& path, const Assignment& how) {
  const bool is_map = value->type.is(TypeKind::Map);
  const DataType& given = is_map ? value->type.value() : value->type.element();
  const bound::ColumnId key{how.next_id++}, item{how.next_id++};
  auto element = bound::make_expression(bound::LambdaRef{item}, given, value->type.contains_null());
  auto body = assign(std::move(element), is_map ? target.value() : target.element(), path + (is_map ? ".`value`" : ".`element`"), how);
  const DataType made = body->type;
  bound::Lambda lambda;
  if (is_map) lambda.parameters.push_back(key), lambda.parameter_types.push_back(value->type.key());
  lambda.parameters.push_back(item);
  lambda.parameter_types.push_back(given);
  lambda.body = std::move(body);
  DataType type = is_map ? DataType::map(value->type.key(), made, target.contains_null()) : DataType::array(made, target.contains_null());
  auto function = bound::make_expression(std::move(lambda), made, true);
  return call_of(is_map ? "transform_values" : "transform", {value, std::move(function)}, std::move(type), value->nullable, how.is_spark4);
}

ExpressionPtr assign(ExpressionPtr value, const DataType& target, const std::string& path, const Assignment& how) {
  const DataType wanted = plain(target);
  const DataType& given = value->type;
  if (given == wanted) return value;
  if (given.is(TypeKind::Struct) && wanted.is(TypeKind::Struct)) return assign_struct(value, wanted, path, how);
  if (how.rules.nested_by_name && holds_structs(given, wanted) && !types::same_shape(given, wanted)) return assign_elements(value, wanted, path, how);
  if (how.rules.any_cast && !functions::can_cast(given, wanted, bound::CastMode::Ansi))
    throw Error(conditions::kCastWithoutSuggestion,
                {{"sqlExpr", '"' + path + '"'}, {"srcType", types::quoted_sql(given)}, {"targetType", types::quoted_sql(wanted)}});
  if (!how.rules.any_cast && !functions::can_store_assign(given, wanted))
    throw Error(conditions::kIncompatibleCannotCast, {{"tableName", how.table}, {"colName", path}, {"srcType", types::quoted_sql(given)}, {"targetType", types::quoted_sql(wanted)}});
  if (types::same_shape(given, wanted)) return bound::make_expression(value->node, wanted, value->nullable, value->origin);
  const bool nullable = value->nullable;
  return bound::make_expression(bound::Cast{std::move(value), bound::CastMode::Ansi}, wanted, nullable);
}

std::string names_of(const types::Schema& schema) {
  std::vector<std::string> names;
  for (const auto& field : schema) names.push_back(types::quote_identifier(field.name));
  return join_sql(names);
}

}  // namespace

bound::Query cast_for_insert(bound::Query query, const types::Schema& target, bool by_name, const std::string& table_name, const StoreRules& rules) {
  const bound::Columns& given = query.root->columns;
  const Assignment how{table_name, by_name, query.policy.case_sensitive, query.policy.is_spark4, rules, query.next_id};
  if (given.size() != target.size() && (!by_name || given.size() > target.size())) {
    if (by_name) {
      std::vector<std::string> extra;
      for (const auto& column : given)
        if (std::ranges::none_of(target, [&](const types::Field& field) { return same_name(field.name, column.name, how.case_sensitive); }))
          extra.push_back(types::quote_identifier(column.name));
      throw Error(conditions::kIncompatibleExtraColumns, {{"tableName", table_name}, {"extraColumns", join_sql(extra)}});
    }
    throw Error(given.size() < target.size() ? conditions::kInsertNotEnough : conditions::kInsertTooMany,
                {{"tableName", table_name}, {"tableColumns", names_of(target)}, {"dataColumns", names_of(query.schema())}});
  }
  bound::Outputs outputs;
  bound::Columns columns;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const bound::Column* source = nullptr;
    if (!by_name) {
      source = &given[i];
    } else {
      for (const auto& column : given)
        if (same_name(column.name, target[i].name, how.case_sensitive)) {
          if (source) throw Error(conditions::kIncompatibleAmbiguous, {{"tableName", table_name}, {"colName", types::quote_identifier(target[i].name)}});
          source = &column;
        }
      if (!source) throw Error(conditions::kIncompatibleCannotFind, {{"tableName", table_name}, {"colName", types::quote_identifier(target[i].name)}});
    }
    auto value = assign(bound::make_reference(*source), target[i].type, types::quote_identifier(target[i].name), how);
    outputs.push_back({bound::ColumnId{query.next_id++}, std::move(value)});
    columns.push_back({{}, target[i].name, {}, true, target[i].metadata});
  }
  query.root = bound::make_project(query.root, std::move(outputs), std::move(columns));
  return query;
}

}  // namespace lab::analyze
