#include "engine/written_statistics.h"

#include <algorithm>

#include "duckdb.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/duck_type.h"

namespace lab::engine {
namespace {

using types::DataType;
using types::TypeKind;

// Keys are what COPY prints them as; values NULL or text.
std::vector<std::pair<std::string, duckdb::Value>> entries(const duckdb::Value& map) {
  std::vector<std::pair<std::string, duckdb::Value>> result;
  if (map.IsNull()) return result;
  for (const auto& entry : duckdb::MapValue::GetChildren(map)) {
    const auto& pair = duckdb::StructValue::GetChildren(entry);
    result.emplace_back(duckdb::StringValue::Get(pair[0]), pair[1]);
  }
  return result;
}

const duckdb::Value* find(const std::vector<std::pair<std::string, duckdb::Value>>& list, const std::string& key) {
  for (const auto& [name, value] : list) {
    if (name == key) return value.IsNull() ? nullptr : &value;
  }
  return nullptr;
}

std::optional<types::Value> parse(const duckdb::Value* text, const DataType& type) {
  if (!text) return std::nullopt;
  const auto as = [&](const duckdb::LogicalType& target) { return text->DefaultCastAs(target, true); };
  switch (type.kind()) {
    case TypeKind::Boolean:
      // Parquet's writer prints booleans as numbers.
      // Booleans come as the digits of their bytes.
      return types::Value{text->ToString() == "1" || text->ToString() == "true"};
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long:
    case TypeKind::DayTimeInterval:
    case TypeKind::YearMonthInterval: return types::Value{std::int64_t{duckdb::BigIntValue::Get(as(duckdb::LogicalType::BIGINT))}};
    case TypeKind::Float:
    case TypeKind::Double: return types::Value{duckdb::DoubleValue::Get(as(duckdb::LogicalType::DOUBLE))};
    case TypeKind::Decimal: {
      const auto value = as(duckdb::LogicalType::DECIMAL(38, static_cast<std::uint8_t>(type.scale())));
      const auto unscaled = value.GetValueUnsafe<duckdb::hugeint_t>();
      return types::Value{types::Decimal{(types::Int128{unscaled.upper} << 64) | types::Int128{unscaled.lower}, type.scale()}};
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return types::Value{duckdb::StringValue::Get(*text)};
    case TypeKind::Date: return types::Value{std::int64_t{duckdb::DateValue::Get(as(duckdb::LogicalType::DATE)).days}};
    case TypeKind::Timestamp:
      return types::Value{std::int64_t{as(duckdb::LogicalType::TIMESTAMP_TZ).GetValueUnsafe<duckdb::timestamp_t>().value}};
    case TypeKind::TimestampNtz:
      return types::Value{std::int64_t{as(duckdb::LogicalType::TIMESTAMP).GetValueUnsafe<duckdb::timestamp_t>().value}};
    default: return std::nullopt;
  }
}

using Entries = std::vector<std::pair<std::string, duckdb::Value>>;

// COPY names a field inside a struct by the whole path, each part quoted.
void add_leaves(const std::string& name, const DataType& type, const DataType& physical, const Entries& columns, std::vector<scan::ColumnStatistics>& leaves) {
  if (type.is(TypeKind::Struct)) {
    for (std::size_t i = 0; i < type.fields().size(); ++i)
      add_leaves(name + "." + duckdb::KeywordHelper::WriteQuoted(physical.fields()[i].name, '"'), type.fields()[i].type, physical.fields()[i].type, columns, leaves);
    return;
  }
  scan::ColumnStatistics& statistics = leaves.emplace_back();
  const auto* found = type.is_atomic() ? find(columns, name) : nullptr;
  if (!found) return;
  const Entries known = entries(*found);
  if (const auto* nulls = find(known, "null_count")) statistics.num_nulls = std::stoll(duckdb::StringValue::Get(*nulls));
  statistics.minimum = parse(find(known, "min"), type);
  // NaN is above every number and in neither bound.
  const auto* has_nan = find(known, "has_nan");
  if (!has_nan || duckdb::StringValue::Get(*has_nan) != "true") statistics.maximum = parse(find(known, "max"), type);
}

// Delta's text of a partition value: instants as ISO 8601 in UTC, all else as Spark prints it.
std::string partition_text(std::string text, const DataType& type) {
  if (type.is(TypeKind::Timestamp)) {
    std::ranges::replace(text, ' ', 'T');
    if (text.find('.') == std::string::npos) text += ".000000";
    text.resize(std::min(text.find('.') + 7, text.size() + 7), '0');
    return text + "Z";
  }
  return text;
}

}  // namespace

WrittenFile read_written_file(duckdb::DataChunk& chunk, std::size_t row, const Statement& statement, const WriteSpec& spec) {
  WrittenFile file;
  file.path = duckdb::StringValue::Get(chunk.GetValue(0, row));
  file.num_rows = static_cast<std::int64_t>(duckdb::UBigIntValue::Get(chunk.GetValue(1, row)));
  file.num_bytes = static_cast<std::int64_t>(duckdb::UBigIntValue::Get(chunk.GetValue(2, row)));
  const auto columns = entries(chunk.GetValue(4, row));
  const auto keys = entries(chunk.GetValue(5, row));
  for (const int partition : spec.partition_by) {
    const auto i = static_cast<std::size_t>(partition);
    const auto* text = find(keys, spec.column_names[i]);
    file.partition_values.push_back(text ? std::optional(partition_text(duckdb::StringValue::Get(*text), statement.schema[i].type))
                                         : std::nullopt);
  }
  for (std::size_t i = 0; i < statement.schema.size(); ++i) {
    if (std::ranges::find(spec.partition_by, static_cast<int>(i)) != spec.partition_by.end()) continue;
    add_leaves(duckdb::KeywordHelper::WriteQuoted(spec.column_names[i], '"'), statement.schema[i].type,
               spec.physical_types.empty() ? statement.schema[i].type : spec.physical_types[i], columns, file.statistics);
  }
  return file;
}

}  // namespace lab::engine
