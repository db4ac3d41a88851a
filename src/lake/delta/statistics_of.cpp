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

  /// Asked once per leaf, in order; `path` is its logical name, and a struct that is named takes its fields along.
  bool takes(const std::string& path) {
    if (!named_) return left_ > 0 && left_-- > 0;
    const std::string lower = lower_case(path);
    return std::any_of(names_.begin(), names_.end(), [&](const std::string& name) { return lower == name || lower.starts_with(name + "."); });
  }

 private:
  bool named_ = false;
  std::vector<std::string> names_;
  std::int64_t left_ = 0;
};

void append_entry(std::string& object, const std::string& key, const std::string& json) {
  if (!object.empty()) object += ',';
  types::append_json_string(object, key);
  object += ':' + json;
}

/// The three objects of statistics, filled leaf by leaf.
struct Bounds {
  std::string minimums, maximums, nulls;
};

class BoundWriter {
 public:
  BoundWriter(const Metadata& metadata, const std::vector<scan::ColumnStatistics>& leaves) : mode_(mapping_mode(metadata)), indexed_(metadata), leaves_(leaves) {}

  void add(Bounds& into, const Field& field, const std::string& parent) {
    const std::string path = parent.empty() ? field.name : parent + "." + field.name, name = physical_name(field, mode_);
    if (field.type.is(TypeKind::Struct)) {
      Bounds inside;
      for (const Field& child : field.type.fields()) add(inside, child, path);
      if (!inside.minimums.empty()) append_entry(into.minimums, name, "{" + inside.minimums + "}");
      if (!inside.maximums.empty()) append_entry(into.maximums, name, "{" + inside.maximums + "}");
      if (!inside.nulls.empty()) append_entry(into.nulls, name, "{" + inside.nulls + "}");
      return;
    }
    const bool taken = indexed_.takes(path);
    if (next_ >= leaves_.size()) return;
    const scan::ColumnStatistics& leaf = leaves_[next_++];
    if (!taken) return;
    if (leaf.minimum)
      if (const auto json = bound_json(*leaf.minimum, field.type, false)) append_entry(into.minimums, name, *json);
    if (leaf.maximum)
      if (const auto json = bound_json(*leaf.maximum, field.type, true)) append_entry(into.maximums, name, *json);
    if (leaf.num_nulls) append_entry(into.nulls, name, std::to_string(*leaf.num_nulls));
  }

 private:
  const MappingMode mode_;
  Indexed indexed_;
  const std::vector<scan::ColumnStatistics>& leaves_;
  std::size_t next_ = 0;
};

}  // namespace

std::size_t num_leaves(const DataType& type) {
  if (!type.is(TypeKind::Struct)) return 1;
  std::size_t count = 0;
  for (const Field& field : type.fields()) count += num_leaves(field.type);
  return count;
}

std::string statistics_of(std::int64_t num_rows, const Metadata& metadata, const std::vector<scan::ColumnStatistics>& columns) {
  BoundWriter writer(metadata, columns);
  Bounds bounds;
  for (const Field& field : metadata.schema) {
    const bool is_partition =
        std::any_of(metadata.partition_columns.begin(), metadata.partition_columns.end(), [&](const std::string& name) { return same_name(name, field.name); });
    if (!is_partition) writer.add(bounds, field, {});
  }
  std::string json = "{\"numRecords\":" + std::to_string(num_rows) + ",\"minValues\":{" + bounds.minimums + "},\"maxValues\":{" + bounds.maximums +
                     "},\"nullCount\":{" + bounds.nulls + "}";
  if (is_true_property(metadata, "delta.enableDeletionVectors")) json += ",\"tightBounds\":true";
  return json + "}";
}

}  // namespace lab::lake::delta
