#include <cmath>
#include <map>

#include "compute/clock_math.h"
#include "compute/conditions.h"
#include "compute/csv_text.h"
#include "compute/datetime_pattern.h"
#include "compute/datetime_text.h"
#include "compute/decimal.h"
#include "compute/interval_text.h"
#include "compute/json_document.h"
#include "compute/json_text.h"
#include "compute/number_text.h"
#include "compute/real_math.h"
#include "compute/text.h"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/duck_type.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"
#include "engine/kernels/list_writer.h"
#include "engine/kernels/variant_value.h"
#include "scan/json_schema.h"
#include "types/type_text.h"

/// from_json and its kin take the Spark type as JSON text, an options map and the zone: `lab_from_json(text, type,
/// options, zone)`.
namespace lab::engine {

namespace {

using compute::Zone;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Value;
using duckdb::Vector;
using simdjson::dom::element;
using simdjson::dom::element_type;
using std::string_view;
using types::DataType;
using types::TypeKind;

LogicalType logical_type(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::Boolean:
      return LogicalType::BOOLEAN;
    case TypeKind::Byte:
      return LogicalType::TINYINT;
    case TypeKind::Short:
      return LogicalType::SMALLINT;
    case TypeKind::Int:
    case TypeKind::YearMonthInterval:
      return LogicalType::INTEGER;
    case TypeKind::Long:
    case TypeKind::DayTimeInterval:
      return LogicalType::BIGINT;
    case TypeKind::Float:
      return LogicalType::FLOAT;
    case TypeKind::Double:
      return LogicalType::DOUBLE;
    case TypeKind::Decimal:
      return LogicalType::DECIMAL(static_cast<std::uint8_t>(type.precision()), static_cast<std::uint8_t>(type.scale()));
    case TypeKind::Binary:
      return LogicalType::BLOB;
    case TypeKind::Date:
      return LogicalType::DATE;
    case TypeKind::Timestamp:
      return LogicalType::TIMESTAMP_TZ;
    case TypeKind::TimestampNtz:
      return LogicalType::TIMESTAMP;
    case TypeKind::Array:
      return LogicalType::LIST(logical_type(type.element()));
    case TypeKind::Map:
      return LogicalType::MAP(logical_type(type.key()), logical_type(type.value()));
    case TypeKind::CalendarInterval:
      return LogicalType::STRUCT(
          {{"f0", LogicalType::INTEGER}, {"f1", LogicalType::INTEGER}, {"f2", LogicalType::BIGINT}});
    case TypeKind::Variant:
      return to_duck(type);
    case TypeKind::Struct: {
      duckdb::child_list_t<LogicalType> fields;
      for (std::size_t i = 0; i < type.fields().size(); ++i)
        fields.emplace_back("f" + std::to_string(i), logical_type(type.fields()[i].type));
      return LogicalType::STRUCT(std::move(fields));
    }
    default:
      return LogicalType::VARCHAR;
  }
}

/// What a call of this family knows before its first row.
struct TextForm : duckdb::FunctionData {
  DataType type;
  std::map<std::string, std::string> options;
  std::string zone;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<TextForm>(*this); }
  bool Equals(const duckdb::FunctionData& data) const override {
    const auto& other = data.Cast<TextForm>();
    return type == other.type && options == other.options && zone == other.zone;
  }
  /// Options are known by their names in any case.
  std::optional<std::string> option(const std::string& name) const {
    const auto found = options.find(compute::lower(name));
    return found == options.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_failing_fast() const { return compute::upper(option("mode").value_or("")) == "FAILFAST"; }
};

/// By their names in small letters.
std::map<std::string, std::string> options_of(const Value& map) {
  std::map<std::string, std::string> options;
  if (map.IsNull()) return options;
  for (const auto& entry : duckdb::ListValue::GetChildren(map)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    options[compute::lower(pair[0].ToString())] = pair[1].ToString();
  }
  return options;
}

duckdb::unique_ptr<TextForm> read_form(duckdb::ClientContext& context,
                                       duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto form = duckdb::make_uniq<TextForm>();
  form->type = types::parse_type_json(duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[1]).ToString());
  form->options = options_of(duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[2]));
  form->zone = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[3]).ToString();
  return form;
}

