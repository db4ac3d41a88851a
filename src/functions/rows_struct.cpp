#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

CallTypes named_struct_types(const CallShape& shape) {
  if (shape.size() % 2 == 1) throw Misfit{Misfit::Why::NumArguments, 0, "2n (n > 0)"};
  std::vector<types::Field> fields;
  CallTypes types;
  for (std::size_t i = 0; i < shape.size(); i += 2) {
    const types::Value* name = shape.constant(i);
    if (name == nullptr || !std::holds_alternative<std::string>(name->data))
      throw Misfit{Misfit::Why::NotFoldable, i, "`name`"};
    fields.push_back({name->text(), shape.type(i + 1), shape.arguments[i + 1]->nullable, {}});
    types.arguments.push_back(TypeKind::String);
    types.arguments.push_back(shape.type(i + 1));
  }
  types.result = DataType::structure(std::move(fields));
  types.nullable = false;
  return types;
}

/// `struct(a, t.b, c + 1)`: fields take the columns' names, others are col1, col2 …
CallTypes struct_types(const CallShape& shape) {
  std::vector<types::Field> fields;
  CallTypes types;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto& node = shape.arguments[i]->node;
    const bool named = std::holds_alternative<plan::bound::ColumnRef>(node) ||
                       std::holds_alternative<plan::bound::FieldAccess>(node) ||
                       std::holds_alternative<plan::bound::LambdaRef>(node);
    const std::string display = shape.display(i);
    const auto dot = display.rfind('.');
    fields.push_back({named ? display.substr(dot == std::string::npos ? 0 : dot + 1) : "col" + std::to_string(i + 1),
                      shape.type(i),
                      shape.arguments[i]->nullable,
                      {}});
    types.arguments.push_back(shape.type(i));
  }
  types.result = DataType::structure(std::move(fields));
  types.nullable = false;
  return types;
}

std::string struct_sql(const LowerCall& call, std::size_t first, std::size_t step) {
  if (call.size() == 0) return "{'f0': CAST(NULL AS BOOLEAN)}";
  std::string text = "{";
  for (std::size_t i = first, n = 0; i < call.size(); i += step, ++n)
    text += (n > 0 ? ", 'f" : "'f") + std::to_string(n) + "': " + call.sql[i];
  return text + "}";
}
std::string lower_named_struct(const LowerCall& call) { return struct_sql(call, 1, 2); }
std::string lower_struct(const LowerCall& call) { return struct_sql(call, 0, 1); }

constexpr FunctionRow kStructTable[] = {
    {.name = "named_struct",
     .signature = "(fields: any...?) -> any",
     .lower = &lower_named_struct,
     .types = &named_struct_types,
     .nullability = Nullability::Never,
     .doc = "A struct of names and values in turn."},
    {.name = "struct",
     .signature = "(values: any...?) -> any",
     .lower = &lower_struct,
     .types = &struct_types,
     .nullability = Nullability::Never,
     .doc = "A struct of the values."},
};
static_assert(are_rows_in_order(kStructTable));

}  // namespace

constinit const Rows kStructRows = kStructTable;

}  // namespace lab::functions
