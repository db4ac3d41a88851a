#include "lake/delta/parsed_statistics.h"

#include "lake/delta/json_reader.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

using types::TypeKind;
using JsonKind = JsonReader::Kind;

std::optional<types::Value> read_bound(JsonReader& json, const types::DataType& type) {
  switch (json.kind()) {
    case JsonKind::Text: return parse_value(json.text(), type);
    // The token itself: a decimal has more digits than a double.
    case JsonKind::Number:
    case JsonKind::Boolean: return parse_value(json.token(), type);
    default: json.skip(); return std::nullopt;
  }
}

// Statistics name columns in the order of the schema, so the search begins behind the last hit.
class Columns {
 public:
  explicit Columns(const std::vector<StatisticsColumn>& columns) : columns_(columns) {}
  std::optional<std::size_t> find(std::string_view name) {
    for (std::size_t step = 0; step < columns_.size(); ++step) {
      const std::size_t i = next_ + step < columns_.size() ? next_ + step : next_ + step - columns_.size();
      if (columns_[i].name != name) continue;
      next_ = i + 1 < columns_.size() ? i + 1 : 0;
      return i;
    }
    return std::nullopt;
  }

 private:
  const std::vector<StatisticsColumn>& columns_;
  std::size_t next_ = 0;
};

template <typename Each>
void for_columns(JsonReader& json, const std::vector<StatisticsColumn>& wanted, Each each) {
  if (json.kind() != JsonKind::Object) return json.skip();
  Columns columns(wanted);
  json.object([&](std::string_view key) {
    if (const auto i = columns.find(key))
      each(*i);
    else
      json.skip();
  });
}

bool is_cut_to_millis(const types::DataType& type) { return type.is(TypeKind::Timestamp) || type.is(TypeKind::TimestampNtz); }

bool read_all(const std::string& text, const std::vector<StatisticsColumn>& columns, FileStatistics& into) {
  bool is_tight = true;
  JsonReader json(text);
  json.object([&](std::string_view key) {
    if (key == "numRecords" && json.kind() == JsonKind::Number) {
      into.num_rows = json.integer();
    } else if (key == "tightBounds" && json.kind() == JsonKind::Boolean) {
      is_tight = json.boolean();
    } else if (columns.empty()) {
      json.skip();
    } else if (key == "minValues") {
      for_columns(json, columns, [&](std::size_t i) { into.columns[i].minimum = read_bound(json, columns[i].type); });
    } else if (key == "maxValues") {
      for_columns(json, columns, [&](std::size_t i) {
        auto bound = read_bound(json, columns[i].type);
        if (bound && is_cut_to_millis(columns[i].type)) bound->data = bound->integer() + 1000;
        into.columns[i].maximum = std::move(bound);
      });
    } else if (key == "nullCount") {
      for_columns(json, columns, [&](std::size_t i) {
        if (json.kind() == JsonKind::Number)
          into.columns[i].num_nulls = json.integer();
        else
          json.skip();
      });
    } else {
      json.skip();
    }
  });
  return is_tight;
}

}  // namespace

FileStatistics parse_statistics(const AddFile& file, const std::vector<StatisticsColumn>& columns) {
  FileStatistics result;
  result.columns.resize(columns.size());
  if (file.stats.empty()) return result;
  bool is_tight = true;
  try {
    is_tight = read_all(file.stats, columns, result);
  } catch (const JsonError&) {
    // Statistics only help to leave files out; without them the file is read.
    result = {};
    result.columns.resize(columns.size());
  }
  if (!is_tight || file.deletion_vector) {
    // Counted before rows were deleted: only "none" and "all" still hold.
    for (auto& column : result.columns)
      if (column.num_nulls && *column.num_nulls != 0 && column.num_nulls != result.num_rows) column.num_nulls.reset();
  }
  return result;
}

std::optional<std::int64_t> num_records(const AddFile& file) { return parse_statistics(file, {}).num_rows; }

}  // namespace lab::lake::delta
