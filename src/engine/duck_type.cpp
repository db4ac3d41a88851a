#include "engine/duck_type.h"

#include "base/error.h"

namespace lab::engine {

using duckdb::LogicalType;
using types::TypeKind;

LogicalType to_duck(const types::DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::Boolean: return LogicalType::BOOLEAN;
    case TypeKind::Byte: return LogicalType::TINYINT;
    case TypeKind::Short: return LogicalType::SMALLINT;
    case TypeKind::Int:
    case TypeKind::YearMonthInterval: return LogicalType::INTEGER;
    case TypeKind::Long:
    case TypeKind::DayTimeInterval: return LogicalType::BIGINT;
    case TypeKind::Float: return LogicalType::FLOAT;
    case TypeKind::Double: return LogicalType::DOUBLE;
    case TypeKind::Decimal:
      return LogicalType::DECIMAL(static_cast<std::uint8_t>(type.precision()), static_cast<std::uint8_t>(type.scale()));
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return LogicalType::VARCHAR;
    case TypeKind::Binary: return LogicalType::BLOB;
    case TypeKind::Date: return LogicalType::DATE;
    case TypeKind::Timestamp: return LogicalType::TIMESTAMP_TZ;
    case TypeKind::TimestampNtz: return LogicalType::TIMESTAMP;
    case TypeKind::CalendarInterval:
      return LogicalType::STRUCT({{"f0", LogicalType::INTEGER}, {"f1", LogicalType::INTEGER}, {"f2", LogicalType::BIGINT}});
    case TypeKind::Variant: return LogicalType::STRUCT({{"f0", LogicalType::BLOB}, {"f1", LogicalType::BLOB}});
    case TypeKind::Array: return LogicalType::LIST(to_duck(type.element()));
    case TypeKind::Map: return LogicalType::MAP(to_duck(type.key()), to_duck(type.value()));
    case TypeKind::Struct: {
      duckdb::child_list_t<LogicalType> children;
      for (const auto& field : type.fields()) children.emplace_back("f" + std::to_string(children.size()), to_duck(field.type));
      if (children.empty()) children.emplace_back("f0", LogicalType::BOOLEAN);
      return LogicalType::STRUCT(std::move(children));
    }
  }
  LAB_CHECK(false, "type without a DuckDB form");
}

namespace {

duckdb::hugeint_t make_hugeint(types::Int128 value) {
  return {static_cast<std::int64_t>(value >> 64), static_cast<std::uint64_t>(value)};
}

}  // namespace

duckdb::Value to_duck(const types::Value& value, const types::DataType& type) {
  const LogicalType target = to_duck(type);
  if (value.is_null()) return duckdb::Value(target);
  switch (type.kind()) {
    case TypeKind::Null: return duckdb::Value(target);
    case TypeKind::Boolean: return duckdb::Value::BOOLEAN(value.boolean());
    case TypeKind::Byte: return duckdb::Value::TINYINT(static_cast<std::int8_t>(value.integer()));
    case TypeKind::Short: return duckdb::Value::SMALLINT(static_cast<std::int16_t>(value.integer()));
    case TypeKind::Int:
    case TypeKind::YearMonthInterval: return duckdb::Value::INTEGER(static_cast<std::int32_t>(value.integer()));
    case TypeKind::Long:
    case TypeKind::DayTimeInterval: return duckdb::Value::BIGINT(value.integer());
    case TypeKind::Float: return duckdb::Value::FLOAT(static_cast<float>(value.real()));
    case TypeKind::Double: return duckdb::Value::DOUBLE(value.real());
    case TypeKind::Decimal: {
      const auto precision = static_cast<std::uint8_t>(type.precision());
      const auto scale = static_cast<std::uint8_t>(type.scale());
      const auto unscaled = std::get<types::Decimal>(value.data).unscaled;
      if (precision <= 4) return duckdb::Value::DECIMAL(static_cast<std::int16_t>(unscaled), precision, scale);
      if (precision <= 9) return duckdb::Value::DECIMAL(static_cast<std::int32_t>(unscaled), precision, scale);
      if (precision <= 18) return duckdb::Value::DECIMAL(static_cast<std::int64_t>(unscaled), precision, scale);
      return duckdb::Value::DECIMAL(make_hugeint(unscaled), precision, scale);
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return duckdb::Value(value.text());
    case TypeKind::Binary: {
      const auto& bytes = std::get<types::Binary>(value.data).bytes;
      return duckdb::Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data()), bytes.size());
    }
    case TypeKind::Date: return duckdb::Value::DATE(duckdb::date_t(static_cast<std::int32_t>(value.integer())));
    case TypeKind::Timestamp: return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(value.integer()));
    case TypeKind::TimestampNtz: return duckdb::Value::TIMESTAMP(duckdb::timestamp_t(value.integer()));
    case TypeKind::CalendarInterval: {
      const auto& interval = std::get<types::CalendarInterval>(value.data);
      return duckdb::Value::STRUCT({{"f0", duckdb::Value::INTEGER(interval.months)},
                                    {"f1", duckdb::Value::INTEGER(interval.days)},
                                    {"f2", duckdb::Value::BIGINT(interval.microseconds)}});
    }
    case TypeKind::Array: {
      duckdb::vector<duckdb::Value> items;
      for (const auto& item : *std::get<types::Elements>(value.data).items) items.push_back(to_duck(item, type.element()));
      return duckdb::Value::LIST(to_duck(type.element()), std::move(items));
    }
    case TypeKind::Map: {
      const auto& entries = std::get<types::MapEntries>(value.data);
      duckdb::vector<duckdb::Value> keys, values;
      for (const auto& item : *entries.keys) keys.push_back(to_duck(item, type.key()));
      for (const auto& item : *entries.values) values.push_back(to_duck(item, type.value()));
      return duckdb::Value::MAP(to_duck(type.key()), to_duck(type.value()), std::move(keys), std::move(values));
    }
    case TypeKind::Struct: {
      const auto& items = *std::get<types::Elements>(value.data).items;
      duckdb::child_list_t<duckdb::Value> children;
      for (std::size_t i = 0; i < items.size(); ++i) {
        children.emplace_back("f" + std::to_string(i), to_duck(items[i], type.fields()[i].type));
      }
      if (children.empty()) children.emplace_back("f0", duckdb::Value(LogicalType::BOOLEAN));
      return duckdb::Value::STRUCT(std::move(children));
    }
    case TypeKind::Variant: break;
  }
  LAB_CHECK(false, "constant without a DuckDB form");
}

}  // namespace lab::engine