duckdb::unique_ptr<duckdb::FunctionData> bind_reader(
    duckdb::ClientContext& context, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto form = read_form(context, arguments);
  function.SetReturnType(logical_type(form->type));
  return form;
}
duckdb::unique_ptr<duckdb::FunctionData> bind_writer(
    duckdb::ClientContext& context, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  function.GetArguments()[0] = arguments[0]->return_type;
  return read_form(context, arguments);
}

template <typename T>
Value integer_value(std::int64_t number, const LogicalType& type) {
  if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) return Value(type);
  return Value::Numeric(type, number);
}

Value decimal_value(std::string_view text, const DataType& type) {
  bool malformed = false;
  const auto number = compute::parse_decimal(text, {type.precision(), type.scale()}, malformed);
  if (!number) return Value(logical_type(type));
  return Value::DECIMAL(to_hugeint(*number), 38, static_cast<std::uint8_t>(type.scale()))
      .DefaultCastAs(logical_type(type));
}

/// A value of text, as CSV fields and JSON strings give it.
Value value_of_text(string_view text, const DataType& type, const TextForm& form) {
  const LogicalType logical = logical_type(type);
  const auto or_null = [&](const auto& value) { return value ? Value(*value) : Value(logical); };
  switch (type.kind()) {
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar:
      return Value(std::string(text));
    case TypeKind::Boolean:
      return or_null(compute::parse_boolean(text));
    case TypeKind::Byte:
      return or_null(compute::parse_integer<std::int8_t>(text, false));
    case TypeKind::Short:
      return or_null(compute::parse_integer<std::int16_t>(text, false));
    case TypeKind::Int:
      return or_null(compute::parse_integer<std::int32_t>(text, false));
    case TypeKind::Long:
      return or_null(compute::parse_integer<std::int64_t>(text, false));
    case TypeKind::Float:
      return or_null(compute::parse_float(text));
    case TypeKind::Double:
      return or_null(compute::parse_double(text));
    case TypeKind::Decimal:
      return decimal_value(text, type);
    case TypeKind::Binary:
      return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(text.data()), text.size());
    case TypeKind::Date: {
      const auto pattern = form.option("dateFormat");
      const auto date = pattern ? compute::parse_date_by(text, *pattern, false) : compute::parse_date(text);
      return date ? Value::DATE(duckdb::date_t(date->days)) : Value(logical);
    }
    case TypeKind::Timestamp: {
      const auto pattern = form.option("timestampFormat");
      const Zone& zone = Zone::find(form.zone);
      const auto instant =
          pattern ? compute::parse_instant(text, *pattern, zone, false) : compute::parse_timestamp(text, zone);
      return instant ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(instant->micros)) : Value(logical);
    }
    case TypeKind::TimestampNtz: {
      const auto clock = compute::parse_wall_clock(text);
      return clock ? Value::TIMESTAMP(duckdb::timestamp_t(clock->micros)) : Value(logical);
    }
    case TypeKind::DayTimeInterval:
      return or_null(compute::parse_day_time(text, static_cast<int>(type.day_time_from()), static_cast<int>(type.day_time_to())));
    case TypeKind::YearMonthInterval:
      return or_null(compute::parse_year_month(text, static_cast<int>(type.year_month_from()), static_cast<int>(type.year_month_to())));
    case TypeKind::CalendarInterval: {
      const auto interval = compute::parse_interval(text);
      if (!interval) return Value(logical);
      return Value::STRUCT(logical, {Value::INTEGER(interval->months), Value::INTEGER(interval->days), Value::BIGINT(interval->micros)});
    }
    default:
      return Value(logical);
  }
}

