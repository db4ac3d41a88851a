#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/commit.h"
#include "store/journal/rows.h"

namespace lab::store {

class BlobStore;

/// What the steps of a Change write through, on the one writer thread. A step that throws undoes its whole change and
/// nothing else. Steps must be quick: no I/O of their own, no waiting, no lock that is held around Store::apply().
class Transaction : public Rows {
 public:
  /// Number, time and origin that this change will have.
  CommitNumber number() const { return number_; }
  Timestamp time() const { return time_; }
  const Origin& origin() const { return *origin_; }

  /// Writes a row. History: closes the open row of the same key and opens this one. State, Live: makes or replaces.
  /// Event: appends.
  void put_row(std::string_view table, const Row& row, Branch branch = kMainBranch);
  /// As put_row(), but throws ROW_ALREADY_EXISTS when the key has an open row.
  void add_row(std::string_view table, const Row& row, Branch branch = kMainBranch);
  /// Closes (History) or deletes (State, Live) the row of `key`; false when there is none.
  bool erase_row(std::string_view table, const Key& key, Branch branch = kMainBranch);
  /// As erase_row() for every row whose key begins with `prefix`; answers how many.
  std::size_t erase_rows(std::string_view table, const Key& prefix, Branch branch = kMainBranch);

  /// Which rows of an Event table are to go: beyond the newest `keep`, or with less than `since` in an Integer column.
  struct Outdated {
    std::uint64_t keep = UINT64_MAX;
    std::string_view time_column;
    std::int64_t since = 0;
  };
  /// Deletes those among the oldest 500 rows of an Event table, so that one change stays small. Answers how many.
  std::size_t drop_outdated(std::string_view table, const Outdated& outdated);

  /// Adds an event to what the feed tells of this change. Row and object writes add theirs themselves.
  void announce(FeedEvent event);

 private:
  friend class Writer;
  friend BlobStore& blobs_of(Transaction& transaction);
  Transaction(journal::Connection& connection, const TableSet& tables, BlobStore& blobs, LiveWrites& live,
              CommitNumber number, Timestamp time, const Origin& origin);
  void write_live(const TableInfo& table, const Key& key, std::optional<Row> row);

  CommitNumber number_;
  Timestamp time_;
  const Origin* origin_;
  std::vector<FeedEvent> events_;
  BlobStore* blobs_;
  LiveWrites* live_writes_;
};

/// For the files of `store/objects`.
BlobStore& blobs_of(Transaction& transaction);

}  // namespace lab::store
