#include <algorithm>
#include <set>

#include "base/error.h"
#include "lake/delta/column_mapping.h"
#include "lake/delta/conditions.h"
#include "lake/delta/features.h"
#include "lake/delta/table.h"
#include "lake/delta/values.h"
#include "types/type_text.h"

namespace lab::lake::delta {

using types::DataType;
using types::Field;
using types::Schema;
using types::TypeKind;

namespace {

const Field* find_field(const std::vector<Field>& fields, const std::string& name) {
  for (const Field& field : fields)
    if (same_name(field.name, name)) return &field;
  return nullptr;
}

bool is_small_integer(const DataType& type) { return type.is(TypeKind::Byte) || type.is(TypeKind::Short) || type.is(TypeKind::Int); }

std::vector<Field> merge_fields(const std::vector<Field>& table, const std::vector<Field>& data);

DataType merge_types(const DataType& table, const DataType& data) {
  if (data.is(TypeKind::Null)) return table;
  if (table.is(TypeKind::Null)) return data;
  if (table.kind() == data.kind()) {
    switch (table.kind()) {
      case TypeKind::Struct: return DataType::structure(merge_fields(table.fields(), data.fields()));
      case TypeKind::Array: return DataType::array(merge_types(table.element(), data.element()), table.contains_null());
      case TypeKind::Map: return DataType::map(merge_types(table.key(), data.key()), merge_types(table.value(), data.value()), table.contains_null());
      case TypeKind::String:
      case TypeKind::Char:
      case TypeKind::Varchar: return table;
      default: break;
    }
  }
  // The three are one type in Parquet.
  if (is_small_integer(table) && is_small_integer(data)) return table.kind() >= data.kind() ? table : data;
  if (table.is_text() && data.is_text()) return table;
  if (table == data) return table;
  throw Error(conditions::kMergeIncompatibleType,
              {{"currentDataType", types::catalog_string(table)}, {"updateDataType", types::catalog_string(data)}});
}

std::vector<Field> merge_fields(const std::vector<Field>& table, const std::vector<Field>& data) {
  std::vector<Field> result;
  for (const Field& field : table) {
    result.push_back(field);
    const Field* found = find_field(data, field.name);
    if (!found) continue;
    try {
      result.back().type = merge_types(field.type, found->type);
    } catch (const Error& failure) {
      if (&failure.condition() != &conditions::kMergeIncompatibleType && &failure.condition() != &conditions::kFailedToMergeFields) throw;
      throw Error(conditions::kFailedToMergeFields, {{"currentField", field.name}, {"updateField", found->name}});
    }
  }
  for (const Field& field : data)
    if (!find_field(table, field.name)) result.push_back(field);
  return result;
}

bool has_new_fields(const DataType& table, const DataType& data) {
  if (table.kind() != data.kind()) return false;
  switch (table.kind()) {
    case TypeKind::Array: return has_new_fields(table.element(), data.element());
    case TypeKind::Map: return has_new_fields(table.key(), data.key()) || has_new_fields(table.value(), data.value());
    case TypeKind::Struct:
      return std::any_of(data.fields().begin(), data.fields().end(), [&](const Field& field) {
        const Field* found = find_field(table.fields(), field.name);
        return !found || has_new_fields(found->type, field.type);
      });
    default: return false;
  }
}

// Calls `each` with the dotted name of every field, nested ones too.
template <typename Each>
void for_each_field(const std::string& prefix, const std::vector<Field>& fields, Each each) {
  for (const Field& field : fields) {
    const std::string path = prefix.empty() ? field.name : prefix + "." + field.name;
    each(path, field);
    std::vector<std::pair<std::string, const DataType*>> inside = {{path, &field.type}};
    while (!inside.empty()) {
      const auto [where, type] = inside.back();
      inside.pop_back();
      if (type->is(TypeKind::Array)) inside.emplace_back(where + ".element", &type->element());
      if (type->is(TypeKind::Map)) {
        inside.emplace_back(where + ".key", &type->key());
        inside.emplace_back(where + ".value", &type->value());
      }
      if (type->is(TypeKind::Struct)) for_each_field(where, type->fields(), each);
    }
  }
}

bool has_invalid_character(const std::string& name) { return name.find_first_of(" ,;{}()\n\t=") != std::string::npos; }

void check_names(const Metadata& metadata) {
  std::string invalid;
  std::set<std::string> seen, duplicates;
  for_each_field("", metadata.schema, [&](const std::string& path, const Field& field) {
    if (has_invalid_character(field.name)) invalid += (invalid.empty() ? "" : ", ") + field.name;
    if (!seen.insert(lower_case(path)).second) duplicates.insert(lower_case(path));
  });
  if (!duplicates.empty()) {
    std::string names;
    for (const auto& name : duplicates) names += (names.empty() ? "" : ", ") + name;
    throw Error(conditions::kDuplicateColumns, {{"coltype", "in the table schema"}, {"duplicateCols", names}});
  }
  if (!invalid.empty() && mapping_mode(metadata) == MappingMode::None) throw Error(conditions::kInvalidCharacters, {{"invalidColumnNames", invalid}});
}

bool holds_null_type(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null: return true;
    case TypeKind::Array: return holds_null_type(type.element());
    case TypeKind::Map: return holds_null_type(type.key()) || holds_null_type(type.value());
    case TypeKind::Struct:
      return std::any_of(type.fields().begin(), type.fields().end(), [](const Field& field) { return holds_null_type(field.type); });
    default: return false;
  }
}

void check_types(const Metadata& metadata) {
  std::string unsupported;
  for_each_field("", metadata.schema, [&](const std::string& path, const Field& field) {
    if (field.type.is_interval()) unsupported += (unsupported.empty() ? "" : ", ") + std::string("UnsupportedDataTypeInfo(") + path + "," + types::sql_string(field.type) + ")";
  });
  if (!unsupported.empty())
    throw Error(conditions::kUnsupportedDataTypes, {{"dataTypeList", "[" + unsupported + "]"}, {"config", "spark.databricks.delta.schema.typeCheck.enabled"}});
  for (const Field& field : metadata.schema)
    if (field.type.is_nested() && (field.type.is(TypeKind::Array) || field.type.is(TypeKind::Map)) && holds_null_type(field.type))
      throw Error(conditions::kNullTypeInComplex, {{"columName", field.name}, {"dataType", types::catalog_string(field.type)}});
}

void check_partitioning(const Metadata& metadata) {
  std::set<std::string> seen;
  for (const std::string& name : metadata.partition_columns) {
    const Field* field = find_field(metadata.schema, name);
    if (!field) {
      std::string columns;
      for (const Field& each : metadata.schema) columns += (columns.empty() ? "" : ", ") + each.name;
      throw Error(conditions::kMissingPartitionColumn, {{"columnName", name}, {"columnList", columns}});
    }
    if (!seen.insert(lower_case(name)).second) throw Error(conditions::kDuplicateColumns, {{"coltype", "in the partition columns"}, {"duplicateCols", lower_case(name)}});
    if (field->type.is_nested() || field->type.is(TypeKind::Variant) || field->type.is(TypeKind::Null))
      throw Error(conditions::kInvalidPartitionType, {{"name", name}, {"dataType", types::sql_string(field->type)}});
    if (has_invalid_character(name) && mapping_mode(metadata) == MappingMode::None) throw Error(conditions::kInvalidPartitionName);
  }
  if (!metadata.partition_columns.empty() && metadata.partition_columns.size() == metadata.schema.size()) throw Error(conditions::kAllColumnsPartition);
}

void check_all(const Metadata& metadata) {
  check_names(metadata);
  check_types(metadata);
  check_partitioning(metadata);
}

}  // namespace