/// `failed` is set for a value that its type cannot hold; the field is NULL then.
Value value_of_json(const element& json, const DataType& type, const TextForm& form, bool& failed) {
  const LogicalType logical = logical_type(type);
  const auto refuse = [&] {
    failed = true;
    return Value(logical);
  };
  const auto kind = json.type();
  if (type.is(TypeKind::Variant)) {
    std::string text;
    compute::append_json(text, json);
    return variant_value(compute::parse_variant(text));
  }
  if (kind == element_type::NULL_VALUE) return Value(logical);
  if (type.is(TypeKind::Struct)) {
    if (kind != element_type::OBJECT) return refuse();
    duckdb::child_list_t<Value> fields;
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      element value;
      const bool there = json.get_object().value_unsafe().at_key(type.fields()[i].name).get(value) == simdjson::SUCCESS;
      fields.emplace_back("f" + std::to_string(i), there ? value_of_json(value, type.fields()[i].type, form, failed)
                                                         : Value(logical_type(type.fields()[i].type)));
    }
    return Value::STRUCT(logical, [&] {
      duckdb::vector<Value> values;
      for (auto& field : fields) values.push_back(std::move(field.second));
      return values;
    }());
  }
  if (type.is(TypeKind::Array)) {
    duckdb::vector<Value> items;
    if (kind == element_type::ARRAY) {
      for (const auto item : json.get_array().value_unsafe())
        items.push_back(value_of_json(item, type.element(), form, failed));
    } else if (kind == element_type::OBJECT && type.element().is(TypeKind::Struct)) {
      items.push_back(value_of_json(json, type.element(), form, failed));
    } else {
      return refuse();
    }
    return Value::LIST(logical_type(type.element()), std::move(items));
  }
  if (type.is(TypeKind::Map)) {
    if (kind != element_type::OBJECT) return refuse();
    duckdb::vector<Value> keys, values;
    for (const auto field : json.get_object().value_unsafe()) {
      keys.push_back(value_of_text(field.key, type.key(), form));
      values.push_back(value_of_json(field.value, type.value(), form, failed));
    }
    return Value::MAP(logical_type(type.key()), logical_type(type.value()), std::move(keys), std::move(values));
  }
  if (type.is_text()) return Value(compute::json_text(json));
  if (type.is(TypeKind::Boolean))
    return kind == element_type::BOOL ? Value::BOOLEAN(json.get_bool().value_unsafe()) : refuse();
  if (type.is_integral()) {
    std::int64_t number = 0;
    if (json.get_int64().get(number) != simdjson::SUCCESS || kind == element_type::DOUBLE) return refuse();
    Value value = type.is(TypeKind::Byte)    ? integer_value<std::int8_t>(number, logical)
                  : type.is(TypeKind::Short) ? integer_value<std::int16_t>(number, logical)
                  : type.is(TypeKind::Int)   ? integer_value<std::int32_t>(number, logical)
                                             : Value::BIGINT(number);
    if (value.IsNull()) failed = true;
    return value;
  }
  if (type.is_fractional()) {
    double number = 0;
    if (kind == element_type::STRING) {
      const string_view text = json.get_string().value_unsafe();
      const bool special = text == "NaN" || text == "Infinity" || text == "-Infinity" || text == "+INF" ||
                           text == "INF" || text == "-INF" || text == "+Infinity";
      if (!special) return refuse();
      number = text == "NaN" ? NAN : text[0] == '-' ? -INFINITY : INFINITY;
    } else if (json.get_double().get(number) != simdjson::SUCCESS) {
      return refuse();
    }
    return type.is(TypeKind::Float) ? Value::FLOAT(static_cast<float>(number)) : Value::DOUBLE(number);
  }
  if (type.is(TypeKind::Decimal)) {
    if (kind != element_type::INT64 && kind != element_type::UINT64 && kind != element_type::DOUBLE &&
        kind != element_type::STRING)
      return refuse();
    Value value = decimal_value(compute::json_text(json), type);
    if (value.IsNull()) failed = true;
    return value;
  }
  if (type.is(TypeKind::Binary)) {
    if (kind != element_type::STRING) return refuse();
    const auto bytes = compute::unbase64(json.get_string().value_unsafe());
    return bytes ? Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes->data()), bytes->size()) : refuse();
  }
  if (type.is(TypeKind::Timestamp) && (kind == element_type::INT64))
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(json.get_int64().value_unsafe() * 1'000'000));
  if (kind != element_type::STRING) return refuse();
  Value value = value_of_text(json.get_string().value_unsafe(), type, form);
  if (value.IsNull()) failed = true;
  return value;
}

[[noreturn]] void throw_malformed(const DataType& type) {
  std::string nulls = "[null";
  if (type.is(TypeKind::Struct)) {
    for (std::size_t i = 1; i < type.fields().size(); ++i) nulls += ",null";
  }
  throw Error(compute::conditions::kMalformedRecord, {{"badRecord", nulls + "]"}, {"failFastMode", "FAILFAST"}});
}

/// A struct of NULLs: what a malformed record is in PERMISSIVE mode, with its text in the column for such.
Value malformed_value(string_view text, const TextForm& form) {
  const LogicalType logical = logical_type(form.type);
  if (!form.type.is(TypeKind::Struct)) return Value(logical);
  const std::string corrupt = form.option("columnNameOfCorruptRecord").value_or("_corrupt_record");
  duckdb::vector<Value> fields;
  for (const auto& field : form.type.fields())
    fields.push_back(field.name == corrupt && field.type.is_text() ? Value(std::string(text))
                                                                   : Value(logical_type(field.type)));
  return Value::STRUCT(logical, std::move(fields));
}

