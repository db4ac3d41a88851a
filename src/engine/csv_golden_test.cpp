#include <arrow/api.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "scan/text_schema.h"
#include "types/type_text.h"

namespace lab::engine {
namespace {

using types::TypeKind;

struct CsvSource : scan::TableSource {
  types::Schema fields;
  scan::TextScan text;

  const types::Schema& schema() const override { return fields; }
  std::string name() const override { return "csv"; }
  const scan::TextScan* text_scan() const override { return &text; }
};

// As the recorder prints them: whole numbers for dates and instants.
std::string plain_sql(std::size_t i, const types::DataType& type) {
  const std::string column = "x" + std::to_string(i);
  if (type.is(TypeKind::Date)) return "CAST(" + column + " - DATE '1970-01-01' AS VARCHAR)";
  if (type.is(TypeKind::Timestamp)) return "CAST(epoch_us(" + column + ") AS VARCHAR)";
  if (type.is(TypeKind::Boolean)) return "CASE WHEN " + column + " THEN 'True' WHEN NOT " + column + " THEN 'False' END";
  return "CAST(" + column + " AS VARCHAR)";
}

bool same_value(const std::string& wanted, const std::string& found) {
  if (wanted == found) return true;
  char *wanted_end = nullptr, *found_end = nullptr;
  const double a = std::strtod(wanted.c_str(), &wanted_end), b = std::strtod(found.c_str(), &found_end);
  return !wanted.empty() && *wanted_end == 0 && *found_end == 0 && (a == b || (a != a && b != b));
}

TEST(CsvScan, reads_what_spark_reads) {
  const char* root = std::getenv("LAB_TEST_ROOT");
  if (!root) GTEST_SKIP() << "LAB_TEST_ROOT says where the goldens are";
  std::ifstream file(std::string(root) + "/tests/golden/csv/cases.json");
  const auto cases = nlohmann::json::parse(file);
  ASSERT_GT(cases.size(), 50U);
  const auto instance = Instance::open({.memory_limit_bytes = 256ULL << 20, .threads = 2});
  const auto path = std::filesystem::temp_directory_path() / ("dflab_csv_" + std::to_string(::getpid()) + ".csv");

  for (const auto& one : cases) {
    std::string data;
    for (const int byte : one["data"]) data += static_cast<char>(byte);
    std::ofstream(path, std::ios::binary) << data;
    auto source = std::make_shared<CsvSource>();
    for (const auto& [key, value] : one["options"].items()) source->text.options[key] = value;
    source->text.files.push_back({.path = path, .num_bytes = static_cast<std::int64_t>(data.size())});
    const std::string name = data + " " + one["options"].dump() + " " + one["schema"].dump();
    source->fields = one["schema"].is_null() ? scan::infer_schema(source->text, {}) : types::parse_schema(one["schema"].get<std::string>());
    std::vector<std::string> columns;
    for (const auto& field : source->fields) columns.push_back(field.name + ":" + types::simple_string(field.type));
    EXPECT_EQ(nlohmann::json(columns), one["columns"]) << name;
    if (columns.empty() || nlohmann::json(columns) != one["columns"]) continue;

    Statement statement{.inputs = {{"i0", source}}};
    for (std::size_t i = 0; i < source->fields.size(); ++i) {
      statement.sql += (i > 0 ? ", " : "SELECT ") + plain_sql(i, source->fields[i].type);
      statement.schema.push_back({"c", TypeKind::String});
    }
    statement.sql += " FROM i0";
    nlohmann::json rows = nlohmann::json::array();
    const auto stream = instance->run(statement, {});
    while (const auto batch = stream->next(1 << 20)) {
      for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
        auto cells = nlohmann::json::array();
        for (int i = 0; i < batch->num_columns(); ++i) {
          const auto& column = static_cast<const arrow::StringArray&>(*batch->column(i));
          cells.push_back(column.IsNull(row) ? nlohmann::json() : nlohmann::json(column.GetString(row)));
        }
        rows.push_back(std::move(cells));
      }
    }
    bool same = rows.size() == one["rows"].size();
    for (std::size_t row = 0; same && row < rows.size(); ++row) {
      for (std::size_t i = 0; same && i < rows[row].size(); ++i) {
        const auto &wanted = one["rows"][row][i], &found = rows[row][i];
        same = wanted.is_null() == found.is_null() && (wanted.is_null() || same_value(wanted, found));
      }
    }
    EXPECT_TRUE(same) << name << "\nwanted " << one["rows"].dump() << "\nfound  " << rows.dump();
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace lab::engine
