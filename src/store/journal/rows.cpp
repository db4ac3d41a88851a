#include "store/journal/rows.h"

#include <fmt/format.h>

#include "base/error.h"
#include "store/journal/sqlite.h"
#include "store/journal/table_set.h"

namespace lab::store {
namespace {

Row read_row(const journal::Statement& statement, int first_column, std::size_t num_columns) {
  Row row;
  row.reserve(num_columns);
  for (std::size_t i = 0; i < num_columns; ++i) row.push_back(statement.value(first_column + static_cast<int>(i)));
  return row;
}

void bind_key(journal::Statement& statement, int first, const Key& key) {
  for (std::size_t i = 0; i < key.size(); ++i) statement.bind(first + static_cast<int>(i), key[i]);
}

void check_whole_key(const TableInfo& table, const Key& key) {
  LAB_CHECK(key.size() == table.spec.num_key_columns, "a key of " + table.spec.name + " has another number of columns");
}

// ` AND a = ? AND (a, b) > (?, ?)`; the values in the order of their placeholders go to `values`.
std::string range_terms(const TableInfo& table, const RowRange& range, std::vector<const Value*>& values) {
  LAB_CHECK(range.prefix.size() <= table.spec.num_key_columns);
  std::string terms;
  for (std::size_t i = 0; i < range.prefix.size(); ++i) {
    terms += fmt::format(" AND {} = ?", table.spec.columns[i].name);
    values.push_back(&range.prefix[i]);
  }
  if (range.after) {
    check_whole_key(table, *range.after);
    terms += fmt::format(" AND ({}) > (", table.key_columns);
    for (std::size_t i = 0; i < range.after->size(); ++i) {
      terms += i == 0 ? "?" : ", ?";
      values.push_back(&(*range.after)[i]);
    }
    terms += ")";
  }
  return terms;
}

Value limit_value(std::size_t limit) {
  return limit > static_cast<std::size_t>(INT64_MAX) ? std::int64_t{-1} : static_cast<std::int64_t>(limit);
}

RowVersion read_version(const journal::Statement& statement, std::size_t num_columns) {
  RowVersion version{read_row(statement, 2, num_columns), CommitNumber{statement.integer(0)}, std::nullopt};
  if (statement.integer(1) != kStillOpen) version.closed = CommitNumber{statement.integer(1)};
  return version;
}

}  // namespace

journal::Connection& connection_of(const Rows& rows) { return *rows.connection_; }

std::optional<Row> Rows::find_row(std::string_view table_name, const Key& key, Branch branch) const {
  const auto& table = tables_->get(table_name);
  check_whole_key(table, key);
  if (table.spec.kind == RowKind::Live) return find_live_row(table, key);
  auto statement = connection_->prepare(table.find);
  if (table.is_history()) statement.bind(1, branch.value);
  bind_key(statement, table.is_history() ? 2 : 1, key);
  if (!statement.step()) return std::nullopt;
  return read_row(statement, 0, table.spec.columns.size());
}

std::optional<RowVersion> Rows::find_row_as_of(std::string_view table_name, const Key& key, CommitNumber at,
                                               Branch branch) const {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(table.is_history());
  check_whole_key(table, key);
  auto statement = connection_->prepare(table.find_as_of);
  statement.bind(1, branch.value).bind(2, at.value);
  bind_key(statement, 3, key);
  if (!statement.step()) return std::nullopt;
  return read_version(statement, table.spec.columns.size());
}

std::vector<Row> Rows::scan_rows(std::string_view table_name, const RowRange& range, Branch branch) const {
  const auto& table = tables_->get(table_name);
  if (table.spec.kind == RowKind::Live) return scan_live_rows(table, range);
  LAB_CHECK(table.spec.kind != RowKind::Event || !range.after);
  std::vector<const Value*> values;
  auto sql = fmt::format("SELECT {} FROM {} WHERE ", table.columns, table.spec.name);
  sql += table.is_history() ? fmt::format("branch = {} AND closed = {}", branch.value, kStillOpen) : "1";
  sql += range_terms(table, range, values);
  sql += fmt::format(" ORDER BY {}", table.spec.kind == RowKind::Event ? "rowid" : table.key_columns);
  sql += " LIMIT ?";
  const auto limit = limit_value(range.limit);
  values.push_back(&limit);
  auto statement = connection_->prepare(sql);
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i) + 1, *values[i]);
  std::vector<Row> rows;
  while (statement.step()) rows.push_back(read_row(statement, 0, table.spec.columns.size()));
  return rows;
}

