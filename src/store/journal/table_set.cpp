#include "store/journal/table_set.h"

#include <fmt/format.h>
#include <mutex>

#include "base/error.h"
#include "store/commit.h"
#include "store/conditions.h"
#include "store/journal/sqlite.h"

namespace lab::store {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
      return "INTEGER";
    case ColumnType::Real:
      return "REAL";
    case ColumnType::Text:
      return "TEXT";
    case ColumnType::Bytes:
      return "BLOB";
  }
  return "BLOB";
}

// `a = ?2 AND b = ?3` for the key, parameters counted from `first`.
std::string key_equals(const TableSpec& spec, int first) {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < spec.num_key_columns; ++i)
    terms.push_back(fmt::format("{} = ?{}", spec.columns[i].name, first + static_cast<int>(i)));
  return join(terms, " AND ");
}

std::string placeholders(std::size_t count) { return join(std::vector<std::string>(count, "?"), ", "); }

void check_name(std::string_view name) {
  LAB_CHECK(!name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos,
            "names of tables and columns are lower-case words");
}

TableInfo prepare_table(const TableSpec& spec) {
  check_name(spec.name);
  LAB_CHECK(spec.num_key_columns <= spec.columns.size());
  LAB_CHECK((spec.kind == RowKind::Event) == (spec.num_key_columns == 0), "events have no key, all others have one");
  TableInfo info{.spec = spec};
  std::vector<std::string> names;
  for (const auto& column : spec.columns) {
    check_name(column.name);
    names.push_back(column.name);
  }
  info.columns = join(names, ", ");
  names.resize(spec.num_key_columns);
  info.key_columns = join(names, ", ");
  const auto num_columns = spec.columns.size();
  switch (spec.kind) {
    case RowKind::History:
      info.insert = fmt::format("INSERT INTO {} (branch, opened, {}) VALUES ({})", spec.name, info.columns,
                                placeholders(num_columns + 2));
      info.close = fmt::format("UPDATE {} SET closed = ?1 WHERE branch = ?2 AND {} AND closed = {}", spec.name,
                               key_equals(spec, 3), kStillOpen);
      info.find = fmt::format("SELECT {} FROM {} WHERE branch = ?1 AND {} AND closed = {}", info.columns, spec.name,
                              key_equals(spec, 2), kStillOpen);
      info.find_as_of = fmt::format(
          "SELECT opened, closed, {0} FROM {1} WHERE branch = ?1 AND {2} AND closed = {3} AND opened <= ?2 "
          "UNION ALL SELECT opened, closed, {0} FROM {1} "
          "WHERE branch = ?1 AND {2} AND closed < {3} AND closed > ?2 AND opened <= ?2",
          info.columns, spec.name, key_equals(spec, 3), kStillOpen);
      break;
    case RowKind::State:
      info.insert =
          fmt::format("INSERT OR REPLACE INTO {} ({}) VALUES ({})", spec.name, info.columns, placeholders(num_columns));
      info.remove = fmt::format("DELETE FROM {} WHERE {}", spec.name, key_equals(spec, 1));
      info.find = fmt::format("SELECT {} FROM {} WHERE {}", info.columns, spec.name, key_equals(spec, 1));
      break;
    case RowKind::Event:
      info.insert = fmt::format("INSERT INTO {} (commit_number, {}) VALUES ({})", spec.name, info.columns,
                                placeholders(num_columns + 1));
      break;
    case RowKind::Live:
      break;
  }
  return info;
}

