#include "sql/parse_error.h"

#include <vector>

namespace lab::sql {
namespace {

/// Lines without their ends; empty ones at the end are dropped, as Java's split does.
std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (true) {
    const auto end = text.find('\n', start);
    lines.push_back(text.substr(start, end - start));
    if (end == std::string::npos) break;
    start = end + 1;
  }
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string marked_text(const QueryContext& context) {
  const auto lines = split_lines(context.sql_text);
  std::string out = "\n== SQL ==\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == static_cast<std::size_t>(context.line)) out += std::string(static_cast<std::size_t>(context.column), '-') + "^^^\n";
    out += lines[i] + "\n";
  }
  if (lines.size() <= static_cast<std::size_t>(context.line)) out += std::string(static_cast<std::size_t>(context.column), '-') + "^^^\n";
  return out;
}

/// Spark's SQLQueryContext.summary: the line with the fragment, cut to 32 characters around it, and carets below.
std::string summary(const QueryContext& context) {
  constexpr int kMargin = 32;
  std::vector<std::string> characters;
  for (const char c : context.sql_text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80 && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, c);
    }
  }
  const int size = static_cast<int>(characters.size());
  std::string out = "== SQL (line " + std::to_string(context.line) + ", position " + std::to_string(context.column + 1) + ") ==\n";
  int line_start = 0;
  for (int i = 0; i < context.start_index && i < size; ++i)
    if (characters[static_cast<std::size_t>(i)] == "\n") line_start = i + 1;
  for (int begin = line_start; begin < size && begin <= context.stop_index;) {
    int end = begin;
    while (end < size && characters[static_cast<std::size_t>(end)] != "\n") ++end;
    const int fragment_start = std::max(begin, context.start_index);
    const int fragment_stop = std::min(end - 1, context.stop_index);
    const int left = std::max(begin, fragment_start - kMargin);
    const int right = std::min(end - 1, fragment_stop + kMargin);
    std::string shown = left > begin ? "..." : "";
    const auto indent = shown.size() + static_cast<std::size_t>(std::max(0, fragment_start - left));
    for (int i = left; i <= right; ++i) shown += characters[static_cast<std::size_t>(i)];
    if (right < end - 1) shown += "...";
    out += shown + "\n" + std::string(indent, ' ') + std::string(static_cast<std::size_t>(std::max(0, fragment_stop - fragment_start + 1)), '^') + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string parse_exception_text(const Error& error, bool is_spark_4) {
  if (error.contexts().empty()) return error.what();
  const auto& context = error.contexts().front();
  const std::string_view name = error.condition().name;
  std::string text = "\n";
  // Conditions from before Spark named them all carry neither name nor SQLSTATE.
  if (!name.starts_with("_LEGACY_ERROR_TEMP")) text += "[" + std::string(name) + "] ";
  text += error.message();
  if (is_spark_4 && !error.condition().sqlstate.empty()) text += " SQLSTATE: " + std::string(error.condition().sqlstate);
  if (is_spark_4 && context.start_index >= 0) return text + "\n" + summary(context);
  if (context.line == 0) return text + "\n== SQL ==\n" + context.sql_text;
  text += is_spark_4 && !error.condition().sqlstate.empty() ? " (line " : "(line ";
  text += std::to_string(context.line) + ", pos " + std::to_string(context.column) + ")\n";
  return text + marked_text(context);
}

}  // namespace lab::sql
