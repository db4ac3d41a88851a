// Every statement that the oracle recorded from a real Spark parses here, unless Spark refused its text; then with the same
// condition.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "sql/parser.h"

namespace lab::sql {
namespace {

/// Texts that we read differently, each with its reason.
const std::set<std::string> kKnownDifferences{
    "SELECT * FROM target@v1 ORDER BY id",                                // Delta's short form, which the lab takes
    "SELECT a:b",                                                         // 4.2's path into a VARIANT
    "FROM t |> EXTEND *",                                                 // Spark's analysis refuses the star, our parser does
    "SELECT from_json(name, 'bad schema here x') FROM t",            // the error is in the text of an argument
    "EXECUTE IMMEDIATE 'SELEC 1'",                                   // so it is here
    "EXECUTE IMMEDIATE ''",
};

/// Errors of Spark's parser, in both versions; others come from analysis and execution.
bool is_parse_condition(const std::string& name) {
  for (const char* prefix : {"PARSE_", "INVALID_SQL_SYNTAX", "INVALID_NUMERIC_LITERAL_RANGE", "INVALID_TYPED_LITERAL", "UNSUPPORTED_TYPED_LITERAL",
                             "UNSUPPORTED_DATATYPE", "DATATYPE_MISSING_SIZE", "INCOMPLETE_TYPE_DEFINITION", "INVALID_IDENTIFIER", "INVALID_SET_SYNTAX",
                             "UNCLOSED_BRACKETED_COMMENT", "DUPLICATE_CLAUSES", "DUPLICATED_CTE_NAMES", "MERGE_WITHOUT_WHEN", "DUPLICATE_KEY",
                             "SYNTAX_DISCONTINUED", "NON_LAST_", "INVALID_INTERVAL_FORMAT", "INVALID_STATEMENT_OR_CLAUSE", "INVALID_ESC",
                             "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", "MULTIPLE_QUERY_RESULT_CLAUSES", "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES",
                             "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", "QUALIFY_REQUIRES_WINDOW_FUNCTION", "NEAREST_BY_JOIN"})
    if (name.starts_with(prefix)) return true;
  return false;
}

std::filesystem::path recorded_folder() {
  if (const char* root = std::getenv("DFLAB_ROOT")) return std::filesystem::path(root) / "tests/sql";
  for (auto folder = std::filesystem::current_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (std::filesystem::exists(folder / "tests/sql")) return folder / "tests/sql";
  return {};
}

void check_recorded(const std::string& sql, const nlohmann::json& answer, const ParserOptions& options) {
  std::string expected = "parsed";
  bool must_fail = false;
  if (answer.contains("error")) {
    const auto& condition = answer["error"]["condition"];
    const std::string name = condition.is_string() ? condition.get<std::string>() : "";
    // Before 4.0 a part of the parser's errors had numbers for names, like those of other places.
    if (name.empty() || name.starts_with("_LEGACY_ERROR_TEMP_") || name == "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION") return;
    must_fail = is_parse_condition(name);
    if (must_fail) expected = name;
    // Kept for analysis here.
    if (name.starts_with("INVALID_INLINE_TABLE")) must_fail = false;
  }
  try {
    (void)parse_statement(sql, options);
    EXPECT_FALSE(must_fail) << sql << "\nwanted " << expected;
  } catch (const Error& error) {
    if (error.kind() == Kind::Unsupported) return;
    EXPECT_EQ(std::string(error.condition().name), expected) << sql;
    if (must_fail && expected == "PARSE_SYNTAX_ERROR" && answer["error"].contains("parameters")) {
      EXPECT_EQ(error.parameters().at("error"), answer["error"]["parameters"].value("error", "")) << sql;
      EXPECT_EQ(error.parameters().at("hint"), answer["error"]["parameters"].value("hint", "")) << sql;
    }
  }
}

}  // namespace

TEST(RecordedSql, parses_as_spark_did) {
  const auto folder = recorded_folder();
  ASSERT_TRUE(std::filesystem::exists(folder)) << folder;
  ParserOptions spark_3;
  spark_3.is_spark4 = false;
  spark_3.doubled_quotes = false;
  spark_3.bang_is_not = true;
  int checked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream input(entry.path());
    const auto recorded = nlohmann::json::parse(input, nullptr, false);
    if (!recorded.is_array()) continue;
    for (const auto& record : recorded) {
      if (!record.is_object() || !record.contains("sql")) continue;
      const auto sql = record["sql"].get<std::string>();
      if (kKnownDifferences.contains(sql)) continue;
      // What only one version's grammar has is judged by Spark 4; the trees do not differ.
      const char* answer = record.contains("both") ? "both" : "v42";
      if (record.contains(answer)) {
        check_recorded(sql, record[answer], {});
        ++checked;
      } else if (record.contains("v35") && !record["v35"].contains("error")) {
        check_recorded(sql, record["v35"], spark_3);
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 100);
}

}  // namespace lab::sql
