#include "base/error.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// A schema argument is a constant text: DDL or JSON.
DataType schema_argument(const CallShape& shape, std::size_t i) {
  const types::Value* text = shape.constant(i);
  if (text == nullptr || !std::holds_alternative<std::string>(text->data))
    throw Misfit::named(conditions::kInvalidSchemaLiteral, {{"inputSchema", "\"" + shape.display(i) + "\""}});
  if (const auto at = text->text().find_first_not_of(" \t\n"); at != std::string::npos && text->text()[at] == '{')
    return types::parse_type_json(text->text());
  try {
    return types::parse_type(text->text());
  } catch (const Error&) {
    return DataType::structure(types::parse_schema(text->text()));
  }
}

/// JSON text is of values that have members.
void check_json_type(const DataType& type) {
  if (type.is_nested() || type.is(TypeKind::Variant)) return;
  throw Misfit::named(conditions::kInvalidJsonSchema, {{"schema", types::quoted_sql(type)}});
}

/// A text to infer a schema from is a constant, and not NULL.
CallTypes schema_of_types(const CallShape& shape, const char* name) {
  if (!shape.type(0).is_text() && !shape.type(0).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "\"STRING\""};
  const types::Value* text = shape.constant(0);
  if (!shape.is_foldable(0)) throw Misfit::not_foldable(shape, 0, name);
  if (text != nullptr && text->is_null()) throw Misfit{Misfit::Why::IsNull, 0, name};
  CallTypes types{{TypeKind::String}, TypeKind::String, false};
  if (shape.size() > 1) types.arguments.push_back(shape.type(1));
  return types;
}
CallTypes schema_of_json_types(const CallShape& shape) { return schema_of_types(shape, "json"); }
CallTypes schema_of_csv_types(const CallShape& shape) { return schema_of_types(shape, "csv"); }

void check_options(const CallShape& shape, std::size_t i) {
  if (i >= shape.size()) return;
  const DataType& type = shape.type(i);
  if (!type.is(TypeKind::Map)) throw Error(conditions::kOptionsNoMap, {});
  if (!type.key().is_text() || !type.value().is_text())
    throw Error(conditions::kOptionsNoText, {{"mapType", types::quoted_sql(type)}});
}

CallTypes with_options(const CallShape& shape, DataType first, std::size_t options_at) {
  check_options(shape, options_at);
  CallTypes types{{std::move(first)}, {}, true};
  for (std::size_t i = 1; i < shape.size(); ++i)
    types.arguments.push_back(i == options_at ? shape.type(i) : DataType(TypeKind::String));
  return types;
}

/// What is parsed is text already; nothing is cast to it.
void check_parsed(const CallShape& shape) {
  if (!shape.type(0).is_text() && !shape.type(0).is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "\"STRING\""};
}
CallTypes from_json_types(const CallShape& shape) {
  check_parsed(shape);
  CallTypes types = with_options(shape, TypeKind::String, 2);
  types.result = as_nullable(schema_argument(shape, 1));
  check_json_type(types.result);
  return types;
}
CallTypes from_csv_types(const CallShape& shape) {
  check_parsed(shape);
  CallTypes types = with_options(shape, TypeKind::String, 2);
  types.result = as_nullable(schema_argument(shape, 1));
  if (!types.result.is(TypeKind::Struct)) throw Misfit{Misfit::Why::Input, 1, "\"STRUCT\""};
  return types;
}
CallTypes to_json_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Null)) check_json_type(type);
  CallTypes types = with_options(shape, type, 1);
  types.result = TypeKind::String;
  types.nullable = shape.arguments[0]->nullable;
  return types;
}

/// `{'key': 'value'}` of an options map as a MAP(VARCHAR, VARCHAR), empty without one.
std::string options_sql(const LowerCall& call, std::size_t i) {
  return i < call.size() ? call.sql[i] : std::string("CAST(map([], []) AS MAP(VARCHAR, VARCHAR))");
}

