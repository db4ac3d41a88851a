#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/variant.h"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/duck_type.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"
#include "engine/kernels/variant_value.h"
#include "types/type_text.h"

/// VARIANT: a struct of two BLOBs, value and metadata.
namespace lab::engine {

namespace {

using compute::Variant;
using compute::VariantView;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::UnifiedVectorFormat;
using duckdb::Value;
using duckdb::Vector;
using std::string_view;
using types::DataType;
using types::TypeKind;

LogicalType variant_logical() { return to_duck(TypeKind::Variant); }

/// The variants of a vector, row by row.
class VariantRows {
 public:
  VariantRows(Vector& vector, idx_t count) {
    vector.Flatten(count);
    vector.ToUnifiedFormat(count, whole_);
    auto& parts = duckdb::StructVector::GetEntries(vector);
    parts[0]->ToUnifiedFormat(count, value_);
    parts[1]->ToUnifiedFormat(count, metadata_);
  }
  std::optional<VariantView> at(idx_t row) const {
    if (!whole_.validity.RowIsValid(whole_.sel->get_index(row))) return {};
    const auto v = value_.sel->get_index(row), m = metadata_.sel->get_index(row);
    if (!value_.validity.RowIsValid(v) || !metadata_.validity.RowIsValid(m)) return {};
    return VariantView(Wire<string_view>::in(UnifiedVectorFormat::GetData<duckdb::string_t>(value_)[v]),
                       Wire<string_view>::in(UnifiedVectorFormat::GetData<duckdb::string_t>(metadata_)[m]));
  }

