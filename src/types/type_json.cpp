#include <nlohmann/json.hpp>

#include "base/error.h"
#include "types/conditions.h"
#include "types/field_comment.h"
#include "types/type_names.h"
#include "types/type_text.h"

namespace lab::types {
namespace {

using Json = nlohmann::ordered_json;

// Spark keeps CHAR and VARCHAR columns as strings whose metadata remember the type as text.
constexpr const char* kCharVarcharKey = "__CHAR_VARCHAR_TYPE_STRING";

bool mentions_character_type(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Char:
    case TypeKind::Varchar: return true;
    case TypeKind::Array: return mentions_character_type(type.element());
    case TypeKind::Map: return mentions_character_type(type.key()) || mentions_character_type(type.value());
    default: return false;  // fields of a struct carry their own metadata
  }
}

DataType with_strings(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Char:
    case TypeKind::Varchar: return TypeKind::String;
    case TypeKind::Array: return DataType::array(with_strings(type.element()), type.contains_null());
    case TypeKind::Map: return DataType::map(with_strings(type.key()), with_strings(type.value()), type.contains_null());
    default: return type;
  }
}

void append_json(std::string& out, const DataType& type);

void append_json_fields(std::string& out, const std::vector<Field>& fields) {
  out += R"({"type":"struct","fields":[)";
  bool first = true;
  for (const auto& field : fields) {
    if (!first) out += ',';
    first = false;
    out += R"({"name":)";
    append_json_string(out, field.name);
    out += R"(,"type":)";
    std::string metadata = field.metadata.empty() ? "{}" : field.metadata;
    if (mentions_character_type(field.type)) {
      metadata = with_metadata_entry(metadata, kCharVarcharKey, catalog_string(field.type));
      append_json(out, with_strings(field.type));
    } else {
      append_json(out, field.type);
    }
    out += field.nullable ? R"(,"nullable":true,"metadata":)" : R"(,"nullable":false,"metadata":)";
    out += metadata + "}";
  }
  out += "]}";
}

void append_json(std::string& out, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Array:
      out += R"({"type":"array","elementType":)";
      append_json(out, type.element());
      out += type.contains_null() ? R"(,"containsNull":true})" : R"(,"containsNull":false})";
      return;
    case TypeKind::Map:
      out += R"({"type":"map","keyType":)";
      append_json(out, type.key());
      out += R"(,"valueType":)";
      append_json(out, type.value());
      out += type.contains_null() ? R"(,"valueContainsNull":true})" : R"(,"valueContainsNull":false})";
      return;
    case TypeKind::Struct: append_json_fields(out, type.fields()); return;
    case TypeKind::Byte: out += "\"byte\""; return;
    case TypeKind::Short: out += "\"short\""; return;
    case TypeKind::Int: out += "\"integer\""; return;
    case TypeKind::Long: out += "\"long\""; return;
    default: append_json_string(out, catalog_string(type));
  }
}

[[noreturn]] void refuse(const Json& node) {
  throw Error(conditions::kInvalidJsonDataType, {{"invalidType", node.dump(-1, ' ', false, Json::error_handler_t::replace)}});
}

const Json& member(const Json& node, const char* key) {
  const auto found = node.find(key);
  if (found == node.end()) refuse(node);
  return *found;
}

bool flag(const Json& node, const char* key) {
  const auto& value = member(node, key);
  if (!value.is_boolean()) refuse(node);
  return value.get<bool>();
}

DataType read_name(const Json& node) {
  const auto name = node.get<std::string>();
  if (name == "byte") return TypeKind::Byte;
  if (name == "null") return TypeKind::Null;
  // Names in JSON are a subset of the words of DDL, in lower case.
  if (name.find_first_of("<>:`\n") != std::string::npos) refuse(node);
  try {
    return parse_type(name);
  } catch (const Error&) {
    refuse(node);
  }
}

DataType read_type(const Json& node, int depth);

std::vector<Field> read_fields(const Json& node, int depth) {
  const auto& members = member(node, "fields");
  if (!members.is_array()) refuse(node);
  std::vector<Field> fields;
  fields.reserve(members.size());
  for (const auto& entry : members) {
    if (!entry.is_object()) refuse(entry);
    const auto& name = member(entry, "name");
    if (!name.is_string()) refuse(entry);
    Field field;
    field.name = name.get<std::string>();
    field.type = read_type(member(entry, "type"), depth + 1);
    const auto nullable = entry.find("nullable");
    field.nullable = nullable == entry.end() || !nullable->is_boolean() || nullable->get<bool>();
    if (auto metadata = entry.find("metadata"); metadata != entry.end() && metadata->is_object()) {
      Json kept = *metadata;
      if (const auto original = kept.find(kCharVarcharKey); original != kept.end() && original->is_string()) {
        field.type = parse_type(original->get<std::string>());
        kept.erase(kCharVarcharKey);
      }
      if (!kept.empty()) field.metadata = kept.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

DataType read_type(const Json& node, int depth) {
  if (depth > kMaxTypeDepth) throw Error(conditions::kTypeTooDeep, {{"limit", std::to_string(kMaxTypeDepth)}});
  if (node.is_string()) return read_name(node);
  if (!node.is_object()) refuse(node);
  const auto& type = member(node, "type");
  if (!type.is_string()) refuse(node);
  const auto& kind = type.get_ref<const std::string&>();
  if (kind == "array") return DataType::array(read_type(member(node, "elementType"), depth + 1), flag(node, "containsNull"));
  if (kind == "map")
    return DataType::map(read_type(member(node, "keyType"), depth + 1), read_type(member(node, "valueType"), depth + 1),
                         flag(node, "valueContainsNull"));
  if (kind == "struct") return DataType::structure(read_fields(node, depth));
  // A user-defined type is read as what it is stored as.
  if (kind == "udt") return read_type(member(node, "sqlType"), depth + 1);
  refuse(node);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr char kHex[] = "0123456789ABCDEF";
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::optional<std::string> field_comment(const Field& field) {
  if (field.metadata.find("\"comment\"") == std::string::npos) return std::nullopt;
  const auto metadata = Json::parse(field.metadata, nullptr, false);
  if (!metadata.is_object()) return std::nullopt;
  const auto found = metadata.find("comment");
  if (found == metadata.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::string with_metadata_entry(std::string_view metadata, std::string_view key, std::string_view value) {
  Json object = metadata.empty() ? Json::object() : Json::parse(metadata, nullptr, false);
  if (!object.is_object()) object = Json::object();
  object[std::string(key)] = std::string(value);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string escape_single_quotes(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') result += '\\';
    result += c;
  }
  return result;
}

std::string to_json(const DataType& type) {
  std::string out;
  append_json(out, type);
  return out;
}

std::string schema_to_json(const Schema& schema) {
  std::string out;
  append_json_fields(out, schema);
  return out;
}

DataType parse_type_json(std::string_view text) {
  const auto document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) throw Error(conditions::kInvalidJsonDataType, {{"invalidType", std::string(text)}});
  return read_type(document, 0);
}

Schema parse_schema_json(std::string_view text) {
  const DataType type = parse_type_json(text);
  if (!type.is(TypeKind::Struct)) throw Error(conditions::kInvalidJsonDataType, {{"invalidType", std::string(text)}});
  return type.fields();
}

}  // namespace lab::types