/// The record's text in the column for such, when the schema has one.
Value with_corrupt_record(const Value& value, string_view text, const TextForm& form) {
  const std::string corrupt = form.option("columnNameOfCorruptRecord").value_or("_corrupt_record");
  duckdb::vector<Value> fields = duckdb::StructValue::GetChildren(value);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (form.type.fields()[i].name == corrupt) fields[i] = Value(std::string(text));
  }
  return Value::STRUCT(logical_type(form.type), std::move(fields));
}

template <typename Read>
void read_rows(DataChunk& arguments, ExpressionState& state, Vector& result, Read read) {
  const auto& form = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<TextForm>();
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat texts;
  arguments.data[0].ToUnifiedFormat(arguments.size(), texts);
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const auto at = texts.sel->get_index(row);
    if (!texts.validity.RowIsValid(at)) {
      result.SetValue(row, Value(result.GetType()));
      continue;
    }
    result.SetValue(
        row, read(Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(texts)[at]), form));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void from_json(DataChunk& arguments, ExpressionState& state, Vector& result) {
  compute::JsonDocument document;
  read_rows(arguments, state, result, [&](string_view text, const TextForm& form) {
    if (compute::trimmed(text).empty()) return Value(logical_type(form.type));
    auto root = document.parse(text);
    if (!root) root = document.parse(compute::relaxed_json(text));
    bool failed = !root;
    Value value(logical_type(form.type));
    if (root) {
      // An array where a struct is wanted gives its first element.
      if (form.type.is(TypeKind::Struct) && root->type() == element_type::ARRAY &&
          root->get_array().value_unsafe().size() > 0)
        failed = true;
      else
        value = value_of_json(*root, form.type, form, failed);
    }
    if (failed && form.is_failing_fast()) throw_malformed(form.type);
    if (!root || (failed && value.IsNull())) return malformed_value(text, form);
    if (failed && !form.type.is(TypeKind::Struct)) return Value(logical_type(form.type));
    if (failed) return with_corrupt_record(value, text, form);
    return value;
  });
}

void from_csv(DataChunk& arguments, ExpressionState& state, Vector& result) {
  read_rows(arguments, state, result, [&](string_view text, const TextForm& form) {
    const std::string separator = form.option("sep").value_or(form.option("delimiter").value_or(","));
    const auto is_on = [&](const std::string& name) { return compute::lower(form.option(name).value_or("")) == "true"; };
    const auto parts = compute::csv_fields(text, {.separator = separator.empty() ? ',' : separator[0],
                                                  .quote = form.option("quote").value_or("\"").c_str()[0],
                                                  .skips_leading_blanks = is_on("ignoreLeadingWhiteSpace"),
                                                  .skips_trailing_blanks = is_on("ignoreTrailingWhiteSpace")});
    const std::string null_value = form.option("nullValue").value_or("");
    duckdb::vector<Value> fields;
    bool failed = parts.size() != form.type.fields().size();
    for (std::size_t i = 0; i < form.type.fields().size(); ++i) {
      const DataType& type = form.type.fields()[i].type;
      const bool there = i < parts.size() && parts[i] && *parts[i] != null_value;
      fields.push_back(there ? value_of_text(*parts[i], type, form) : Value(logical_type(type)));
      if (there && fields.back().IsNull()) failed = true;
    }
    if (failed && form.is_failing_fast()) throw_malformed(form.type);
    return Value::STRUCT(logical_type(form.type), std::move(fields));
  });
}

