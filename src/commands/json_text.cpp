#include "commands/json_text.h"

#include <cmath>

#include "compute/real_math.h"
#include "lake/delta/table.h"

namespace lab::commands {
namespace {

using types::DataType;
using types::TypeKind;
using types::Value;

void append_string(std::string& out, const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
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
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string base64(const std::string& bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63];
  }
  return text;
}

void append_value(std::string& out, const DataType& type, const Value& value, bool keeps_nulls);

void append_fields(std::string& out, const std::vector<types::Field>& fields, const std::vector<std::size_t>& columns, const types::Values& row, bool keeps_nulls) {
  out += '{';
  bool is_first = true;
  for (const std::size_t column : columns) {
    if (row[column].is_null() && !keeps_nulls) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_string(out, fields[column].name);
    out += ':';
    append_value(out, fields[column].type, row[column], keeps_nulls);
  }
  out += '}';
}

void append_value(std::string& out, const DataType& type, const Value& value, bool keeps_nulls) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::Boolean: out += value.boolean() ? "true" : "false"; return;
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: out += std::to_string(value.integer()); return;
    case TypeKind::Float:
    case TypeKind::Double: {
      const double number = value.real();
      const std::string text = type.is(TypeKind::Float) ? compute::real_text(static_cast<float>(number)) : compute::real_text(number);
      if (std::isfinite(number)) {
        out += text;
      } else {
        append_string(out, text);
      }
      return;
    }
    case TypeKind::Decimal: out += types::decimal_text(std::get<types::Decimal>(value.data).unscaled, type.scale()); return;
    case TypeKind::Binary: append_string(out, base64(std::get<types::Binary>(value.data).bytes)); return;
    case TypeKind::Array: {
      out += '[';
      bool is_first = true;
      for (const Value& item : *std::get<types::Elements>(value.data).items) {
        if (!is_first) out += ',';
        is_first = false;
        append_value(out, type.element(), item, keeps_nulls);
      }
      out += ']';
      return;
    }
    case TypeKind::Map: {
      const auto& entries = std::get<types::MapEntries>(value.data);
      out += '{';
      for (std::size_t i = 0; i < entries.keys->size(); ++i) {
        if (i > 0) out += ',';
        const Value& key = (*entries.keys)[i];
        if (std::holds_alternative<std::string>(key.data)) {
          append_string(out, key.text());
        } else {
          std::string text;
          append_value(text, type.key(), key, keeps_nulls);
          append_string(out, text);
        }
        out += ':';
        append_value(out, type.value(), (*entries.values)[i], keeps_nulls);
      }
      out += '}';
      return;
    }
    case TypeKind::Struct: {
      const types::Values& items = *std::get<types::Elements>(value.data).items;
      std::vector<std::size_t> all(items.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
      append_fields(out, type.fields(), all, items, keeps_nulls);
      return;
    }
    default:
      if (std::holds_alternative<std::string>(value.data)) {
        append_string(out, value.text());
      } else {
        // Dates and times inside of nested values: the protocol text of a partition value is theirs too.
        append_string(out, lake::delta::partition_text(value, type).value_or(""));
      }
  }
}

}  // namespace

void append_json_row(std::string& out, const types::Schema& schema, const std::vector<std::size_t>& columns, const types::Values& row, bool keeps_nulls) {
  append_fields(out, schema, columns, row, keeps_nulls);
}

}  // namespace lab::commands
