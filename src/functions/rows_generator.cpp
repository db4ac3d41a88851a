#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "types/type_text.h"

/// Generators: the result's type is a struct of the columns that they generate, and their SQL a list of such structs
/// (f0…fn); NULL and an empty list give no row. `_outer` forms are the same with Generate::is_outer. Table functions are
/// relations of analysis (analyze/resolve_generate.cpp).
namespace lab::functions {

using types::TypeKind;

namespace {

CallTypes explode_with(const CallShape& shape, bool position) {
  const DataType& type = shape.type(0);
  std::vector<types::Field> fields;
  if (position) fields.push_back({"pos", TypeKind::Int, false, {}});
  if (type.is(TypeKind::Array)) {
    fields.push_back({"col", type.element(), type.contains_null(), {}});
  } else if (type.is(TypeKind::Map)) {
    fields.push_back({"key", type.key(), false, {}});
    fields.push_back({"value", type.value(), type.contains_null(), {}});
  } else {
    throw Misfit{Misfit::Why::Input, 0, "(\"ARRAY\" or \"MAP\")"};
  }
  return {{type}, DataType::structure(std::move(fields)), false};
}
CallTypes explode_types(const CallShape& shape) { return explode_with(shape, false); }
CallTypes posexplode_types(const CallShape& shape) { return explode_with(shape, true); }

std::string explode_sql(const LowerCall& call, bool position) {
  const bool map = call.type(0).is(TypeKind::Map);
  std::string fields = position ? "'f0': CAST(number - 1 AS INTEGER), " : "";
  const std::string first = position ? "'f1': " : "'f0': ", second = position ? "'f2': " : "'f1': ";
  fields += map ? first + "struct_extract(item, 'key'), " + second + "struct_extract(item, 'value')" : first + "item";
  return "list_transform(" + (map ? "map_entries(" + call.sql[0] + ")" : call.sql[0]) + ", lambda item" +
         (position ? ", number" : "") + ": {" + fields + "})";
}
std::string lower_explode(const LowerCall& call) { return explode_sql(call, false); }
std::string lower_posexplode(const LowerCall& call) { return explode_sql(call, true); }

CallTypes inline_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Array) || !type.element().is(TypeKind::Struct))
    throw Misfit{Misfit::Why::Input, 0, "\"ARRAY<STRUCT>\""};
  std::vector<types::Field> fields = type.element().fields();
  if (type.contains_null()) {
    for (auto& field : fields) field.nullable = true;
  }
  return {{type}, DataType::structure(std::move(fields)), false};
}

/// stack(n, v1, v2, …): n rows.
std::int64_t num_rows_of(const types::Value* value) {
  if (value == nullptr || value->is_null()) throw Misfit{Misfit::Why::NotFoldable, 0, "`n`"};
  if (value->integer() < 1) throw Misfit::out_of_range("`n`", "(0, 2147483647]", std::to_string(value->integer()));
  return value->integer();
}

CallTypes stack_types(const CallShape& shape) {
  const auto rows = static_cast<std::size_t>(num_rows_of(shape.constant(0)));
  const std::size_t width = (shape.size() - 1 + rows - 1) / rows;
  std::vector<types::Field> fields;
  CallTypes types{{TypeKind::Int}, {}, false};
  for (std::size_t column = 0; column < width; ++column) {
    DataType common;
    bool nullable = (shape.size() - 1) % rows != 0 || rows * width > shape.size() - 1;
    for (std::size_t i = 1 + column; i < shape.size(); i += width) {
      const auto wider = tightest_common_type(common, shape.type(i), shape.policy);
      if (!wider) {
        throw Misfit::named(conditions::kStackColumnDiffTypes, {{"columnIndex", std::to_string(column)},
                                                                {"leftParamIndex", std::to_string(column + 1)},
                                                                {"leftType", types::quoted_sql(shape.type(1 + column))},
                                                                {"rightParamIndex", std::to_string(i)},
                                                                {"rightType", types::quoted_sql(shape.type(i))}});
      }
      common = *wider;
      nullable |= shape.arguments[i]->nullable;
    }
    fields.push_back({"col" + std::to_string(column), common, nullable, {}});
  }
  for (std::size_t i = 1; i < shape.size(); ++i) types.arguments.push_back(fields[(i - 1) % width].type);
  types.result = DataType::structure(std::move(fields));
  return types;
}