/// Type texts travel as JSON: DDL would lose nullability and odd names.
std::string lower_from_json(const LowerCall& call) {
  return "lab_from_json(" + call.sql[0] + ", " + text_literal(types::to_json(call.result)) + ", " +
         options_sql(call, 2) + ", " + call.zone() + ")";
}
std::string lower_to_json(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Null)) return "CAST(NULL AS VARCHAR)";
  return "lab_to_json(" + call.sql[0] + ", " + text_literal(types::to_json(call.type(0))) + ", " +
         options_sql(call, 1) + ", " + call.zone() + ")";
}
std::string lower_from_csv(const LowerCall& call) {
  return "lab_from_csv(" + call.sql[0] + ", " + text_literal(types::to_json(call.result)) + ", " +
         options_sql(call, 2) + ", " + call.zone() + ")";
}
std::string lower_to_csv(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Null)) return "CAST(NULL AS VARCHAR)";
  return "lab_to_csv(" + call.sql[0] + ", " + text_literal(types::to_json(call.type(0))) + ", " + options_sql(call, 1) +
         ", " + call.zone() + ")";
}
CallTypes to_csv_types(const CallShape& shape) {
  if (!shape.type(0).is(TypeKind::Struct) && !shape.type(0).is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0, "\"STRUCT\""};
  return to_json_types(shape);
}
std::string lower_schema_of_json(const LowerCall& call) {
  return "lab_schema_of_json(" + call.sql[0] + ", " + options_sql(call, 1) + ", " + call.zone() + ")";
}
std::string lower_schema_of_csv(const LowerCall& call) {
  const std::string options = options_sql(call, 1);
  return "lab_schema_of_csv(" + call.sql[0] + ", coalesce(map_extract_value(" + options +
         ", 'sep'), map_extract_value(" + options + ", 'delimiter'), ','))";
}

constexpr FunctionRow kJsonTable[] = {
    {.name = "from_csv",
     .signature = "(csv: any, schema: any, options?: any) -> any",
     .lower = &lower_from_csv,
     .types = &from_csv_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "A struct of a CSV line."},
    {.name = "from_json",
     .signature = "(json: any, schema: any, options?: any) -> any",
     .lower = &lower_from_json,
     .types = &from_json_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "A value of JSON text by a schema."},
    {.name = "get_json_object",
     .signature = "(json: string, path: string) -> string",
     .native = "lab_get_json_object",
     .nullability = Nullability::Always,
     .doc = "What stands at a path of JSON text."},
    {.name = "json_array_length",
     .signature = "(json: string) -> int",
     .native = "lab_json_array_length",
     .nullability = Nullability::Always,
     .doc = "Length of the outermost JSON array."},
    {.name = "json_object_keys",
     .signature = "(json: string) -> array<string>",
     .native = "lab_json_object_keys",
     .nullability = Nullability::Always,
     .doc = "Keys of the outermost JSON object."},
    {.name = "schema_of_csv",
     .signature = "(csv: string, options?: any) -> string",
     .lower = &lower_schema_of_csv,
     .types = &schema_of_csv_types,
     .nullability = Nullability::Never,
     .may_raise = true,
     .doc = "Type of a CSV line as DDL."},
    {.name = "schema_of_json",
     .signature = "(json: string, options?: any) -> string",
     .lower = &lower_schema_of_json,
     .types = &schema_of_json_types,
     .nullability = Nullability::Never,
     .may_raise = true,
     .doc = "Type of JSON text as DDL."},
    {.name = "to_csv",
     .signature = "(value: any, options?: any) -> string",
     .lower = &lower_to_csv,
     .types = &to_csv_types,
     .doc = "A struct as a CSV line."},
    {.name = "to_json",
     .signature = "(value: any, options?: any) -> string",
     .lower = &lower_to_json,
     .types = &to_json_types,
     .may_raise = true,
     .doc = "A struct, map or array as JSON text."},
};
static_assert(are_rows_in_order(kJsonTable));

}  // namespace

constinit const Rows kJsonRows = kJsonTable;

}  // namespace lab::functions
