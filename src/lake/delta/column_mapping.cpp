#include "lake/delta/column_mapping.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/ids.h"
#include "lake/delta/conditions.h"
#include "lake/delta/table.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {

using types::DataType;
using types::Field;
using types::TypeKind;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kId = "delta.columnMapping.id";
constexpr const char* kName = "delta.columnMapping.physicalName";

Json metadata_of(const Field& field) {
  if (field.metadata.empty()) return Json::object();
  Json json = Json::parse(field.metadata, nullptr, false);
  return json.is_object() ? json : Json::object();
}

DataType map_structs(const DataType& type, const std::function<std::vector<Field>(const std::vector<Field>&)>& change) {
  switch (type.kind()) {
    case TypeKind::Array: return DataType::array(map_structs(type.element(), change), type.contains_null());
    case TypeKind::Map: return DataType::map(map_structs(type.key(), change), map_structs(type.value(), change), type.contains_null());
    case TypeKind::Struct: return DataType::structure(change(type.fields()));
    default: return type;
  }
}

class Assigner {
 public:
  Assigner(bool keeps_names, std::int32_t last) : keeps_names_(keeps_names), last_(last) {}

  void assign(std::vector<Field>& fields, const std::vector<Field>& before) {
    for (Field& field : fields) {
      const auto old = std::find_if(before.begin(), before.end(), [&](const Field& other) { return same_name(other.name, field.name); });
      Json metadata = metadata_of(field);
      if (old != before.end()) {
        const Json known = metadata_of(*old);
        for (const char* key : {kId, kName})
          if (!metadata.contains(key) && known.contains(key)) metadata[key] = known[key];
      }
      if (!metadata.contains(kId)) metadata[kId] = ++last_;
      if (!metadata.contains(kName)) metadata[kName] = keeps_names_ ? field.name : "col-" + random_uuid();
      last_ = std::max(last_, metadata[kId].is_number_integer() ? metadata[kId].get<std::int32_t>() : 0);
      field.metadata = metadata.dump();
      field.type = assigned(field.type, old == before.end() ? DataType() : old->type);
    }
  }
  std::int32_t last() const { return last_; }

 private:
  DataType assigned(const DataType& type, const DataType& old) {
    const bool same = old.kind() == type.kind();
    switch (type.kind()) {
      case TypeKind::Array: return DataType::array(assigned(type.element(), same ? old.element() : DataType()), type.contains_null());
      case TypeKind::Map:
        return DataType::map(assigned(type.key(), same ? old.key() : DataType()), assigned(type.value(), same ? old.value() : DataType()), type.contains_null());
      case TypeKind::Struct: {
        std::vector<Field> fields = type.fields();
        assign(fields, same ? old.fields() : std::vector<Field>{});
        return DataType::structure(std::move(fields));
      }
      default: return type;
    }
  }

  bool keeps_names_;
  std::int32_t last_;
};

void collect_changes(const std::string& prefix, const Field& field, std::vector<TypeChange>& changes) {
  const std::string path = prefix.empty() ? field.name : prefix + "." + field.name;
  const Json metadata = metadata_of(field);
  if (const auto found = metadata.find("delta.typeChanges"); found != metadata.end() && found->is_array())
    for (const Json& change : *found)
      if (change.is_object()) changes.push_back({path, change.value("fromType", ""), change.value("toType", "")});
  const std::function<void(const DataType&)> inside = [&](const DataType& type) {
    switch (type.kind()) {
      case TypeKind::Array: inside(type.element()); break;
      case TypeKind::Map:
        inside(type.key());
        inside(type.value());
        break;
      case TypeKind::Struct:
        for (const Field& child : type.fields()) collect_changes(path, child, changes);
        break;
      default: break;
    }
  };
  inside(field.type);
}

}  // namespace

MappingMode mapping_mode(const Metadata& metadata) {
  const std::string mode = lower_case(table_property(metadata.configuration, "delta.columnMapping.mode"));
  if (mode == "name") return MappingMode::Name;
  if (mode == "id") return MappingMode::Id;
  return MappingMode::None;
}

std::string physical_name(const Field& field, MappingMode mode) {
  if (mode == MappingMode::None) return field.name;
  const Json metadata = metadata_of(field);
  const auto found = metadata.find(kName);
  return found != metadata.end() && found->is_string() ? found->get<std::string>() : field.name;
}

std::optional<std::int32_t> field_id(const Field& field) {
  const Json metadata = metadata_of(field);
  const auto found = metadata.find(kId);
  if (found == metadata.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int32_t>();
}

DataType physical_type(const DataType& type, MappingMode mode) {
  if (mode == MappingMode::None) return type;
  return map_structs(type, [mode](const std::vector<Field>& fields) {
    std::vector<Field> renamed = fields;
    for (Field& field : renamed) {
      field.type = physical_type(field.type, mode);
      field.name = physical_name(field, mode);
    }
    return renamed;
  });
}

void assign_column_mapping(Metadata& metadata, const types::Schema& before, bool keeps_names) {
  if (mapping_mode(metadata) == MappingMode::None) return;
  const auto last = parse_value(table_property(metadata.configuration, "delta.columnMapping.maxColumnId"), TypeKind::Int);
  std::int32_t highest = last ? static_cast<std::int32_t>(last->integer()) : 0;
  const std::function<void(const std::vector<Field>&)> look = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      highest = std::max(highest, field_id(field).value_or(0));
      map_structs(field.type, [&](const std::vector<Field>& inner) {
        look(inner);
        return inner;
      });
    }
  };
  look(metadata.schema);
  look(before);
  Assigner assigner(keeps_names, highest);
  assigner.assign(metadata.schema, before);
  metadata.configuration.insert_or_assign("delta.columnMapping.maxColumnId", std::to_string(assigner.last()));
}

std::vector<TypeChange> type_changes(const types::Schema& schema) {
  std::vector<TypeChange> changes;
  for (const Field& field : schema) collect_changes("", field, changes);
  return changes;
}

std::optional<std::string> invariant_of(const Field& field) {
  const Json metadata = metadata_of(field);
  const auto found = metadata.find("delta.invariants");
  if (found == metadata.end() || !found->is_string()) return std::nullopt;
  const Json rule = Json::parse(found->get<std::string>(), nullptr, false);
  if (!rule.is_object() || !rule.contains("expression")) return std::nullopt;
  const Json& expression = rule["expression"];
  if (!expression.is_object() || !expression.contains("expression") || !expression["expression"].is_string()) return std::nullopt;
  return expression["expression"].get<std::string>();
}

std::vector<PhysicalColumn> physical_columns(const Metadata& metadata) {
  const MappingMode mode = mapping_mode(metadata);
  std::vector<PhysicalColumn> columns;
  for (const Field& field : metadata.schema)
    columns.push_back({physical_name(field, mode), mode == MappingMode::None ? std::nullopt : field_id(field), physical_type(field.type, mode)});
  return columns;
}

std::vector<std::pair<std::string, std::string>> check_constraints(const Metadata& metadata) {
  constexpr std::string_view kPrefix = "delta.constraints.";
  std::vector<std::pair<std::string, std::string>> constraints;
  for (const auto& [key, expression] : metadata.configuration)
    if (lower_case(key).starts_with(kPrefix)) constraints.emplace_back(key.substr(kPrefix.size()), expression);
  for (const Field& field : metadata.schema)
    if (auto expression = invariant_of(field)) constraints.emplace_back("EXPRESSION(" + *expression + ")", *expression);
  return constraints;
}

}  // namespace lab::lake::delta