 private:
  UnifiedVectorFormat whole_, value_, metadata_;
};

/// Calls `read(view, row)` for each row that is not NULL and stores what it gives.
template <typename Read>
void each_variant(DataChunk& arguments, ExpressionState& state, Vector& result, Read read) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const VariantRows variants(arguments.data[0], count);
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const auto view = variants.at(row);
    result.SetValue(row, view ? read(*view, row) : Value(result.GetType()));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <bool Raises>
void parse(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  UnifiedVectorFormat texts;
  arguments.data[0].ToUnifiedFormat(arguments.size(), texts);
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto& parts = duckdb::StructVector::GetEntries(result);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const auto at = texts.sel->get_index(row);
    if (!texts.validity.RowIsValid(at)) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    try {
      const Variant made = compute::parse_variant(Wire<string_view>::in(UnifiedVectorFormat::GetData<duckdb::string_t>(texts)[at]));
      duckdb::FlatVector::GetData<duckdb::string_t>(*parts[0])[row] = duckdb::StringVector::AddStringOrBlob(*parts[0], made.value);
      duckdb::FlatVector::GetData<duckdb::string_t>(*parts[1])[row] = duckdb::StringVector::AddStringOrBlob(*parts[1], made.metadata);
    } catch (const Error&) {
      if (Raises) throw;
      duckdb::FlatVector::SetNull(result, row, true);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// What is known of a call before its first row.
struct VariantForm : duckdb::FunctionData {
  DataType type;
  std::string zone = "UTC";
  bool raises = true;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<VariantForm>(*this); }
  bool Equals(const duckdb::FunctionData& data) const override {
    const auto& other = data.Cast<VariantForm>();
    return type == other.type && zone == other.zone && raises == other.raises;
  }
};

const VariantForm& form_of(ExpressionState& state) {
  return state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<VariantForm>();
}

using BoundArguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

DataType type_argument(duckdb::ClientContext& context, const duckdb::Expression& argument) {
  return types::parse_type_json(duckdb::ExpressionExecutor::EvaluateScalar(context, argument).ToString());
}

/// (variant, path, type, zone, raises)
duckdb::unique_ptr<duckdb::FunctionData> bind_get(duckdb::ClientContext& context, duckdb::ScalarFunction& function, BoundArguments& arguments) {
  auto form = duckdb::make_uniq<VariantForm>();
  form->type = type_argument(context, *arguments[2]);
  form->zone = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[3]).ToString();
  form->raises = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[4]).GetValue<bool>();
  function.SetReturnType(to_duck(form->type));
  return form;
}

void get(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& form = form_of(state);
  const auto& zone = compute::Zone::find(form.zone);
  UnifiedVectorFormat paths;
  arguments.data[1].ToUnifiedFormat(arguments.size(), paths);
  std::optional<std::string> known_text;
  std::vector<compute::VariantStep> known;
  each_variant(arguments, state, result, [&](const VariantView& view, idx_t row) {
    const auto at = paths.sel->get_index(row);
    if (!paths.validity.RowIsValid(at)) return Value(result.GetType());
    const string_view text = Wire<string_view>::in(UnifiedVectorFormat::GetData<duckdb::string_t>(paths)[at]);
    if (text != known_text) {
      auto steps = compute::parse_variant_path(text);
      if (!steps)
        throw Error(compute::conditions::kVariantPath,
                    {{"path", std::string(text)}, {"functionName", form.raises ? "`variant_get`" : "`try_variant_get`"}});
      known = std::move(*steps);
      known_text = std::string(text);
    }
    const auto found = compute::follow(view, known);
    return found ? value_of_variant(*found, form.type, zone, form.raises) : Value(result.GetType());
  });
}

/// (value, type)
duckdb::unique_ptr<duckdb::FunctionData> bind_make(duckdb::ClientContext& context, duckdb::ScalarFunction& function, BoundArguments& arguments) {
  auto form = duckdb::make_uniq<VariantForm>();
  function.GetArguments()[0] = arguments[0]->return_type;
  form->type = type_argument(context, *arguments[1]);
  return form;
}

void make(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& form = form_of(state);
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const Value value = arguments.data[0].GetValue(row);
    if (value.IsNull()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    compute::VariantBuilder builder;
    append_value(builder, value, form.type);
    result.SetValue(row, variant_value(builder.result()));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void to_json(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& zone = compute::Zone::find(arguments.data[1].GetValue(0).ToString());
  each_variant(arguments, state, result, [&](const VariantView& view, idx_t) { return Value(view.to_json(zone)); });
}
void is_null(DataChunk& arguments, ExpressionState& state, Vector& result) {
  each_variant(arguments, state, result, [](const VariantView& view, idx_t) { return Value::BOOLEAN(view.type() == compute::VariantType::Null); });
}
void is_valid(DataChunk& arguments, ExpressionState& state, Vector& result) {
  each_variant(arguments, state, result, [](const VariantView& view, idx_t) {
    try {
      compute::VariantBuilder copy;
      copy.append(view);
      return Value::BOOLEAN(true);
    } catch (const Error&) {
      return Value::BOOLEAN(false);
    }
  });
}
void schema(DataChunk& arguments, ExpressionState& state, Vector& result) {
  each_variant(arguments, state, result, [](const VariantView& view, idx_t) { return Value(compute::variant_schema_text(compute::variant_schema(view))); });
}
/// As a type's JSON, for schema_of_variant_agg to merge.
void schema_json(DataChunk& arguments, ExpressionState& state, Vector& result) {
  each_variant(arguments, state, result, [](const VariantView& view, idx_t) { return Value(types::to_json(compute::variant_schema(view))); });
}

void merge_schemas(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const Value list = arguments.data[0].GetValue(row);
    DataType merged;
    if (!list.IsNull())
      for (const auto& item : duckdb::ListValue::GetChildren(list))
        if (!item.IsNull()) merged = compute::merge_variant_schemas(merged, types::parse_type_json(item.ToString()));
    result.SetValue(row, Value(compute::variant_schema_text(merged)));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Members of an object or elements of an array as structs (pos, key, value); NULL for anything else.
void entries(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const LogicalType entry = duckdb::ListType::GetChildType(result.GetType());
  each_variant(arguments, state, result, [&](const VariantView& view, idx_t) {
    const bool is_object = view.type() == compute::VariantType::Object;
    if (!is_object && view.type() != compute::VariantType::Array) return Value(result.GetType());
    duckdb::vector<Value> items;
    for (std::size_t i = 0; i < view.size(); ++i) {
      const Value key = is_object ? Value(std::string(view.key(i))) : Value(LogicalType::VARCHAR);
      // A part keeps the dictionary of the whole.
      const VariantView part = view.member(i);
      items.push_back(Value::STRUCT(entry, {Value::INTEGER(static_cast<std::int32_t>(i)), key,
                                            variant_value({std::string(part.value().substr(0, part.byte_size())), std::string(part.metadata())})}));
    }
    return Value::LIST(entry, std::move(items));
  });
}

}  // namespace

void register_variant_kernels(KernelRegistry& registry) {
  const LogicalType t = LogicalType::VARCHAR, variant = variant_logical(), any = LogicalType::ANY, flag = LogicalType::BOOLEAN;
  registry.add("lab_parse_variant", {t}, variant, &parse<true>, kRaises);
  registry.add("lab_parse_variant_try", {t}, variant, &parse<false>);
  registry.add(duckdb::ScalarFunction("lab_variant_get", {variant, t, t, t, flag}, any, &get, &bind_get), kRaises);
  registry.add(duckdb::ScalarFunction("lab_to_variant", {any, t}, variant, &make, &bind_make), kRaises);
  registry.add("lab_variant_json", {variant, t}, t, &to_json, kRaises);
  registry.add("lab_is_variant_null", {variant}, flag, &is_null, kRaises);
  registry.add("lab_is_valid_variant", {variant}, flag, &is_valid);
  registry.add("lab_variant_schema", {variant}, t, &schema, kRaises);
  registry.add("lab_variant_schema_json", {variant}, t, &schema_json, kRaises);
  registry.add("lab_merge_variant_schemas", {LogicalType::LIST(t)}, t, &merge_schemas, {.sees_nulls = true});
  registry.add("lab_variant_entries", {variant},
               LogicalType::LIST(LogicalType::STRUCT({{"f0", LogicalType::INTEGER}, {"f1", t}, {"f2", variant}})), &entries, kRaises);
}

}  // namespace lab::engine
