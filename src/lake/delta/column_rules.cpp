#include "lake/delta/column_rules.h"

#include <nlohmann/json.hpp>
#include <vector>

namespace lab::lake::delta {

using types::DataType;
using types::Field;
using types::TypeKind;

namespace {

using RuleJson = nlohmann::ordered_json;

constexpr std::string_view kInternalKeys[] = {"delta.columnMapping.", "delta.generationExpression", "delta.identity.", "delta.typeChanges", "delta.invariants",
                                              "CURRENT_DEFAULT", "EXISTS_DEFAULT"};

// Most fields have none of these: a look at the text is enough for them.
RuleJson rules_of(const Field& field, std::string_view key) {
  if (field.metadata.find(key) == std::string::npos) return RuleJson::object();
  RuleJson json = RuleJson::parse(field.metadata, nullptr, false);
  return json.is_object() ? json : RuleJson::object();
}

std::optional<std::string> text_rule(const Field& field, const char* key) {
  const RuleJson rules = rules_of(field, key);
  const auto found = rules.find(key);
  if (found == rules.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

bool is_internal(const std::string& key) {
  for (const std::string_view internal : kInternalKeys)
    if (key.starts_with(internal)) return true;
  return false;
}

std::string public_metadata(const std::string& metadata) {
  bool has_any = false;
  for (const std::string_view internal : kInternalKeys) has_any = has_any || metadata.find(internal) != std::string::npos;
  if (!has_any) return metadata;
  RuleJson json = RuleJson::parse(metadata, nullptr, false);
  if (!json.is_object()) return metadata;
  std::vector<std::string> gone;
  for (const auto& [key, value] : json.items())
    if (is_internal(key)) gone.push_back(key);
  for (const std::string& key : gone) json.erase(key);
  return json.empty() ? "" : json.dump();
}

DataType public_type(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Array: return DataType::array(public_type(type.element()), type.contains_null());
    case TypeKind::Map: return DataType::map(public_type(type.key()), public_type(type.value()), type.contains_null());
    case TypeKind::Struct: return DataType::structure(without_internal_metadata(type.fields()));
    default: return type;
  }
}

}  // namespace

std::optional<std::string> generation_expression(const Field& field) { return text_rule(field, "delta.generationExpression"); }
std::optional<std::string> current_default(const Field& field) { return text_rule(field, "CURRENT_DEFAULT"); }

std::optional<Identity> identity_of(const Field& field) {
  const RuleJson rules = rules_of(field, "delta.identity.");
  if (!rules.contains("delta.identity.start") || !rules.contains("delta.identity.step")) return std::nullopt;
  Identity identity;
  const auto number = [&](const char* key, std::int64_t otherwise) {
    const auto found = rules.find(key);
    return found != rules.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
  };
  identity.start = number("delta.identity.start", 1);
  identity.step = number("delta.identity.step", 1);
  if (rules.contains("delta.identity.highWaterMark")) identity.high_water_mark = number("delta.identity.highWaterMark", identity.start);
  const auto explicit_rule = rules.find("delta.identity.allowExplicitInsert");
  identity.allows_explicit = explicit_rule != rules.end() && explicit_rule->is_boolean() && explicit_rule->get<bool>();
  return identity;
}

void set_identity_mark(Field& field, std::int64_t mark) {
  RuleJson rules = rules_of(field, "delta.identity.");
  rules["delta.identity.highWaterMark"] = mark;
  field.metadata = rules.dump();
}

types::Schema without_internal_metadata(const types::Schema& schema) {
  types::Schema result = schema;
  for (Field& field : result) {
    field.metadata = public_metadata(field.metadata);
    field.type = public_type(field.type);
  }
  return result;
}

}  // namespace lab::lake::delta