/// Text of a plain value inside JSON or CSV, without quotes; `bare` tells numbers and booleans.
std::string plain_text(const Value& value, const DataType& type, const TextForm& form, bool& bare) {
  bare = type.is_numeric() || type.is(TypeKind::Boolean);
  switch (type.kind()) {
    case TypeKind::Float: {
      const float number = value.GetValue<float>();
      bare = std::isfinite(number);
      return compute::real_text(number);
    }
    case TypeKind::Double: {
      const double number = value.GetValue<double>();
      bare = std::isfinite(number);
      return compute::real_text(number);
    }
    case TypeKind::Decimal: {
      bool malformed = false;
      const auto number = compute::parse_decimal(value.ToString(), {38, type.scale()}, malformed);
      return number ? compute::decimal_string(*number, type.scale()) : value.ToString();
    }
    case TypeKind::Binary:
      return compute::base64(duckdb::StringValue::Get(value));
    case TypeKind::Date: {
      const compute::Date date{value.GetValue<duckdb::date_t>().days};
      const auto pattern = form.option("dateFormat");
      return pattern ? compute::DatetimePattern::find(*pattern).format(
                           compute::Instant{date.days * compute::kMicrosPerDay}, Zone::find("UTC"))
                     : compute::date_text(date);
    }
    case TypeKind::Timestamp:
      return compute::DatetimePattern::find(form.option("timestampFormat").value_or("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"))
          .format(compute::Instant{value.GetValueUnsafe<std::int64_t>()}, Zone::find(form.zone));
    case TypeKind::TimestampNtz:
      return compute::DatetimePattern::find(form.option("timestampNTZFormat").value_or("yyyy-MM-dd'T'HH:mm:ss[.SSS]"))
          .format(compute::Instant{value.GetValueUnsafe<std::int64_t>()}, Zone::find("UTC"));
    case TypeKind::DayTimeInterval:
      return compute::day_time_text(value.GetValue<std::int64_t>(), static_cast<int>(type.day_time_from()),
                                    static_cast<int>(type.day_time_to()));
    case TypeKind::YearMonthInterval:
      return compute::year_month_text(value.GetValue<std::int32_t>(), static_cast<int>(type.year_month_from()),
                                      static_cast<int>(type.year_month_to()));
    case TypeKind::CalendarInterval: {
      const auto& parts = duckdb::StructValue::GetChildren(value);
      return compute::interval_text({.months = parts[0].GetValue<std::int32_t>(), .days = parts[1].GetValue<std::int32_t>(), .micros = parts[2].GetValue<std::int64_t>()});
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar:
      return duckdb::StringValue::Get(value);
    default:
      return value.ToString();
  }
}

/// Writes JSON, compact or as Jackson prints it for people.
class JsonTextWriter {
 public:
  JsonTextWriter(std::string& out, const TextForm& form)
      : out_(out),
        form_(form),
        keeps_nulls_(compute::lower(form.option("ignoreNullFields").value_or("true")) == "false"),
        pretty_(compute::lower(form.option("pretty").value_or("false")) == "true") {}

  void write(const Value& value, const DataType& type) {
    if (value.IsNull()) {
      out_ += "null";
    } else if (type.is(TypeKind::Variant)) {
      const auto& parts = duckdb::StructValue::GetChildren(value);
      const std::string bytes = duckdb::StringValue::Get(parts[0]), keys = duckdb::StringValue::Get(parts[1]);
      out_ += compute::VariantView(bytes, keys).to_json(Zone::find(form_.zone));
    } else if (type.is(TypeKind::Struct)) {
      write_struct(value, type);
    } else if (type.is(TypeKind::Array)) {
      write_array(value, type);
    } else if (type.is(TypeKind::Map)) {
      write_map(value, type);
    } else {
      bool bare = false;
      const std::string text = plain_text(value, type, form_, bare);
      if (bare)
        out_ += text;
      else
        compute::append_json_string(out_, text);
    }
  }

 private:
  void write_struct(const Value& value, const DataType& type) {
    const auto& fields = duckdb::StructValue::GetChildren(value);
    bool first = open();
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      if (fields[i].IsNull() && !keeps_nulls_) continue;
      key(type.fields()[i].name, first);
      write(fields[i], type.fields()[i].type);
    }
    close(first);
  }

  void write_map(const Value& value, const DataType& type) {
    bool first = open(), bare = false;
    for (const auto& entry : duckdb::ListValue::GetChildren(value)) {
      const auto& pair = duckdb::StructValue::GetChildren(entry);
      key(plain_text(pair[0], type.key(), form_, bare), first);
      write(pair[1], type.value());
    }
    close(first);
  }

  void write_array(const Value& value, const DataType& type) {
    const auto& items = duckdb::ListValue::GetChildren(value);
    out_ += pretty_ ? "[ " : "[";
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += pretty_ ? ", " : ",";
      write(items[i], type.element());
    }
    out_ += pretty_ && !items.empty() ? " ]" : "]";
  }

  bool open() {
    out_ += '{';
    ++depth_;
    return true;
  }
  void key(string_view name, bool& first) {
    if (!first) out_ += ',';
    first = false;
    new_line();
    compute::append_json_string(out_, name);
    out_ += pretty_ ? " : " : ":";
  }
  void close(bool empty) {
    --depth_;
    if (!empty) new_line();
    out_ += empty && pretty_ ? " }" : "}";
  }
  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }

  std::string& out_;
  const TextForm& form_;
  bool keeps_nulls_, pretty_;
  std::size_t depth_ = 0;
};

