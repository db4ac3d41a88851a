#include <arrow/api.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "compute/datetime_text.h"
#include "compute/real_math.h"
#include "engine/engine.h"
#include "scan/text_schema.h"
#include "types/type_text.h"

namespace lab::engine {
namespace {

using nlohmann::json;
using types::DataType;
using types::TypeKind;

struct JsonSource : scan::TableSource {
  types::Schema fields;
  scan::TextScan text;

  const types::Schema& schema() const override { return fields; }
  std::string name() const override { return "json"; }
  const scan::TextScan* text_scan() const override { return &text; }
};

std::string clock_text(std::int64_t micros) {
  std::string text = compute::timestamp_text({micros}, compute::Zone::find("UTC"));
  text[text.find(' ')] = 'T';
  return text;
}

// As tools/golden/values.py prints them; numbers with a fraction apart, which are compared as numbers.
json plain(const arrow::Array& array, std::int64_t row, const DataType& type) {
  if (array.IsNull(row)) return nullptr;
  switch (type.kind()) {
    case TypeKind::Boolean: return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case TypeKind::Byte: return static_cast<const arrow::Int8Array&>(array).Value(row);
    case TypeKind::Short: return static_cast<const arrow::Int16Array&>(array).Value(row);
    case TypeKind::Int: return static_cast<const arrow::Int32Array&>(array).Value(row);
    case TypeKind::Long: return static_cast<const arrow::Int64Array&>(array).Value(row);
    case TypeKind::Float: return compute::real_text(static_cast<const arrow::FloatArray&>(array).Value(row));
    case TypeKind::Double: return compute::real_text(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case TypeKind::Decimal: return static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
    case TypeKind::String: return static_cast<const arrow::StringArray&>(array).GetString(row);
    case TypeKind::Binary: {
      std::string hex;
      for (const unsigned char c : static_cast<const arrow::BinaryArray&>(array).GetView(row)) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02X", c);
        hex += digits;
      }
      return hex;
    }
    case TypeKind::Date: {
      std::string text = compute::date_text({static_cast<const arrow::Date32Array&>(array).Value(row)});
      return text;
    }
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return clock_text(static_cast<const arrow::TimestampArray&>(array).Value(row));
    case TypeKind::Array: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      json items = json::array();
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) items.push_back(plain(*list.values(), i, type.element()));
      return items;
    }
    case TypeKind::Map: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      json items = json::array();
      for (auto i = map.value_offset(row); i < map.value_offset(row + 1); ++i)
        items.push_back(json::array({plain(*map.keys(), i, type.key()), plain(*map.items(), i, type.value())}));
      return items;
    }
    case TypeKind::Struct: {
      const auto& structure = static_cast<const arrow::StructArray&>(array);
      json items = json::array();
      for (std::size_t i = 0; i < type.fields().size(); ++i)
        items.push_back(json::array({type.fields()[i].name, plain(*structure.field(static_cast<int>(i)), row, type.fields()[i].type)}));
      return items;
    }
    default: return "?";
  }
}

bool is_same(const json& wanted, const json& found) {
  if (wanted == found) return true;
  if (wanted.is_array() && found.is_array() && wanted.size() == found.size()) {
    return std::equal(wanted.begin(), wanted.end(), found.begin(), is_same);
  }
  if (!wanted.is_string() || !found.is_string()) return false;
  const auto &a = wanted.get_ref<const std::string&>(), &b = found.get_ref<const std::string&>();
  char *a_end = nullptr, *b_end = nullptr;
  const double x = std::strtod(a.c_str(), &a_end), y = std::strtod(b.c_str(), &b_end);
  return !a.empty() && *a_end == 0 && *b_end == 0 && (x == y || (x != x && y != y));
}

