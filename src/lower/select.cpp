#include "lower/select.h"

namespace lab::lower {

std::string column_name(ColumnId id) { return "c" + std::to_string(static_cast<std::uint32_t>(id)); }

std::string comma_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += ", ";
    text += item;
  }
  return text;
}

void Select::pass(const plan::bound::Columns& columns) {
  outputs.clear();
  for (const auto& column : columns) outputs.push_back({column.id, column_name(column.id)});
  is_computed = false;
}

namespace {

std::string conjunction(const std::vector<std::string>& conjuncts) {
  std::string text;
  for (const std::string& conjunct : conjuncts) text += (text.empty() ? "" : " AND ") + conjunct;
  return text;
}

}  // namespace

// What cannot raise is also written bare, so that DuckDB can use it in scans and joins; the CASE keeps the rest from rows that fail it.
std::string Select::condition() const {
  std::string guarded;
  for (auto conjunct = raising_where.rbegin(); conjunct != raising_where.rend(); ++conjunct) {
    guarded = guarded.empty() ? *conjunct : "CASE WHEN " + *conjunct + " THEN " + guarded + " ELSE false END";
  }
  if (guarded.empty()) return conjunction(where);
  if (!guards.empty()) guarded = "CASE WHEN " + conjunction(guards) + " THEN " + guarded + " ELSE false END";
  return where.empty() ? guarded : conjunction(where) + " AND " + guarded;
}

std::string Select::text() const {
  std::string text = set_operation;
  if (text.empty()) {
    text = "SELECT ";
    if (is_distinct) text += "DISTINCT ";
    if (!distinct_on.empty()) text += "DISTINCT ON (" + distinct_on + ") ";
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (i > 0) text += ", ";
      const std::string name = column_name(outputs[i].id);
      text += outputs[i].sql;
      if (outputs[i].sql != name) text += " AS " + name;
    }
    // DuckDB knows no relation without columns.
    if (outputs.empty()) text += "true AS no_columns";
    if (!from.empty()) text += " FROM " + from;
    const std::string filter = condition();
    if (!filter.empty()) text += " WHERE " + filter;
    if (!group_by.empty()) text += " GROUP BY " + group_by;
  }
  if (!order_by.empty()) text += " ORDER BY " + comma_list(order_by);
  if (limit) text += " LIMIT " + std::to_string(*limit);
  if (offset > 0) text += " OFFSET " + std::to_string(offset);
  return text;
}

}  // namespace lab::lower