void create_table(journal::Connection& connection, const TableSpec& spec) {
  if (spec.kind == RowKind::Live) return;
  const auto info = prepare_table(spec);
  std::vector<std::string> columns;
  if (spec.kind == RowKind::History)
    columns = {"branch INTEGER NOT NULL", "opened INTEGER NOT NULL",
               fmt::format("closed INTEGER NOT NULL DEFAULT {}", kStillOpen)};
  if (spec.kind == RowKind::Event) columns = {"commit_number INTEGER NOT NULL"};
  for (const auto& column : spec.columns)
    columns.push_back(fmt::format("{} {}{}", column.name, type_name(column.type), column.nullable ? "" : " NOT NULL"));
  if (spec.kind == RowKind::State) columns.push_back(fmt::format("PRIMARY KEY ({})", info.key_columns));
  connection.execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({}){}", spec.name, join(columns, ", "),
                                 spec.kind == RowKind::State ? " WITHOUT ROWID" : ""));
  if (spec.kind == RowKind::History) {
    // Every row is in one of the first two: what is open is small and hot, what is past is for time travel.
    connection.execute(fmt::format("CREATE UNIQUE INDEX IF NOT EXISTS {0}_open ON {0} (branch, {1}) WHERE closed = {2}",
                                   spec.name, info.key_columns, kStillOpen));
    connection.execute(
        fmt::format("CREATE INDEX IF NOT EXISTS {0}_past ON {0} (branch, {1}, closed) WHERE closed < {2}", spec.name,
                    info.key_columns, kStillOpen));
    connection.execute(
        fmt::format("CREATE INDEX IF NOT EXISTS {0}_closed ON {0} (closed) WHERE closed < {1}", spec.name, kStillOpen));
  }
  for (const auto& index : spec.indexes) {
    check_name(index.name);
    connection.execute(fmt::format("CREATE INDEX IF NOT EXISTS {}_{} ON {} ({})", spec.name, index.name, spec.name,
                                   join(index.columns, ", ")));
  }
}

}  // namespace

TableSet::TableSet(const std::vector<SchemaSpec>& schemas) {
  for (const auto& schema : schemas) {
    for (const auto& spec : schema.tables) {
      const auto [place, is_new] = tables_.emplace(spec.name, prepare_table(spec));
      LAB_CHECK(is_new, "two modules declare " + spec.name);
      if (spec.kind == RowKind::Live) live_[spec.name];
    }
  }
  for (const auto& [name, info] : tables_)
    if (info.is_history()) history_tables_.push_back(&info);
}

const TableInfo& TableSet::get(std::string_view table) const {
  const auto found = tables_.find(table);
  LAB_CHECK(found != tables_.end(), "no module declares " + std::string(table));
  return found->second;
}

void TableSet::migrate(journal::Connection& connection, const std::vector<SchemaSpec>& schemas) {
  connection.execute(
      "CREATE TABLE IF NOT EXISTS schema_versions (module TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
  for (const auto& schema : schemas) {
    int found = 0;
    {
      auto statement = connection.prepare("SELECT version FROM schema_versions WHERE module = ?1");
      statement.bind_text(1, schema.module);
      if (statement.step()) found = static_cast<int>(statement.integer(0));
    }
    if (found > schema.version)
      throw Error(
          conditions::kDataTooNew,
          {{"module", schema.module}, {"found", std::to_string(found)}, {"known", std::to_string(schema.version)}});
    if (found == schema.version) continue;
    if (found == 0) {
      for (const auto& spec : schema.tables) create_table(connection, spec);
    } else {
      for (int version = found + 1; version <= schema.version; ++version) {
        for (const auto& migration : schema.migrations)
          if (migration.to_version == version) connection.execute(migration.sql);
      }
      // Tables that a newer version adds whole need no migration.
      for (const auto& spec : schema.tables) create_table(connection, spec);
    }
    connection.prepare("INSERT OR REPLACE INTO schema_versions VALUES (?1, ?2)")
        .bind_text(1, schema.module)
        .bind(2, schema.version)
        .run();
  }
}

std::optional<Row> TableSet::find_live(std::string_view table, const std::string& key) const {
  const std::shared_lock lock(live_mutex_);
  const auto& rows = live_.find(table)->second;
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

LiveRows TableSet::scan_live(std::string_view table, const std::string& prefix, const std::string& after) const {
  const std::shared_lock lock(live_mutex_);
  const auto& rows = live_.find(table)->second;
  LiveRows result;
  for (auto at = after < prefix ? rows.lower_bound(prefix) : rows.upper_bound(after);
       at != rows.end() && at->first.starts_with(prefix); ++at)
    result.insert(*at);
  return result;
}

void TableSet::apply_live(const LiveWrites& writes) {
  const std::unique_lock lock(live_mutex_);
  for (const auto& [table, rows] : writes.tables) {
    auto& live = live_.find(table)->second;
    for (const auto& [key, row] : rows) {
      if (row)
        live.insert_or_assign(key, *row);
      else
        live.erase(key);
    }
  }
}

}  // namespace lab::store