void write_json(std::string& out, const Value& value, const DataType& type, const TextForm& form) {
  JsonTextWriter(out, form).write(value, type);
}

/// A field without the blanks around it, which a writer drops unless it is told not to.
string_view without_blanks(string_view text, bool leading, bool trailing) {
  while (leading && !text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (trailing && !text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

void write_csv(std::string& out, const Value& value, const DataType& type, const TextForm& form) {
  const std::string separator = form.option("sep").value_or(form.option("delimiter").value_or(","));
  const auto drops = [&](const char* option) { return compute::lower(form.option(option).value_or("true")) == "true"; };
  const auto& fields = duckdb::StructValue::GetChildren(value);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += separator;
    if (fields[i].IsNull()) {
      out += form.option("nullValue").value_or("");
      continue;
    }
    bool bare = false;
    const std::string written = plain_text(fields[i], type.fields()[i].type, form, bare);
    const string_view text = without_blanks(written, drops("ignoreLeadingWhiteSpace"), drops("ignoreTrailingWhiteSpace"));
    if (text.empty()) {
      out += "\"\"";
    } else if (text.find(separator) != std::string::npos || text.find_first_of("\n\r\"") != std::string::npos) {
      out += '"';
      for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      out += '"';
    } else {
      out += text;
    }
  }
}

template <auto Write>
void write_rows(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const auto& form = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<TextForm>();
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  InterruptCheck interrupt(state);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    const Value value = arguments.data[0].GetValue(row);
    if (value.IsNull()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    std::string text;
    Write(text, value, form.type, form);
    out[row] = duckdb::StringVector::AddString(result, text);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void object_keys(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat texts;
  arguments.data[0].ToUnifiedFormat(arguments.size(), texts);
  ListWriter out(result);
  for (idx_t row = 0; row < count; ++row) {
    const auto at = texts.sel->get_index(row);
    const auto keys = texts.validity.RowIsValid(at)
                          ? compute::json_object_keys(Wire<string_view>::in(
                                duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(texts)[at]))
                          : std::nullopt;
    if (!keys) {
      out.set_null(row);
      continue;
    }
    out.begin(row);
    for (const auto& key : *keys) out.add(string_view(key));
    out.end();
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// (text, options, zone)
void schema_of_json(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const Value json = arguments.data[0].GetValue(row);
    if (json.IsNull()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    result.SetValue(row, Value(scan::schema_of_json(json.ToString(), options_of(arguments.data[1].GetValue(row)), arguments.data[2].GetValue(row).ToString())));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_json_kernels(KernelRegistry& registry) {
  const LogicalType t = LogicalType::VARCHAR, options = LogicalType::MAP(t, t), any = LogicalType::ANY;
  registry.add(adapt<&compute::get_json_object>("lab_get_json_object"));
  registry.add(adapt<&compute::json_field>("lab_json_field"));
  registry.add(adapt<&compute::json_array_length>("lab_json_array_length"));
  registry.add("lab_json_object_keys", {t}, LogicalType::LIST(t), &object_keys);
  registry.add(duckdb::ScalarFunction("lab_from_json", {t, t, options, t}, any, &from_json, &bind_reader), kRaises);
  registry.add(duckdb::ScalarFunction("lab_from_csv", {t, t, options, t}, any, &from_csv, &bind_reader), kRaises);
  registry.add(duckdb::ScalarFunction("lab_to_json", {any, t, options, t}, t, &write_rows<&write_json>, &bind_writer),
               kRaises);
  registry.add(duckdb::ScalarFunction("lab_to_csv", {any, t, options, t}, t, &write_rows<&write_csv>, &bind_writer),
               kRaises);
  registry.add("lab_schema_of_json", {t, options, t}, t, &schema_of_json, kRaises);
  registry.add(adapt<&compute::schema_of_csv>("lab_schema_of_csv"), kRaises);
}

}  // namespace lab::engine
