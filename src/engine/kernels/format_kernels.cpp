#include "compute/conditions.h"
#include "compute/format_text.h"
#include "compute/hash.h"
#include "compute/integer_math.h"
#include "compute/real_math.h"
#include "compute/sentences.h"
#include "compute/text.h"
#include "compute/url.h"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"
#include "engine/kernels/list_writer.h"

namespace lab::engine {

namespace {

using compute::Bytes;
using compute::BytesView;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;
using std::string_view;

compute::FormatArgument argument_of(const duckdb::Value& value);

/// As Java prints what Spark keeps: no spaces, `null`, days and microseconds as numbers.
std::string java_text(const duckdb::Value& value) {
  if (value.IsNull()) return "null";
  const auto list = [](const auto& items) {
    std::string text = "[";
    for (const auto& item : items) text += (text.size() > 1 ? "," : "") + java_text(item);
    return text + "]";
  };
  const auto id = value.type().id();
  if (id == LogicalTypeId::LIST) return list(duckdb::ListValue::GetChildren(value));
  if (id == LogicalTypeId::STRUCT) return list(duckdb::StructValue::GetChildren(value));
  if (id == LogicalTypeId::DECIMAL) return value.ToString();
  if (id == LogicalTypeId::FLOAT) return compute::real_text(value.GetValueUnsafe<float>());
  if (id != LogicalTypeId::MAP) return compute::format_string("%s", {argument_of(value)}, compute::Zone::find("UTC"));
  std::vector<duckdb::Value> keys, values;
  for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
    const auto& parts = duckdb::StructValue::GetChildren(entry);
    keys.push_back(parts[0]);
    values.push_back(parts[1]);
  }
  return "keys: " + list(keys) + ", values: " + list(values);
}

compute::FormatArgument argument_of(const duckdb::Value& value) {
  if (value.IsNull()) return {};
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
      return value.GetValue<bool>();
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
      return value.GetValue<std::int64_t>();
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
      return value.GetValue<double>();
    case LogicalTypeId::DATE:
      return std::int64_t{value.GetValue<duckdb::date_t>().days};
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ:
      return value.GetValueUnsafe<std::int64_t>();
    case LogicalTypeId::LIST:
    case LogicalTypeId::STRUCT:
    case LogicalTypeId::MAP:
      return java_text(value);
    default:
      return value.ToString();
  }
}

/// lab_sentences(text, language, country)
void write_sentences(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const duckdb::Value text = arguments.data[0].GetValue(row), language = arguments.data[1].GetValue(row), country = arguments.data[2].GetValue(row);
    if (text.IsNull()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const auto of = [](const duckdb::Value& value) { return value.IsNull() ? std::string() : duckdb::StringValue::Get(value); };
    duckdb::vector<duckdb::Value> lists;
    for (auto& sentence : compute::sentences(of(text), of(language), of(country))) {
      duckdb::vector<duckdb::Value> words;
      for (auto& word : sentence) words.emplace_back(std::move(word));
      lists.push_back(duckdb::Value::LIST(LogicalType::VARCHAR, std::move(words)));
    }
    result.SetValue(row, duckdb::Value::LIST(LogicalType::LIST(LogicalType::VARCHAR), std::move(lists)));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// lab_format_string(format, {f0: …}, zone)
void format_string(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const duckdb::Value format = arguments.data[0].GetValue(row);
    if (format.IsNull()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    std::vector<compute::FormatArgument> values;
    for (const auto& value : duckdb::StructValue::GetChildren(arguments.data[1].GetValue(row)))
      values.push_back(argument_of(value));
    const std::string zone = arguments.data[2].GetValue(row).ToString();
    out[row] = duckdb::StringVector::AddString(
        result, compute::format_string(duckdb::StringValue::Get(format), values, compute::Zone::find(zone)));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

struct NumberBind : duckdb::FunctionData {
  int precision = 0, scale = 0;
  bool raises = false;
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<NumberBind>(*this); }
  bool Equals(const duckdb::FunctionData& data) const override {
    const auto& other = data.Cast<NumberBind>();
    return precision == other.precision && scale == other.scale && raises == other.raises;
  }
};

duckdb::unique_ptr<duckdb::FunctionData> bind_number(
    duckdb::ClientContext& context, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto bind = duckdb::make_uniq<NumberBind>();
  bind->precision = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[2]).GetValue<std::int32_t>();
  bind->scale = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[3]).GetValue<std::int32_t>();
  bind->raises = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[4]).GetValue<bool>();
  function.SetReturnType(
      LogicalType::DECIMAL(static_cast<std::uint8_t>(bind->precision), static_cast<std::uint8_t>(bind->scale)));
  return bind;
}

