#include "lower/lowering.h"

namespace lab::lower {

using namespace plan::bound;

namespace {

// Beside its columns every row knows its round and how many rows the rounds before had, so that the limits can be judged.
std::string recursion_name(std::uint32_t id) { return "r" + std::to_string(id); }

std::string branch(const std::string& text, const std::string& alias, const Columns& columns, const std::string& round, const std::string& rows) {
  std::vector<std::string> outputs;
  for (const Column& column : columns) outputs.push_back(column_name(column.id));
  outputs.push_back(round);
  outputs.push_back(rows);
  return "SELECT " + comma_list(outputs) + " FROM (" + text + ") AS " + alias;
}

}  // namespace

Select Lowering::lower(const Recursion& node, const Relation& relation) {
  const std::string name = recursion_name(node.id);
  std::vector<std::string> names, outputs;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    names.push_back("k" + std::to_string(i));
    outputs.push_back(names.back() + " AS " + column_name(relation.columns[i].id));
  }
  names.emplace_back("round_at");
  names.emplace_back("rows_before");
  const std::string anchor = branch(this->relation(*node.anchor).text(), next_alias(), node.anchor->columns, "'0'::BIGINT", "'0'::BIGINT");
  const std::string step = branch(this->relation(*node.step).text(), next_alias(), node.step->columns, "(SELECT max(round_at) + 1 FROM " + name + ")",
                                  "(SELECT max(rows_before) + count(*) FROM " + name + ")");
  Select select;
  select.from = "(WITH RECURSIVE " + name + "(" + comma_list(names) + ") AS (" + anchor + " UNION ALL " + step + ") SELECT " + comma_list(outputs) + " FROM " + name +
                ") AS " + next_alias();
  select.pass(relation.columns);
  return select;
}

Select Lowering::lower(const RecursionRef& node, const Relation& relation) {
  const std::string name = recursion_name(node.id);
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) outputs.push_back("k" + std::to_string(i) + " AS " + column_name(relation.columns[i].id));
  if (outputs.empty()) outputs.emplace_back("true AS no_columns");
  std::string text = "SELECT " + comma_list(outputs) + " FROM " + name;
  std::string tests;
  const auto number = [](std::int64_t value) { return "'" + std::to_string(value) + "'::BIGINT"; };
  if (node.most_rounds) tests = "lab_recursion_rounds(round_at, " + number(*node.most_rounds) + ")";
  if (node.most_rows)
    tests += (tests.empty() ? "" : " AND ") + ("lab_recursion_rows((SELECT max(rows_before) + count(*) FROM " + name + "), " + number(*node.most_rows) + ")");
  if (!tests.empty()) text += " WHERE " + tests;
  Select select;
  select.from = "(" + text + ") AS " + next_alias();
  select.pass(relation.columns);
  return select;
}

}  // namespace lab::lower
