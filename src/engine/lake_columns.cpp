#include "engine/lake_columns.h"

#include "duckdb/common/string_util.hpp"
#include "engine/duck_type.h"

namespace lab::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::MultiFileColumnDefinition;
using types::DataType;
using types::TypeKind;

bool holds_struct(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Struct:
    case TypeKind::Variant:
    case TypeKind::CalendarInterval: return true;
    case TypeKind::Array: return holds_struct(type.element());
    case TypeKind::Map: return holds_struct(type.key()) || holds_struct(type.value());
    default: return false;
  }
}

// `physical` is the same type with the names that the files have.
MultiFileColumnDefinition definition(const std::string& name, const std::string& physical_name, const DataType& type, const DataType& physical) {
  MultiFileColumnDefinition column(name, to_duck(type));
  column.identifier = duckdb::Value(physical_name);
  column.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(column.type));
  if (!holds_struct(type)) return column;
  switch (type.kind()) {
    case TypeKind::Struct:
      for (std::size_t i = 0; i < type.fields().size(); ++i) {
        column.children.push_back(
            definition("f" + std::to_string(i), physical.fields()[i].name, type.fields()[i].type, physical.fields()[i].type));
      }
      break;
    case TypeKind::Variant:
      column.children.push_back(definition("f0", "value", TypeKind::Binary, TypeKind::Binary));
      column.children.push_back(definition("f1", "metadata", TypeKind::Binary, TypeKind::Binary));
      break;
    case TypeKind::Array: column.children.push_back(definition("list", "list", type.element(), physical.element())); break;
    case TypeKind::Map:
      column.children.push_back(definition("key", "key", type.key(), physical.key()));
      column.children.push_back(definition("value", "value", type.value(), physical.value()));
      break;
    default: break;
  }
  return column;
}

const MultiFileColumnDefinition* find_by_name(const duckdb::vector<MultiFileColumnDefinition>& columns, const std::string& name) {
  for (const auto& column : columns) {
    if (column.name == name) return &column;
  }
  for (const auto& column : columns) {
    if (duckdb::StringUtil::CIEquals(column.name, name)) return &column;
  }
  return nullptr;
}

const MultiFileColumnDefinition* find_by_id(const duckdb::vector<MultiFileColumnDefinition>& columns, std::int32_t id) {
  for (const auto& column : columns) {
    if (!column.identifier.IsNull() && column.identifier.type().id() == LogicalTypeId::INTEGER && column.GetIdentifierFieldId() == id) {
      return &column;
    }
  }
  return nullptr;
}

void follow(MultiFileColumnDefinition& column, const MultiFileColumnDefinition& file_column) {
  column.identifier = duckdb::Value(file_column.name);
  switch (column.type.id()) {
    case LogicalTypeId::STRUCT:
      for (auto& child : column.children) {
        if (const auto* found = find_by_name(file_column.children, child.GetIdentifierName())) follow(child, *found);
      }
      break;
    case LogicalTypeId::LIST:
      if (!column.children.empty() && !file_column.children.empty()) follow(column.children[0], file_column.children[0]);
      break;
    case LogicalTypeId::MAP:
      if (column.children.size() == 2 && file_column.children.size() == 1 && file_column.children[0].children.size() == 2) {
        follow(column.children[0], file_column.children[0].children[0]);
        follow(column.children[1], file_column.children[0].children[1]);
      }
      break;
    default: break;
  }
}

bool is_instant(const LogicalType& type) { return type.id() == LogicalTypeId::TIMESTAMP_TZ || type.id() == LogicalTypeId::TIMESTAMP; }

/// Types whose values Spark reads as those of another by their bits alone: numbers that are days, and nanoseconds that are numbers.
bool has_bits_of(const LogicalType& type, const LogicalType& wanted) {
  if (is_instant(type) && is_instant(wanted)) return true;
  if (type.id() == LogicalTypeId::INTEGER && wanted.id() == LogicalTypeId::DATE) return true;
  return type.id() == LogicalTypeId::TIMESTAMP_NS && wanted.id() == LogicalTypeId::BIGINT;
}