std::vector<Row> Rows::scan_rows_as_of(std::string_view table_name, CommitNumber at, const RowRange& range,
                                       Branch branch) const {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(table.is_history());
  std::vector<const Value*> values;
  const Value moment = at.value;
  values = {&moment, &moment};
  auto sql = fmt::format("SELECT {} FROM {} WHERE branch = {} AND opened <= ? AND closed > ?", table.columns,
                         table.spec.name, branch.value);
  sql += range_terms(table, range, values);
  sql += fmt::format(" ORDER BY {} LIMIT ?", table.key_columns);
  const auto limit = limit_value(range.limit);
  values.push_back(&limit);
  auto statement = connection_->prepare(sql);
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i) + 1, *values[i]);
  std::vector<Row> rows;
  while (statement.step()) rows.push_back(read_row(statement, 0, table.spec.columns.size()));
  return rows;
}

std::vector<RowVersion> Rows::history_of(std::string_view table_name, const Key& key, Branch branch) const {
  const auto& table = tables_->get(table_name);
  LAB_CHECK(table.is_history());
  check_whole_key(table, key);
  std::vector<const Value*> values;
  const RowRange range{.prefix = key};
  const auto terms = range_terms(table, range, values);
  // In two halves, so that each has its index.
  std::vector<RowVersion> versions;
  for (const auto* half : {"closed <", "closed ="}) {
    auto statement = connection_->prepare(
        fmt::format("SELECT opened, closed, {} FROM {} WHERE branch = {} AND {} {}{} ORDER BY opened", table.columns,
                    table.spec.name, branch.value, half, kStillOpen, terms));
    for (std::size_t i = 0; i < values.size(); ++i) statement.bind(static_cast<int>(i) + 1, *values[i]);
    while (statement.step()) versions.push_back(read_version(statement, table.spec.columns.size()));
  }
  return versions;
}

void Rows::query(std::string_view sql, std::span<const Value> parameters,
                 const std::function<bool(const Row&)>& each) const {
  auto statement = connection_->prepare(sql);
  for (std::size_t i = 0; i < parameters.size(); ++i) statement.bind(static_cast<int>(i) + 1, parameters[i]);
  while (statement.step())
    if (!each(read_row(statement, 0, static_cast<std::size_t>(statement.num_columns())))) return;
}

std::optional<Row> Rows::find_live_row(const TableInfo& table, const Key& key) const {
  const auto encoded = encode_key(key);
  if (live_ != nullptr) {
    const auto written = live_->tables.find(table.spec.name);
    if (written != live_->tables.end()) {
      const auto found = written->second.find(encoded);
      if (found != written->second.end()) return found->second;
    }
  }
  return tables_->find_live(table.spec.name, encoded);
}

std::vector<Row> Rows::scan_live_rows(const TableInfo& table, const RowRange& range) const {
  const auto prefix = encode_key(range.prefix);
  const auto after = range.after ? encode_key(*range.after) : std::string();
  auto found = tables_->scan_live(table.spec.name, prefix, after);
  if (live_ != nullptr) {
    const auto written = live_->tables.find(table.spec.name);
    if (written != live_->tables.end()) {
      for (const auto& [key, row] : written->second) {
        if (!key.starts_with(prefix) || (range.after && key <= after)) continue;
        if (row)
          found.insert_or_assign(key, *row);
        else
          found.erase(key);
      }
    }
  }
  std::vector<Row> rows;
  for (auto& [key, row] : found) {
    if (rows.size() == range.limit) break;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace lab::store
