#include "engine/kernels/variant_value.h"

#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/datetime_text.h"
#include "compute/number_text.h"
#include "compute/real_math.h"
#include "engine/duck_type.h"
#include "engine/kernels/decimal_argument.h"
#include "types/type_text.h"

namespace lab::engine {

namespace {

using compute::Int128;
using compute::VariantType;
using compute::VariantView;
using compute::Zone;
using duckdb::Value;
using types::DataType;
using types::TypeKind;

constexpr std::int64_t kSecond = compute::kMicrosPerSecond;

Value blob(std::string_view bytes) { return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data()), bytes.size()); }

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// One cast of a plain value; nothing when Spark has no such cast or the value does not fit.
struct AtomicCast {
  const VariantView& from;
  const DataType& to;
  const Zone& zone;

  std::optional<Value> run() const {
    if (to.is_text()) return Value(text());
    switch (to.kind()) {
      case TypeKind::Boolean: return to_boolean();
      case TypeKind::Byte:
      case TypeKind::Short:
      case TypeKind::Int:
      case TypeKind::Long: return to_integer();
      case TypeKind::Float:
      case TypeKind::Double: return to_real();
      case TypeKind::Decimal: return to_decimal();
      case TypeKind::Date: return to_date();
      case TypeKind::Timestamp: return to_timestamp();
      case TypeKind::TimestampNtz: return to_wall_clock();
      case TypeKind::Binary:
        if (from.type() == VariantType::Binary || from.type() == VariantType::String) return blob(from.text());
        return {};
      default: return {};
    }
  }

 private:
  std::string text() const {
    switch (from.type()) {
      case VariantType::String:
      case VariantType::Binary: return std::string(from.text());
      case VariantType::Decimal: {
        const auto [unscaled, scale] = from.decimal();
        return compute::decimal_string(unscaled, scale);
      }
      case VariantType::Timestamp: return compute::timestamp_text({from.integer()}, zone);
      case VariantType::Double: return compute::real_text(from.real());
      case VariantType::Float: return compute::real_text(static_cast<float>(from.real()));
      case VariantType::Date:
      case VariantType::TimestampNtz:
      case VariantType::Uuid: {
        const std::string quoted = from.to_json(zone);
        return quoted.substr(1, quoted.size() - 2);
      }
      default: return from.to_json(zone);
    }
  }

  std::optional<Value> to_boolean() const {
    switch (from.type()) {
      case VariantType::Boolean: return Value::BOOLEAN(from.boolean());
      case VariantType::Long: return Value::BOOLEAN(from.integer() != 0);
      case VariantType::Double:
      case VariantType::Float: return Value::BOOLEAN(from.real() != 0);
      case VariantType::Decimal: return Value::BOOLEAN(from.decimal().first != 0);
      case VariantType::String:
        if (const auto parsed = compute::parse_boolean(from.text())) return Value::BOOLEAN(*parsed);
        return {};
      default: return {};
    }
  }

  std::optional<Value> integer_of(Int128 number) const {
    const int bits = to.is(TypeKind::Byte) ? 8 : to.is(TypeKind::Short) ? 16 : to.is(TypeKind::Int) ? 32 : 64;
    const Int128 limit = Int128{1} << (bits - 1);
    if (number < -limit || number >= limit) return {};
    return Value::Numeric(to_duck(to), static_cast<std::int64_t>(number));
  }

  std::optional<Value> to_integer() const {
    switch (from.type()) {
      case VariantType::Boolean: return integer_of(from.boolean() ? 1 : 0);
      case VariantType::Long: return integer_of(from.integer());
      case VariantType::Double:
      case VariantType::Float: {
        const double number = from.real();
        if (!(std::fabs(number) < 1e19)) return {};
        return integer_of(static_cast<Int128>(number));
      }
      case VariantType::Decimal: {
        const auto [unscaled, scale] = from.decimal();
        return integer_of(unscaled / static_cast<Int128>(compute::power_of_ten(scale)));
      }
      case VariantType::String:
        if (const auto parsed = compute::parse_integer<std::int64_t>(from.text(), false)) return integer_of(*parsed);
        return {};
      case VariantType::Timestamp: return integer_of(floor_divide(from.integer(), kSecond));
      default: return {};
    }
  }

  Value real_value(double number) const { return to.is(TypeKind::Float) ? Value::FLOAT(static_cast<float>(number)) : Value::DOUBLE(number); }