// `type` with TIMESTAMPs of the kind that `wanted` has.
LogicalType with_zones_of(const LogicalType& type, const LogicalType& wanted) {
  if (has_bits_of(type, wanted)) return wanted;
  if (type.id() != wanted.id()) return type;
  if (type.id() == LogicalTypeId::LIST) {
    return LogicalType::LIST(with_zones_of(duckdb::ListType::GetChildType(type), duckdb::ListType::GetChildType(wanted)));
  }
  if (type.id() == LogicalTypeId::MAP) {
    return LogicalType::MAP(with_zones_of(duckdb::MapType::KeyType(type), duckdb::MapType::KeyType(wanted)),
                            with_zones_of(duckdb::MapType::ValueType(type), duckdb::MapType::ValueType(wanted)));
  }
  return type;
}

// A column of the file and what the table has in its place. Both kinds of instants have the same bits; a cast between them would go
// through a calendar.
void read_zones(MultiFileColumnDefinition& file_column, const MultiFileColumnDefinition& column) {
  if (column.children.empty()) {
    file_column.type = with_zones_of(file_column.type, column.type);
    return;
  }
  switch (column.type.id()) {
    case LogicalTypeId::STRUCT: {
      if (file_column.type.id() != LogicalTypeId::STRUCT) return;
      for (const auto& child : column.children) {
        for (auto& file_child : file_column.children) {
          if (file_child.name == child.GetIdentifierName()) read_zones(file_child, child);
        }
      }
      duckdb::child_list_t<LogicalType> children;
      for (const auto& child : file_column.children) children.emplace_back(child.name, child.type);
      file_column.type = LogicalType::STRUCT(std::move(children));
      return;
    }
    case LogicalTypeId::LIST:
      if (file_column.type.id() != LogicalTypeId::LIST || file_column.children.empty()) return;
      read_zones(file_column.children[0], column.children[0]);
      file_column.type = LogicalType::LIST(file_column.children[0].type);
      return;
    case LogicalTypeId::MAP: {
      if (file_column.type.id() != LogicalTypeId::MAP || file_column.children.empty() || file_column.children[0].children.size() != 2) return;
      auto& entry = file_column.children[0];
      for (int i = 0; i < 2; ++i) read_zones(entry.children[static_cast<std::size_t>(i)], column.children[static_cast<std::size_t>(i)]);
      file_column.type = LogicalType::MAP(entry.children[0].type, entry.children[1].type);
      entry.type = duckdb::ListType::GetChildType(file_column.type);
      return;
    }
    default: return;
  }
}

}  // namespace

duckdb::vector<MultiFileColumnDefinition> lake_columns(const scan::FileScan& scan) {
  duckdb::vector<MultiFileColumnDefinition> columns;
  for (const scan::FileColumn& column : scan.columns) {
    const DataType& type = column.field.type;
    columns.push_back(definition("x" + std::to_string(columns.size()), column.physical_name, type, column.physical_type.value_or(type)));
    if (column.missing_value) {
      columns.back().default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(to_duck(*column.missing_value, type));
    }
  }
  for (const types::Field& field : scan.partition_columns) {
    columns.push_back(definition("x" + std::to_string(columns.size()), field.name, field.type, field.type));
  }
  return columns;
}

duckdb::vector<MultiFileColumnDefinition> map_to_file(const duckdb::vector<MultiFileColumnDefinition>& columns,
                                                      const duckdb::vector<MultiFileColumnDefinition>& file_columns,
                                                      const scan::FileScan& scan) {
  auto mapped = columns;
  for (std::size_t i = 0; i < scan.columns.size() && i < mapped.size(); ++i) {
    const scan::FileColumn& column = scan.columns[i];
    const MultiFileColumnDefinition* found = column.field_id ? find_by_id(file_columns, *column.field_id) : nullptr;
    if (!found) found = find_by_name(file_columns, column.physical_name);
    if (found) follow(mapped[i], *found);
  }
  return mapped;
}

void read_zones_of(duckdb::vector<MultiFileColumnDefinition>& file_columns, const duckdb::vector<MultiFileColumnDefinition>& columns) {
  for (const auto& column : columns) {
    for (auto& file_column : file_columns) {
      if (file_column.name == column.GetIdentifierName()) read_zones(file_column, column);
    }
  }
}

}  // namespace lab::engine
