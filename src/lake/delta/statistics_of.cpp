#include <algorithm>
#include <cmath>

#include "lake/delta/column_mapping.h"
#include "lake/delta/table.h"
#include "lake/delta/time_text.h"
#include "lake/delta/values.h"
#include "types/field_comment.h"

namespace lab::lake::delta {

using types::DataType;
using types::Field;
using types::TypeKind;

namespace {

constexpr std::size_t kMostCharacters = 32;

// The byte at which character `count` begins, or the length.
std::size_t prefix_bytes(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    --count;
  }
  return at;
}

std::string cut_minimum(const std::string& text) { return text.substr(0, prefix_bytes(text, kMostCharacters)); }

// A cut text is below the whole one, so a character that is above what was cut is put behind it.
std::optional<std::string> cut_maximum(const std::string& text) {
  constexpr std::string_view kAsciiMost = "\x7f", kMost = "\xf4\x8f\xbf\xbf";
  for (std::size_t length = kMostCharacters; length <= 2 * kMostCharacters; ++length) {
    const std::size_t at = prefix_bytes(text, length);
    if (at == text.size()) return text;
    const std::string_view next(text.data() + at, prefix_bytes(text.substr(at, 4), 1));
    if (next < kAsciiMost) return text.substr(0, at) + std::string(kAsciiMost);
    if (next < kMost) return text.substr(0, at) + std::string(kMost);
  }
  return std::nullopt;
}

std::optional<std::string> bound_json(const types::Value& value, const DataType& type, bool is_maximum) {
  if (value.is_null()) return std::nullopt;
  std::string json;
  switch (type.kind()) {
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return std::to_string(value.integer());
    case TypeKind::Float:
    case TypeKind::Double:
      // Infinity and NaN have no form as JSON numbers that all readers take.
      if (!std::isfinite(value.real())) return std::nullopt;
      return java_text(value.real(), type.is(TypeKind::Float));
    case TypeKind::Decimal: {
      const auto& decimal = std::get<types::Decimal>(value.data);
      return types::decimal_text(decimal.unscaled, decimal.scale);
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: {
      if (is_maximum) {
        const auto cut = cut_maximum(value.text());
        if (!cut) return std::nullopt;
        types::append_json_string(json, *cut);
      } else {
        types::append_json_string(json, cut_minimum(value.text()));
      }
      return json;
    }
    case TypeKind::Date: types::append_json_string(json, date_text(value.integer())); return json;
    case TypeKind::Timestamp: types::append_json_string(json, timestamp_text(value.integer(), 3) + "Z"); return json;
    case TypeKind::TimestampNtz: types::append_json_string(json, timestamp_text(value.integer(), 3)); return json;
    default: return std::nullopt;
  }
}

/// Which columns have statistics: those that a table names, else its first leaves.
class Indexed {
 public:
  explicit Indexed(const Metadata& metadata) {
    const std::string names = table_property(metadata.configuration, "delta.dataSkippingStatsColumns");
    if (!names.empty()) {
      named_ = true;
      std::string name;
      bool quoted = false;
      for (const char c : names + ",") {
        if (c == '`') {
          quoted = !quoted;
        } else if (c == ',' && !quoted) {
          names_.push_back(lower_case(name));
          name.clear();
        } else if (c != ' ' || quoted) {
          name += c;
        }
      }
      return;
    }
    const auto count = parse_value(table_property(metadata.configuration, "delta.dataSkippingNumIndexedCols"), TypeKind::Int);
    left_ = count ? count->integer() : 32;
    if (left_ < 0) left_ = INT64_MAX;
  }

  /// Asked once per column, in order.
  bool takes(const Field& field) {
    if (named_) return std::find(names_.begin(), names_.end(), lower_case(field.name)) != names_.end();
    const std::int64_t leaves = num_leaves(field.type);
    const bool fits = left_ > 0;
    left_ -= std::min(left_, leaves);
    return fits;
  }

 private:
  static std::int64_t num_leaves(const DataType& type) {
    if (!type.is(TypeKind::Struct)) return 1;
    std::int64_t count = 0;
    for (const Field& field : type.fields()) count += num_leaves(field.type);
    return count;
  }

  bool named_ = false;
  std::vector<std::string> names_;
  std::int64_t left_ = 0;
};

void append_entry(std::string& object, const std::string& key, const std::string& json) {
  if (!object.empty()) object += ',';
  types::append_json_string(object, key);
  object += ':' + json;
}

}  // namespace

std::string statistics_of(std::int64_t num_rows, const Metadata& metadata, const std::vector<scan::ColumnStatistics>& columns) {
  const MappingMode mode = mapping_mode(metadata);
  Indexed indexed(metadata);
  std::string minimums, maximums, nulls;
  std::size_t next = 0;
  for (const Field& field : metadata.schema) {
    const bool is_partition =
        std::any_of(metadata.partition_columns.begin(), metadata.partition_columns.end(), [&](const std::string& name) { return same_name(name, field.name); });
    if (is_partition) continue;
    const bool taken = indexed.takes(field);
    if (next >= columns.size()) break;
    const scan::ColumnStatistics& column = columns[next++];
    if (!taken) continue;
    const std::string name = physical_name(field, mode);
    if (column.minimum)
      if (const auto json = bound_json(*column.minimum, field.type, false)) append_entry(minimums, name, *json);
    if (column.maximum)
      if (const auto json = bound_json(*column.maximum, field.type, true)) append_entry(maximums, name, *json);
    if (column.num_nulls) append_entry(nulls, name, std::to_string(*column.num_nulls));
  }
  std::string json = "{\"numRecords\":" + std::to_string(num_rows) + ",\"minValues\":{" + minimums + "},\"maxValues\":{" + maximums +
                     "},\"nullCount\":{" + nulls + "}";
  if (is_true_property(metadata, "delta.enableDeletionVectors")) json += ",\"tightBounds\":true";
  return json + "}";
}

}  // namespace lab::lake::delta
