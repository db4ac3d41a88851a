// Statements and what they parse to, one file a family in tests/golden/parser. A statement is followed by a line that begins
// with `->`; LAB_UPDATE_GOLDEN=1 writes those lines anew, for review.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "plan/print.h"
#include "sql/parser.h"

namespace lab::sql {
namespace {

std::filesystem::path golden_folder() {
  if (const char* root = std::getenv("DFLAB_ROOT")) return std::filesystem::path(root) / "tests/golden/parser";
  for (auto folder = std::filesystem::current_path(); folder != folder.root_path(); folder = folder.parent_path())
    if (std::filesystem::exists(folder / "tests/golden/parser")) return folder / "tests/golden/parser";
  return {};
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\n");
  return text;
}

std::string outcome_of(const std::string& sql) {
  try {
    return escaped(plan::print_statement(parse_statement(sql)));
  } catch (const Error& error) {
    std::string text = "error " + std::string(error.condition().name);
    for (const auto& [key, value] : error.parameters()) text += " " + key + "=[" + value + "]";
    if (!error.contexts().empty()) {
      const auto& context = error.contexts().front();
      text += " at " + std::to_string(context.line) + ":" + std::to_string(context.column);
      if (context.start_index >= 0) text += " over [" + context.fragment + "]";
    }
    return escaped(text);
  }
}

struct GoldenCase {
  std::string sql;
  std::string expected;
};

class ParserGolden : public testing::TestWithParam<std::string> {};

TEST_P(ParserGolden, parses_to_the_recorded_tree) {
  const auto path = golden_folder() / (GetParam() + ".txt");
  std::ifstream input(path);
  ASSERT_TRUE(input) << path;
  const bool update = std::getenv("LAB_UPDATE_GOLDEN") != nullptr;
  std::string heading;
  std::vector<GoldenCase> cases;
  std::string sql;
  bool in_heading = true;
  for (std::string line; std::getline(input, line);) {
    if (in_heading && line.starts_with("#")) {
      heading += line + "\n";
    } else if (line.starts_with("-> ") || line == "->") {
      cases.push_back({sql, line.size() > 3 ? line.substr(3) : ""});
      sql.clear();
    } else {
      in_heading = false;
      sql += (sql.empty() ? "" : "\n") + line;
    }
  }
  EXPECT_GT(cases.size(), 10u);
  std::ostringstream output;
  output << heading;
  for (const auto& [text, expected] : cases) {
    const std::string actual = outcome_of(text);
    if (!update) {
      EXPECT_EQ(actual, expected) << text;
    }
    output << text << "\n-> " << actual << "\n";
  }
  if (update) std::ofstream(path) << output.str();
}

INSTANTIATE_TEST_SUITE_P(Families, ParserGolden,
                         testing::Values("expressions", "names", "queries", "relations", "statements", "changes", "errors"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace lab::sql
