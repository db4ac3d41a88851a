#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/commit.h"
#include "store/journal/table.h"

namespace lab::store {

namespace journal {
class Connection;
}
class TableSet;
struct LiveWrites;
struct TableInfo;

/// A row of a History table with its place in time.
struct RowVersion {
  Row row;
  CommitNumber opened;
  std::optional<CommitNumber> closed;  ///< absent while the row is open
};

/// Which rows of a table scan() gives.
struct RowRange {
  Key prefix = {};                ///< only rows whose key begins with these values
  std::optional<Key> after = {};  ///< only rows whose whole key sorts behind this one
  std::size_t limit = SIZE_MAX;
};

/// Reading rows at one moment: either a Snapshot (what is committed) or a Transaction (also what its change wrote).
/// Tables are named as declared; an undeclared one fails a LAB_CHECK. Not thread-safe.
class Rows {
 public:
  virtual ~Rows() = default;

  /// The open row with this key.
  std::optional<Row> find_row(std::string_view table, const Key& key, Branch branch = kMainBranch) const;
  /// The row of a History table that was open right after commit `at`, if retention still has it.
  std::optional<RowVersion> find_row_as_of(std::string_view table, const Key& key, CommitNumber at,
                                           Branch branch = kMainBranch) const;
  /// Open rows in the order of their key (Event: in the order of writing; `after` is not for Event).
  std::vector<Row> scan_rows(std::string_view table, const RowRange& range = {}, Branch branch = kMainBranch) const;
  /// Rows of a History table that were open right after commit `at`, by key.
  std::vector<Row> scan_rows_as_of(std::string_view table, CommitNumber at, const RowRange& range = {},
                                   Branch branch = kMainBranch) const;
  /// All versions of one key of a History table, oldest first.
  std::vector<RowVersion> history_of(std::string_view table, const Key& key, Branch branch = kMainBranch) const;

  /// A query of the module's own over its own declared tables; `?1`, `?2` … take `parameters`. `each` is called per
  /// row and answers whether to go on.
  void query(std::string_view sql, std::span<const Value> parameters,
             const std::function<bool(const Row&)>& each) const;

  /// Last commit that is visible here (in a Transaction: the one before it).
  CommitNumber last_commit() const { return last_commit_; }

 protected:
  Rows(journal::Connection& connection, const TableSet& tables, CommitNumber last)
      : connection_(&connection), tables_(&tables), last_commit_(last) {}
  journal::Connection* connection_;
  const TableSet* tables_;
  CommitNumber last_commit_;
  const LiveWrites* live_ = nullptr;  ///< what a Transaction wrote to Live tables

 private:
  std::optional<Row> find_live_row(const TableInfo& table, const Key& key) const;
  std::vector<Row> scan_live_rows(const TableInfo& table, const RowRange& range) const;
  friend journal::Connection& connection_of(const Rows& rows);
};

/// For the files of `store` that write SQL of their own.
journal::Connection& connection_of(const Rows& rows);

}  // namespace lab::store