void to_number(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& bind = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<NumberBind>();
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat text, format;
  arguments.data[0].ToUnifiedFormat(arguments.size(), text);
  arguments.data[1].ToUnifiedFormat(arguments.size(), format);
  DecimalResult out(result);
  for (idx_t row = 0; row < count; ++row) {
    const auto t = text.sel->get_index(row), f = format.sel->get_index(row);
    std::optional<compute::Int128> value;
    if (text.validity.RowIsValid(t) && format.validity.RowIsValid(f)) {
      value =
          compute::to_number(Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(text)[t]),
                             Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[f]),
                             bind.precision, bind.scale, bind.raises);
    }
    if (value)
      out.set(row, *value);
    else
      out.set_null(row);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

std::optional<Bytes> to_binary(string_view text, string_view format, bool raises) {
  const std::string kind = compute::upper(format);
  std::optional<std::string> bytes;
  if (kind == "UTF-8" || kind == "UTF8")
    bytes = std::string(text);
  else if (kind == "BASE64")
    bytes = compute::is_base64(text) ? compute::unbase64(text) : std::nullopt;
  else if (kind == "HEX")
    bytes = compute::unhex(text);
  if (bytes) return Bytes{std::move(*bytes)};
  if (!raises) return {};
  throw Error(compute::conditions::kConversion, {{"str", "'" + std::string(text) + "'"},
                                                 {"fmt", "'" + kind + "'"},
                                                 {"targetType", "\"BINARY\""},
                                                 {"suggestion", "`try_to_binary`"}});
}

std::string binary_to_char(BytesView value, string_view format) {
  const std::string kind = compute::upper(format);
  if (kind == "BASE64") return compute::base64(value.bytes);
  return kind == "HEX" ? compute::hex_of(value.bytes) : compute::repaired_utf8(value.bytes);
}

std::string decode_or_raise(string_view text) {
  auto decoded = compute::url_decode(text);
  if (!decoded) throw Error(compute::conditions::kDecodeUrl, {{"url", std::string(text)}});
  return *decoded;
}

}  // namespace

void register_format_kernels(KernelRegistry& registry) {
  const LogicalType t = LogicalType::VARCHAR, i = LogicalType::INTEGER, b = LogicalType::BOOLEAN;
  registry.add("lab_sentences", {t, t, t}, LogicalType::LIST(LogicalType::LIST(t)), &write_sentences, {.sees_nulls = true});
  registry.add("lab_format_string", {t, LogicalType::ANY, t}, t, &format_string,
               {.may_raise = true, .sees_nulls = true});
  registry.add(adapt("lab_format_number",
                     [](string_view digits, std::int32_t places) { return compute::format_number(digits, places); }));
  registry.add(adapt("lab_format_number",
                     [](string_view digits, string_view pattern) { return compute::format_number(digits, pattern); }));
  registry.add(duckdb::ScalarFunction("lab_to_number", {t, t, i, i, b}, LogicalType(LogicalTypeId::DECIMAL), &to_number,
                                      &bind_number),
               kRaises);
  registry.add(adapt<&compute::to_char>("lab_to_char"), kRaises);
  registry.add(adapt<&to_binary>("lab_to_binary"), kRaises);
  registry.add(adapt<&binary_to_char>("lab_binary_to_char"));
  registry.add(adapt<&compute::url_encode>("lab_url_encode"));
  registry.add(adapt<&decode_or_raise>("lab_url_decode"), kRaises);
  registry.add(adapt<&compute::url_decode>("lab_try_url_decode"));
  registry.add(adapt("lab_parse_url", [](string_view url, string_view part,
                                         bool raises) { return compute::parse_url(url, part, {}, raises); }),
               kRaises);
  registry.add(adapt("lab_parse_url", [](string_view url, string_view part, string_view key,
                                         bool raises) { return compute::parse_url(url, part, key, raises); }),
               kRaises);
}

}  // namespace lab::engine
