#include "engine/parquet_types.h"

#include "engine/duck_type.h"

namespace lab::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;

/// Parquet's type under one of DuckDB's; empty: one that Spark has no rule for.
std::string physical_name(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN: return "BOOLEAN";
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::DATE: return "INT32";
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: return "INT64";
    case LogicalTypeId::FLOAT: return "FLOAT";
    case LogicalTypeId::DOUBLE: return "DOUBLE";
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB: return "BINARY";
    case LogicalTypeId::DECIMAL: return "FIXED_LEN_BYTE_ARRAY";
    default: return "";
  }
}

bool is_small_integer(const LogicalType& type) { return physical_name(type) == "INT32" && type.id() != LogicalTypeId::DATE && type.id() != LogicalTypeId::UINTEGER; }

bool is_time_of_file(const LogicalType& type) { return physical_name(type) == "INT64" && type.id() != LogicalTypeId::BIGINT; }

bool reads_as_decimal(const LogicalType& from, const LogicalType& to) {
  const int scale = duckdb::DecimalType::GetScale(to), whole = duckdb::DecimalType::GetWidth(to) - scale;
  if (is_small_integer(from)) return whole >= 10;
  if (from.id() == LogicalTypeId::BIGINT) return whole >= 20;
  if (from.id() != LogicalTypeId::DECIMAL) return false;
  const int from_scale = duckdb::DecimalType::GetScale(from);
  return scale >= from_scale && whole >= duckdb::DecimalType::GetWidth(from) - from_scale;
}

bool reads_as(const LogicalType& from, const LogicalType& to) {
  if (from.id() == to.id() && from.id() != LogicalTypeId::DECIMAL) return true;
  if (physical_name(from).empty()) return true;
  switch (to.id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER: return is_small_integer(from);
    case LogicalTypeId::BIGINT: return is_small_integer(from) || from.id() == LogicalTypeId::UINTEGER;
    case LogicalTypeId::DOUBLE: return is_small_integer(from) || from.id() == LogicalTypeId::FLOAT;
    case LogicalTypeId::DECIMAL: return reads_as_decimal(from, to);
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::BLOB: return physical_name(from) == "BINARY";
    case LogicalTypeId::TIMESTAMP: return is_time_of_file(from) || from.id() == LogicalTypeId::DATE;
    case LogicalTypeId::TIMESTAMP_TZ: return is_time_of_file(from);
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DATE: return false;
    default: return true;
  }
}

/// What reads_as() allows and Spark 3.5 does not: its reader has a loop for each type, and none that converts.
bool is_wider(const LogicalType& from, const LogicalType& to) {
  switch (to.id()) {
    case LogicalTypeId::BIGINT: return is_small_integer(from);
    case LogicalTypeId::DOUBLE: return from.id() != LogicalTypeId::DOUBLE;
    case LogicalTypeId::DECIMAL: return from.id() != LogicalTypeId::DECIMAL || duckdb::DecimalType::GetScale(from) != duckdb::DecimalType::GetScale(to);
    case LogicalTypeId::TIMESTAMP: return from.id() == LogicalTypeId::DATE;
    default: return false;
  }
}

}  // namespace

std::optional<TypeMismatch> find_type_mismatch(const std::string& column, const types::DataType& type, const LogicalType& file_type, bool widens) {
  const LogicalType wanted = to_duck(type);
  const auto mismatch = [&](std::string actual) { return TypeMismatch{"[" + column + "]", type, std::move(actual)}; };
  if (type.is(types::TypeKind::Array)) {
    if (!file_type.IsNested()) return mismatch(physical_name(file_type));
    if (file_type.id() != LogicalTypeId::LIST) return mismatch("");
    return find_type_mismatch(column + ", list, element", type.element(), duckdb::ListType::GetChildType(file_type), widens);
  }
  if (wanted.id() != file_type.id() && (wanted.IsNested() || file_type.IsNested())) return mismatch("");
  if (wanted.IsNested() || (reads_as(file_type, wanted) && (widens || !is_wider(file_type, wanted)))) return std::nullopt;
  return mismatch(physical_name(file_type));
}

}  // namespace lab::engine
