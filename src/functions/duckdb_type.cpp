#include "functions/duckdb_type.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace lab::functions {

using types::DataType;
using types::TypeKind;
using types::Value;

std::string duckdb_type(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null:
    case TypeKind::Boolean:
      return "BOOLEAN";
    case TypeKind::Byte:
      return "TINYINT";
    case TypeKind::Short:
      return "SMALLINT";
    case TypeKind::Int:
    case TypeKind::YearMonthInterval:
      return "INTEGER";
    case TypeKind::Long:
    case TypeKind::DayTimeInterval:
      return "BIGINT";
    case TypeKind::Float:
      return "FLOAT";
    case TypeKind::Double:
      return "DOUBLE";
    case TypeKind::Decimal:
      return "DECIMAL(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) + ")";
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar:
      return "VARCHAR";
    case TypeKind::Binary:
      return "BLOB";
    case TypeKind::Date:
      return "DATE";
    case TypeKind::Timestamp:
      return "TIMESTAMPTZ";
    case TypeKind::TimestampNtz:
      return "TIMESTAMP";
    case TypeKind::CalendarInterval:
      return "STRUCT(f0 INTEGER, f1 INTEGER, f2 BIGINT)";
    case TypeKind::Variant:
      return "STRUCT(f0 BLOB, f1 BLOB)";
    case TypeKind::Array:
      return duckdb_type(type.element()) + "[]";
    case TypeKind::Map:
      return "MAP(" + duckdb_type(type.key()) + ", " + duckdb_type(type.value()) + ")";
    case TypeKind::Struct: {
      if (type.fields().empty()) return "STRUCT(f0 BOOLEAN)";
      std::string text = "STRUCT(";
      for (std::size_t i = 0; i < type.fields().size(); ++i) {
        if (i > 0) text += ", ";
        text += "f" + std::to_string(i) + " " + duckdb_type(type.fields()[i].type);
      }
      return text + ")";
    }
  }
  return "BOOLEAN";
}

std::string text_literal(std::string_view text) {
  std::string result = "'";
  bool has_nul = false;
  for (const char c : text) {
    if (c == '\0') {
      result += "' || chr(0) || '";
      has_nul = true;
    } else {
      if (c == '\'') result += '\'';
      result += c;
    }
  }
  result += "'";
  return has_nul ? "(" + result + ")" : result;
}

namespace {

std::string double_literal(double value, const char* type) {
  if (std::isnan(value)) return std::string("'NaN'::") + type;
  if (std::isinf(value)) return std::string(value < 0 ? "'-Infinity'::" : "'Infinity'::") + type;
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return std::string("'") + text + "'::" + type;
}

std::string items_sql(const types::Values& items, const DataType& element) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i > 0 ? ", " : "") + literal_sql(element, items[i]);
  return text + "]";
}

}  // namespace

std::string literal_sql(const DataType& type, const Value& value) {
  const std::string name = duckdb_type(type);
  if (value.is_null()) return "CAST(NULL AS " + name + ")";
  switch (type.kind()) {
    case TypeKind::Boolean:
      return value.boolean() ? "true" : "false";
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::YearMonthInterval:
    case TypeKind::Long:
    case TypeKind::DayTimeInterval: {
      // The smallest bigint has no positive twin, so a unary minus over digits would not parse as one.
      const std::string digits = std::to_string(value.integer());
      return value.integer() < 0 ? "'" + digits + "'::" + name : digits + "::" + name;
    }
    case TypeKind::Float:
      return double_literal(value.real(), "FLOAT");
    case TypeKind::Double:
      return double_literal(value.real(), "DOUBLE");
    case TypeKind::Decimal: {
      const auto& decimal = std::get<types::Decimal>(value.data);
      return "'" + types::decimal_text(decimal.unscaled, decimal.scale) + "'::" + name;
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar:
      return text_literal(value.text());
    case TypeKind::Binary: {
      std::string text = "'";
      for (const unsigned char c : std::get<types::Binary>(value.data).bytes) {
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02X", c);
        text += hex;
      }
      return text + "'::BLOB";
    }
    // Dates and instants beyond what DuckDB's text parser takes are built from numbers.
    case TypeKind::Date:
      return "(DATE '1970-01-01' + '" + std::to_string(value.integer()) + "'::INTEGER)";
    case TypeKind::Timestamp:
      return "make_timestamptz('" + std::to_string(value.integer()) + "'::BIGINT)";
    case TypeKind::TimestampNtz:
      return "make_timestamp('" + std::to_string(value.integer()) + "'::BIGINT)";
    case TypeKind::CalendarInterval: {
      const auto& interval = std::get<types::CalendarInterval>(value.data);
      return "{'f0': '" + std::to_string(interval.months) + "'::INTEGER, 'f1': '" + std::to_string(interval.days) +
             "'::INTEGER, 'f2': '" + std::to_string(interval.microseconds) + "'::BIGINT}";
    }
    case TypeKind::Array: {
      const auto& items = *std::get<types::Elements>(value.data).items;
      return "CAST(" + items_sql(items, type.element()) + " AS " + name + ")";
    }
    case TypeKind::Map: {
      const auto& entries = std::get<types::MapEntries>(value.data);
      return "CAST(map(" + items_sql(*entries.keys, type.key()) + ", " + items_sql(*entries.values, type.value()) +
             ") AS " + name + ")";
    }
    case TypeKind::Struct: {
      const auto& items = *std::get<types::Elements>(value.data).items;
      if (items.empty()) return "{'f0': CAST(NULL AS BOOLEAN)}";
      std::string text = "{";
      for (std::size_t i = 0; i < items.size(); ++i) {
        text += (i > 0 ? ", 'f" : "'f") + std::to_string(i) + "': " + literal_sql(type.fields()[i].type, items[i]);
      }
      return text + "}";
    }
    default:
      return "CAST(NULL AS " + name + ")";
  }
}

}  // namespace lab::functions