Schema merge_schema(const Schema& table, const Schema& data, bool allow_new_columns, const std::string& table_id) {
  // A type that does not fit is named first, as Delta does.
  Schema merged = merge_fields(table, data);
  if (!allow_new_columns && has_new_fields(DataType::structure(table), DataType::structure(data)))
    throw Error(conditions::kSchemaMismatch,
                {{"id", table_id}, {"tableSchema", types::tree_string(table)}, {"dataSchema", types::tree_string(data)}});
  return merged;
}

void prepare_new_metadata(Metadata& metadata) {
  normalize_properties(metadata.configuration);
  const std::string mode = lower_case(table_property(metadata.configuration, "delta.columnMapping.mode"));
  if (mode != "none" && mode != "name" && mode != "id")
    throw Error(conditions::kInvalidProperty,
                {{"table", metadata.id}, {"property", "delta.columnMapping.mode"}, {"rule", "must be none, name or id, found " + mode}});
  if (mode != "none") metadata.configuration["delta.columnMapping.mode"] = mode;
  check_all(metadata);
  assign_column_mapping(metadata, {});
}

void prepare_replaced_schema(Metadata& metadata, const Metadata& before) {
  normalize_properties(metadata.configuration);
  const auto mode_of = [](const Metadata& of) { return lower_case(table_property(of.configuration, "delta.columnMapping.mode")); };
  const std::string mode = mode_of(metadata), old_mode = mode_of(before);
  if (mode != old_mode && !(old_mode == "none" && mode == "name"))
    throw Error(conditions::kColumnMappingModeChange, {{"oldMode", old_mode}, {"newMode", mode}});
  check_all(metadata);
  assign_column_mapping(metadata, before.schema, mapping_mode(before) == MappingMode::None);
}

}  // namespace lab::lake::delta