json answer_of(JsonSource& source, Instance& instance, const json& schema, bool is_spark4) {
  const auto shared = std::make_shared<JsonSource>(source);
  try {
    // What CHAR, keys of maps and repeated names do to a schema is the commands' business.
    shared->fields = schema.is_null() ? scan::infer_schema(shared->text, {.time_zone = "UTC", .is_spark4 = is_spark4}) : types::parse_schema(schema.get<std::string>());
    json names = json::array(), types = json::array(), rows = json::array();
    for (const auto& field : shared->fields) {
      names.push_back(field.name);
      types.push_back(types::simple_string(field.type));
    }
    if (shared->fields.empty()) return {{"names", names}, {"types", types}};
    Statement statement{.inputs = {{"i0", shared}}};
    for (std::size_t i = 0; i < shared->fields.size(); ++i) {
      statement.sql += (i > 0 ? ", x" : "SELECT x") + std::to_string(i);
      statement.schema.push_back(shared->fields[i]);
    }
    statement.sql += " FROM i0";
    const auto stream = instance.run(statement, {});
    while (const auto batch = stream->next(1 << 20)) {
      for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
        json cells = json::array();
        for (int i = 0; i < batch->num_columns(); ++i) cells.push_back(plain(*batch->column(i), row, shared->fields[static_cast<std::size_t>(i)].type));
        rows.push_back(std::move(cells));
      }
    }
    return {{"names", names}, {"types", types}, {"rows", rows}};
  } catch (const Error& error) {
    return {{"error", std::string(error.condition().name)}};
  }
}

class JsonGolden : public testing::TestWithParam<const char*> {};

TEST_P(JsonGolden, reads_what_spark_reads) {
  const char* root = std::getenv("LAB_TEST_ROOT");
  if (!root) GTEST_SKIP() << "LAB_TEST_ROOT says where the goldens are";
  const std::string version = GetParam();
  std::ifstream file(std::string(root) + "/tests/golden/json/cases.json");
  const auto cases = json::parse(file);
  ASSERT_GT(cases.size(), 300U);
  const auto instance = Instance::open({.memory_limit_bytes = 256ULL << 20, .threads = 2});
  const auto path = std::filesystem::temp_directory_path() / ("dflab_json_" + std::to_string(::getpid()) + ".json");
  for (const auto& one : cases) {
    if (!one.contains("both") && !one.contains(version)) continue;
    const json& wanted = one.contains("both") ? one["both"] : one[version];
    if (wanted.contains("error") && (wanted["error"] == "COLUMN_ALREADY_EXISTS" || wanted["error"] == "INVALID_JSON_SCHEMA_MAP_TYPE" ||
                                     wanted["error"] == "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING" || wanted["error"] == "INVALID_CORRUPT_RECORD_TYPE" ||
                                     wanted["error"] == "INTERNAL_ERROR"))
      continue;
    if (one["options"].contains("locale") || (wanted.contains("error") && wanted["error"].is_string() && wanted["error"].get<std::string>().ends_with("1097"))) continue;
    if (one["schema"].is_string() && one["schema"].get<std::string>().find("INTERVAL") != std::string::npos) continue;
    JsonSource source;
    std::string data;
    // One letter a byte, as the recorder wrote them.
    for (std::size_t i = 0; i < one["data"].get_ref<const std::string&>().size(); ++i) {
      const std::string& text = one["data"].get_ref<const std::string&>();
      const auto c = static_cast<unsigned char>(text[i]);
      data += c < 0x80 ? static_cast<char>(c) : static_cast<char>((c & 3) << 6 | (text[++i] & 0x3F));
    }
    std::ofstream(path, std::ios::binary) << data;
    for (const auto& [key, value] : one["options"].items()) {
      std::string lower = key;
      for (char& c : lower) c = static_cast<char>(std::tolower(c));
      source.text.options[lower] = value;
    }
    source.text.format = scan::TextScan::Format::Json;
    source.text.is_spark4 = version == "v42";
    source.text.files.push_back({.path = path, .num_bytes = static_cast<std::int64_t>(data.size())});
    const json found = answer_of(source, *instance, one["schema"], version == "v42");
    const std::string name = data + " " + one["options"].dump() + " " + one["schema"].dump();
    if (wanted.contains("error")) {
      // A plain Java exception has no condition.
      EXPECT_TRUE(found.contains("error") && (wanted["error"].is_null() || wanted["error"] == found["error"])) << name << "\nwanted " << wanted << "\n found " << found;
      continue;
    }
    EXPECT_EQ(wanted["names"], found.value("names", json())) << name;
    EXPECT_EQ(wanted["types"], found.value("types", json())) << name;
    if (found.contains("rows")) EXPECT_TRUE(is_same(wanted["rows"], found["rows"])) << name << "\nwanted " << wanted << "\n found " << found;
    if (found.contains("error")) ADD_FAILURE() << name << "\nwanted " << wanted << "\n found " << found;
  }
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Versions, JsonGolden, testing::Values("v35", "v42"));

}  // namespace
}  // namespace lab::engine