  std::optional<Value> to_real() const {
    switch (from.type()) {
      case VariantType::Boolean: return real_value(from.boolean() ? 1 : 0);
      case VariantType::Long: return real_value(static_cast<double>(from.integer()));
      case VariantType::Double:
      case VariantType::Float: return real_value(from.real());
      case VariantType::Decimal: {
        const auto [unscaled, scale] = from.decimal();
        return real_value(compute::parse_double(compute::plain_text(unscaled, scale)).value_or(0));
      }
      case VariantType::String:
        if (to.is(TypeKind::Float)) {
          if (const auto parsed = compute::parse_float(from.text())) return Value::FLOAT(*parsed);
        } else if (const auto parsed = compute::parse_double(from.text())) {
          return Value::DOUBLE(*parsed);
        }
        return {};
      case VariantType::Timestamp: return real_value(static_cast<double>(from.integer()) / kSecond);
      default: return {};
    }
  }

  std::optional<Value> to_decimal() const {
    const compute::DecimalShape shape{to.precision(), to.scale()};
    std::optional<Int128> number;
    switch (from.type()) {
      case VariantType::Boolean: number = compute::rescale(from.boolean() ? 1 : 0, 0, shape); break;
      case VariantType::Long: number = compute::rescale(from.integer(), 0, shape); break;
      case VariantType::Double:
      case VariantType::Float: number = compute::decimal_of(from.real(), shape); break;
      case VariantType::Decimal: {
        const auto [unscaled, scale] = from.decimal();
        number = compute::rescale(unscaled, scale, shape);
        break;
      }
      case VariantType::String: {
        bool malformed = false;
        number = compute::parse_decimal(from.text(), shape, malformed);
        break;
      }
      case VariantType::Timestamp: number = compute::rescale(from.integer(), 6, shape); break;
      default: break;
    }
    if (!number) return {};
    return Value::DECIMAL(to_hugeint(*number), 38, static_cast<std::uint8_t>(to.scale())).DefaultCastAs(to_duck(to));
  }

  static Value date_value(std::int32_t days) { return Value::DATE(duckdb::date_t(days)); }
  static std::int32_t day_of(std::int64_t micros) { return static_cast<std::int32_t>(floor_divide(micros, compute::kMicrosPerDay)); }

  std::optional<Value> to_date() const {
    switch (from.type()) {
      case VariantType::Date: return date_value(static_cast<std::int32_t>(from.integer()));
      case VariantType::Timestamp: return date_value(day_of(zone.local_of_utc(from.integer())));
      case VariantType::TimestampNtz: return date_value(day_of(from.integer()));
      case VariantType::String:
        if (const auto parsed = compute::parse_date(from.text())) return date_value(parsed->days);
        return {};
      default: return {};
    }
  }

  static Value instant_value(std::int64_t micros) { return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(micros)); }

  std::optional<Value> to_timestamp() const {
    switch (from.type()) {
      case VariantType::Timestamp: return instant_value(from.integer());
      case VariantType::TimestampNtz: return instant_value(zone.utc_of_local(from.integer()));
      case VariantType::Date: return instant_value(zone.utc_of_local(from.integer() * compute::kMicrosPerDay));
      case VariantType::Long: {
        std::int64_t micros = 0;
        if (__builtin_mul_overflow(from.integer(), kSecond, &micros)) return {};
        return instant_value(micros);
      }
      case VariantType::Double:
      case VariantType::Float:
        if (!std::isfinite(from.real())) return {};
        return instant_value(static_cast<std::int64_t>(from.real() * kSecond));
      case VariantType::Decimal: {
        const auto [unscaled, scale] = from.decimal();
        const auto micros = compute::round_decimal(unscaled, scale, 6, compute::Rounding::Down, {38, 6});
        if (!micros || *micros > INT64_MAX || *micros < INT64_MIN) return {};
        return instant_value(static_cast<std::int64_t>(*micros));
      }
      case VariantType::String:
        if (const auto parsed = compute::parse_timestamp(from.text(), zone)) return instant_value(parsed->micros);
        return {};
      default: return {};
    }
  }

  std::optional<Value> to_wall_clock() const {
    const auto value = [](std::int64_t micros) { return Value::TIMESTAMP(duckdb::timestamp_t(micros)); };
    switch (from.type()) {
      case VariantType::TimestampNtz: return value(from.integer());
      case VariantType::Timestamp: return value(zone.local_of_utc(from.integer()));
      case VariantType::Date: return value(from.integer() * compute::kMicrosPerDay);
      case VariantType::String:
        if (const auto parsed = compute::parse_wall_clock(from.text())) return value(parsed->micros);
        return {};
      default: return {};
    }
  }
};

Int128 unscaled_of(const Value& value, const DataType& type) {
  bool malformed = false;
  return compute::parse_decimal(value.ToString(), {38, type.scale()}, malformed).value_or(0);
}

}  // namespace

