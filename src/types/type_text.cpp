#include "types/type_text.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "types/field_comment.h"
#include "types/type_names.h"

namespace lab::types {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

template <typename Field_>
std::string interval_name(Field_ from, Field_ to) {
  std::string text = "interval ";
  text += field_word(from);
  if (from != to) (text += " to ") += field_word(to);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Names of types without members, as simpleString has them.
std::string plain_name(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null: return "void";
    case TypeKind::Boolean: return "boolean";
    case TypeKind::Byte: return "tinyint";
    case TypeKind::Short: return "smallint";
    case TypeKind::Int: return "int";
    case TypeKind::Long: return "bigint";
    case TypeKind::Float: return "float";
    case TypeKind::Double: return "double";
    case TypeKind::Decimal: return "decimal(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) + ")";
    case TypeKind::String: return type.collation().empty() ? "string" : "string collate " + type.collation();
    case TypeKind::Char: return "char(" + std::to_string(type.length()) + ")";
    case TypeKind::Varchar: return "varchar(" + std::to_string(type.length()) + ")";
    case TypeKind::Binary: return "binary";
    case TypeKind::Date: return "date";
    case TypeKind::Timestamp: return "timestamp";
    case TypeKind::TimestampNtz: return "timestamp_ntz";
    case TypeKind::DayTimeInterval: return interval_name(type.day_time_from(), type.day_time_to());
    case TypeKind::YearMonthInterval: return interval_name(type.year_month_from(), type.year_month_to());
    case TypeKind::CalendarInterval: return "interval";
    case TypeKind::Variant: return "variant";
    case TypeKind::Array: return "array";
    case TypeKind::Map: return "map";
    case TypeKind::Struct: return "struct";
  }
  return "unknown";
}

void append_simple(std::string& out, const DataType& type, std::size_t max_fields) {
  switch (type.kind()) {
    case TypeKind::Array:
      out += "array<";
      append_simple(out, type.element(), max_fields);
      out += '>';
      return;
    case TypeKind::Map:
      out += "map<";
      append_simple(out, type.key(), max_fields);
      out += ',';
      append_simple(out, type.value(), max_fields);
      out += '>';
      return;
    case TypeKind::Struct: {
      const auto& fields = type.fields();
      const std::size_t shown = std::min(fields.size(), max_fields);
      out += "struct<";
      for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += ',';
        out += fields[i].name + ":";
        append_simple(out, fields[i].type, max_fields);
      }
      if (shown < fields.size()) out += (shown > 0 ? ",... " : "... ") + std::to_string(fields.size() - shown) + " more fields";
      out += '>';
      return;
    }
    default: out += plain_name(type);
  }
}

void append_sql(std::string& out, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Array:
      out += "ARRAY<";
      append_sql(out, type.element());
      out += '>';
      return;
    case TypeKind::Map:
      out += "MAP<";
      append_sql(out, type.key());
      out += ", ";
      append_sql(out, type.value());
      out += '>';
      return;
    case TypeKind::Struct: {
      out += "STRUCT<";
      bool first = true;
      for (const auto& field : type.fields()) {
        if (!first) out += ", ";
        first = false;
        out += quote_if_needed(field.name) + ": ";
        append_sql(out, field.type);
        if (!field.nullable) out += " NOT NULL";
        if (const auto comment = field_comment(field)) out += " COMMENT '" + escape_single_quotes(*comment) + "'";
      }
      out += '>';
      return;
    }
    default: {
      std::string name = plain_name(type);
      // The collation's own name keeps its case.
      const std::size_t end = type.is(TypeKind::String) ? std::min<std::size_t>(name.size(), 15) : name.size();
      std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(end), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      out += name;
    }
  }
}

/// Spark's typeName, as printSchema shows it.
std::string type_name(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Byte: return "byte";
    case TypeKind::Short: return "short";
    case TypeKind::Int: return "integer";
    case TypeKind::Long: return "long";
    default: return plain_name(type);
  }
}

std::string escape_meta_characters(std::string_view name) {
  std::string text;
  for (const char c : name) {
    switch (c) {
      case '\n': text += "\\n"; break;
      case '\r': text += "\\r"; break;
      case '\t': text += "\\t"; break;
      case '\f': text += "\\f"; break;
      case '\b': text += "\\b"; break;
      case '\v': text += "\\v"; break;
      case '\a': text += "\\a"; break;
      default: text += c;
    }
  }
  return text;
}

const char* boolean_word(bool value) { return value ? "true" : "false"; }

void append_fields(std::string& out, const std::vector<Field>& fields, const std::string& prefix, int depth);

void append_members(std::string& out, const DataType& type, const std::string& prefix, int depth) {
  if (depth <= 0) return;
  const std::string deeper = prefix + "    |";
  switch (type.kind()) {
    case TypeKind::Array:
      out += prefix + "-- element: " + type_name(type.element()) + " (containsNull = " + boolean_word(type.contains_null()) + ")\n";
      append_members(out, type.element(), deeper, depth - 1);
      return;
    case TypeKind::Map:
      out += prefix + "-- key: " + type_name(type.key()) + "\n";
      append_members(out, type.key(), deeper, depth - 1);
      out += prefix + "-- value: " + type_name(type.value()) + " (valueContainsNull = " + boolean_word(type.contains_null()) + ")\n";
      append_members(out, type.value(), deeper, depth - 1);
      return;
    case TypeKind::Struct: append_fields(out, type.fields(), prefix, depth); return;
    default: return;
  }
}

void append_fields(std::string& out, const std::vector<Field>& fields, const std::string& prefix, int depth) {
  for (const auto& field : fields) {
    out += prefix + "-- " + escape_meta_characters(field.name) + ": " + type_name(field.type) + " (nullable = " + boolean_word(field.nullable) + ")\n";
    append_members(out, field.type, prefix + "    |", depth - 1);
  }
}

}  // namespace

std::string simple_string(const DataType& type, std::size_t max_fields) {
  std::string out;
  append_simple(out, type, max_fields == 0 ? kNoLimit : max_fields);
  return out;
}

std::string catalog_string(const DataType& type) { return simple_string(type, 0); }

std::string sql_string(const DataType& type) {
  std::string out;
  append_sql(out, type);
  return out;
}

std::string quoted_sql(const DataType& type) { return '"' + sql_string(type) + '"'; }

std::string schema_to_ddl(const Schema& schema) {
  std::string out;
  for (const auto& field : schema) {
    if (!out.empty()) out += ',';
    out += quote_if_needed(field.name) + " ";
    append_sql(out, field.type);
    if (!field.nullable) out += " NOT NULL";
    if (const auto comment = field_comment(field)) out += " COMMENT '" + escape_single_quotes(*comment) + "'";
  }
  return out;
}

std::string tree_string(const Schema& schema, int max_level) {
  std::string out = "root\n";
  append_fields(out, schema, " |", max_level > 0 ? max_level : std::numeric_limits<int>::max());
  return out;
}

}  // namespace lab::types