std::string lower_stack(const LowerCall& call) {
  const auto rows = static_cast<std::size_t>(num_rows_of(call.constant(0)));
  const std::size_t width = call.result.fields().size();
  std::string text = "[";
  for (std::size_t row = 0; row < rows; ++row) {
    text += row > 0 ? ", {" : "{";
    for (std::size_t column = 0; column < width; ++column) {
      const std::size_t i = 1 + row * width + column;
      text += (column > 0 ? ", 'f" : "'f") + std::to_string(column) + "': " +
              (i < call.size() ? call.sql[i] : "CAST(NULL AS " + duckdb_type(call.result.fields()[column].type) + ")");
    }
    text += "}";
  }
  return text + "]";
}

CallTypes json_tuple_types(const CallShape& shape) {
  if (shape.size() < 2) throw Misfit{Misfit::Why::NumArguments, 0, "> 1"};
  std::vector<types::Field> fields;
  for (std::size_t i = 1; i < shape.size(); ++i)
    fields.push_back({"c" + std::to_string(i - 1), TypeKind::String, true, {}});
  return {std::vector<DataType>(shape.size(), TypeKind::String), DataType::structure(std::move(fields)), false};
}

std::string lower_json_tuple(const LowerCall& call) {
  std::string text = "[{";
  for (std::size_t i = 1; i < call.size(); ++i) {
    text +=
        (i > 1 ? ", 'f" : "'f") + std::to_string(i - 1) + "': lab_json_field(" + call.sql[0] + ", " + call.sql[i] + ")";
  }
  return text + "}]";
}

constexpr FunctionRow kGeneratorTable[] = {
    {.name = "explode",
     .signature = "(values: any) -> any",
     .kind = FunctionKind::Generator,
     .lower = &lower_explode,
     .types = &explode_types,
     .doc = "A row for each element or entry."},
    {.name = "explode_outer", .alias_of = "explode"},
    {.name = "inline",
     .signature = "(structs: any) -> any",
     .kind = FunctionKind::Generator,
     .sql = "list_filter($1, lambda item: true)",
     .types = &inline_types,
     .doc = "A row for each struct of an array."},
    {.name = "inline_outer", .alias_of = "inline"},
    {.name = "json_tuple",
     .signature = "(json: string, fields: string...) -> any",
     .kind = FunctionKind::Generator,
     .lower = &lower_json_tuple,
     .types = &json_tuple_types,
     .doc = "Top-level fields of a JSON object as columns."},
    {.name = "posexplode",
     .signature = "(values: any) -> any",
     .kind = FunctionKind::Generator,
     .lower = &lower_posexplode,
     .types = &posexplode_types,
     .doc = "A row for each element or entry, with its position."},
    {.name = "posexplode_outer", .alias_of = "posexplode"},
    {.name = "range",
     .signature = "(arguments: any...) -> any",
     .kind = FunctionKind::Table,
     .sql = "$*",
     .doc = "Numbers from a start to an end, by a step."},
    {.name = "sql_keywords",
     .signature = "() -> any",
     .kind = FunctionKind::Table,
     .sql = "NULL",
     .doc = "The words of SQL, and which of them are reserved."},
    {.name = "stack",
     .signature = "(rows: any, values: any...) -> any",
     .kind = FunctionKind::Generator,
     .lower = &lower_stack,
     .types = &stack_types,
     .doc = "Values spread over n rows."},
};
static_assert(are_rows_in_order(kGeneratorTable));

}  // namespace

constinit const Rows kGeneratorRows = kGeneratorTable;

}  // namespace lab::functions