Value variant_value(const compute::Variant& variant) { return Value::STRUCT(to_duck(TypeKind::Variant), {blob(variant.value), blob(variant.metadata)}); }

void append_value(compute::VariantBuilder& builder, const Value& value, const DataType& type) {
  if (value.IsNull()) return builder.append_null();
  const std::size_t start = builder.position();
  std::vector<compute::VariantBuilder::Member> members;
  const auto add_member = [&](const std::string& key, const Value& member, const DataType& of) {
    const auto id = builder.add_key(key);
    members.push_back({key, id, builder.position() - start});
    append_value(builder, member, of);
  };
  switch (type.kind()) {
    case TypeKind::Boolean: return builder.append(value.GetValue<bool>());
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return builder.append(value.GetValue<std::int64_t>());
    case TypeKind::Float: return builder.append_float(value.GetValue<float>());
    case TypeKind::Double: return builder.append_double(value.GetValue<double>());
    case TypeKind::Decimal: return builder.append_decimal(unscaled_of(value, type), type.scale());
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return builder.append(std::string_view(duckdb::StringValue::Get(value)));
    case TypeKind::Binary: return builder.append_binary(duckdb::StringValue::Get(value));
    case TypeKind::Date: return builder.append_date(value.GetValue<duckdb::date_t>().days);
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return builder.append_timestamp(value.GetValueUnsafe<std::int64_t>(), type.is(TypeKind::Timestamp));
    case TypeKind::Variant: {
      const auto& parts = duckdb::StructValue::GetChildren(value);
      const std::string bytes = duckdb::StringValue::Get(parts[0]), keys = duckdb::StringValue::Get(parts[1]);
      return builder.append(VariantView(bytes, keys));
    }
    case TypeKind::Array: {
      std::vector<std::size_t> offsets;
      for (const auto& item : duckdb::ListValue::GetChildren(value)) {
        offsets.push_back(builder.position() - start);
        append_value(builder, item, type.element());
      }
      return builder.finish_array(start, offsets);
    }
    case TypeKind::Map:
      for (const auto& entry : duckdb::ListValue::GetChildren(value)) {
        const auto& pair = duckdb::StructValue::GetChildren(entry);
        add_member(duckdb::StringValue::Get(pair[0]), pair[1], type.value());
      }
      return builder.finish_object(start, std::move(members));
    case TypeKind::Struct: {
      const auto& fields = duckdb::StructValue::GetChildren(value);
      for (std::size_t i = 0; i < type.fields().size(); ++i) add_member(type.fields()[i].name, fields[i], type.fields()[i].type);
      return builder.finish_object(start, std::move(members));
    }
    default: return builder.append_null();
  }
}

Value value_of_variant(const VariantView& variant, const DataType& type, const Zone& zone, bool raises) {
  const auto logical = to_duck(type);
  const auto refuse = [&]() -> Value {
    if (raises) throw Error(compute::conditions::kInvalidVariantCast, {{"value", variant.to_json(zone)}, {"dataType", types::quoted_sql(type)}});
    return Value(logical);
  };
  if (type.is(TypeKind::Variant)) {
    compute::VariantBuilder copy;
    copy.append(variant);
    return variant_value(copy.result());
  }
  const VariantType kind = variant.type();
  if (kind == VariantType::Null) return Value(logical);
  if (type.is(TypeKind::Array)) {
    if (kind != VariantType::Array) return refuse();
    duckdb::vector<Value> items;
    for (std::size_t i = 0; i < variant.size(); ++i) items.push_back(value_of_variant(variant.member(i), type.element(), zone, raises));
    return Value::LIST(to_duck(type.element()), std::move(items));
  }
  if (type.is(TypeKind::Map)) {
    if (kind != VariantType::Object) return refuse();
    duckdb::vector<Value> keys, values;
    for (std::size_t i = 0; i < variant.size(); ++i) {
      keys.emplace_back(std::string(variant.key(i)));
      values.push_back(value_of_variant(variant.member(i), type.value(), zone, raises));
    }
    return Value::MAP(to_duck(type.key()), to_duck(type.value()), std::move(keys), std::move(values));
  }
  if (type.is(TypeKind::Struct)) {
    if (kind != VariantType::Object) return refuse();
    duckdb::vector<Value> fields;
    for (const auto& field : type.fields()) {
      const auto member = variant.find(field.name);
      fields.push_back(member ? value_of_variant(*member, field.type, zone, raises) : Value(to_duck(field.type)));
    }
    return Value::STRUCT(logical, std::move(fields));
  }
  if ((kind == VariantType::Object || kind == VariantType::Array) && !type.is_text()) return refuse();
  auto value = AtomicCast{variant, type, zone}.run();
  return value ? std::move(*value) : refuse();
}

}  // namespace lab::engine
