#pragma once

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/journal/table.h"

namespace lab::store {

namespace journal {
class Connection;
}

/// The open rows of a Live table, by encoded key.
using LiveRows = std::map<std::string, Row>;
/// What a group of changes did to Live tables: table, encoded key, the row or its absence.
struct LiveWrites {
  std::map<std::string, std::map<std::string, std::optional<Row>>, std::less<>> tables;
};

/// A declared table with its statements.
struct TableInfo {
  TableSpec spec;
  std::string columns;      ///< `a, b, c`
  std::string key_columns;  ///< `a, b`
  std::string insert;       ///< History: branch, opened, columns…; Event: commit number, columns…; State: columns…
  std::string close;        ///< History: number, branch, key…
  std::string remove;       ///< State: key…
  std::string find;         ///< History: branch, key…; State: key…
  std::string find_as_of;   ///< History: branch, number, key…

  bool is_history() const { return spec.kind == RowKind::History; }
  Key key_of(const Row& row) const {
    return Key(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(spec.num_key_columns));
  }
};

/// All declared tables, and the contents of the Live ones. The declarations never change after the start; the live rows
/// are guarded inside.
class TableSet {
 public:
  explicit TableSet(const std::vector<SchemaSpec>& schemas);

  /// Fails a LAB_CHECK when the table was not declared.
  const TableInfo& get(std::string_view table) const;
  const std::vector<const TableInfo*>& history_tables() const { return history_tables_; }

  /// Makes missing tables and runs missing migrations inside the open transaction.
  static void migrate(journal::Connection& connection, const std::vector<SchemaSpec>& schemas);

  std::optional<Row> find_live(std::string_view table, const std::string& key) const;
  /// The rows whose key begins with `prefix` and sorts behind `after`.
  LiveRows scan_live(std::string_view table, const std::string& prefix, const std::string& after) const;
  void apply_live(const LiveWrites& writes);

 private:
  std::map<std::string, TableInfo, std::less<>> tables_;
  std::vector<const TableInfo*> history_tables_;
  mutable std::shared_mutex live_mutex_;
  std::map<std::string, LiveRows, std::less<>> live_;
};

}  // namespace lab::store
