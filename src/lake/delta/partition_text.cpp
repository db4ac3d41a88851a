#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/table.h"
#include "lake/delta/time_text.h"
#include "lake/delta/values.h"
#include "types/type_text.h"

namespace lab::lake::delta {

using types::TypeKind;

namespace {

// What Hive escapes in the names of partition folders.
bool must_escape(unsigned char c) { return c < 0x20 || c == 0x7f || std::string_view("\"#%'*/:=?\\{[]^").find(static_cast<char>(c)) != std::string_view::npos; }

std::string escape_folder(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (must_escape(byte)) {
      result += '%';
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::optional<std::string> partition_text(const types::Value& value, const types::DataType& type) {
  if (value.is_null()) return std::nullopt;
  std::string text;
  switch (type.kind()) {
    case TypeKind::Boolean: text = value.boolean() ? "true" : "false"; break;
    case TypeKind::Float:
    case TypeKind::Double: text = java_text(value.real(), type.is(TypeKind::Float)); break;
    case TypeKind::Decimal: {
      const auto& decimal = std::get<types::Decimal>(value.data);
      text = types::decimal_text(decimal.unscaled, decimal.scale);
      break;
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: text = value.text(); break;
    case TypeKind::Binary: text = std::get<types::Binary>(value.data).bytes; break;
    case TypeKind::Date: text = date_text(value.integer()); break;
    case TypeKind::Timestamp: text = timestamp_text(value.integer(), 6) + "Z"; break;
    case TypeKind::TimestampNtz: {
      // Without trailing zeros, as Spark casts it to a string.
      text = timestamp_text(value.integer(), 6, ' ');
      text.resize(text.find_last_not_of('0') + 1);
      if (text.ends_with('.')) text.pop_back();
      break;
    }
    default: text = std::to_string(value.integer());
  }
  // An empty text cannot be told from NULL in a partition, so it is one.
  if (text.empty()) return std::nullopt;
  return text;
}

types::Value parse_partition_value(const std::optional<std::string>& text, const types::DataType& type) {
  if (!text || text->empty()) return {};
  auto value = parse_value(*text, type);
  if (!value) throw Error(conditions::kFailedCastPartition, {{"value", *text}, {"dataType", types::sql_string(type)}});
  return std::move(*value);
}

std::string partition_folder(const std::vector<std::string>& columns, const std::vector<std::optional<std::string>>& values) {
  std::string folder;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) folder += '/';
    folder += escape_folder(columns[i]) + "=" + (values[i] && !values[i]->empty() ? escape_folder(*values[i]) : "__HIVE_DEFAULT_PARTITION__");
  }
  return folder;
}

}  // namespace lab::lake::delta
