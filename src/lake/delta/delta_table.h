#pragma once

#include <mutex>

#include "lake/delta/log_segment.h"
#include "lake/delta/snapshot.h"

namespace lab::lake::delta {

/// A commit that stands, as the conflict matrix and the change feed look at it.
struct WinningCommit {
  std::int64_t version = 0;
  std::optional<Protocol> protocol;
  std::optional<Metadata> metadata;
  std::vector<AddFile> adds;
  std::vector<RemoveFile> removes;
  std::vector<ChangeFile> changes;
  std::vector<SetTransaction> transactions;
  std::vector<DomainMetadata> domains;
  std::optional<CommitInfo> info;
};
WinningCommit read_winning_commit(const TableStorage& storage, std::int64_t version);

enum class Isolation { Serializable, WriteSerializable, Snapshot };

/// Throws the DELTA_CONCURRENT_… error of a request that read `base` and cannot stand behind `winner`.
void check_conflict(const Snapshot& base, const CommitRequest& request, Isolation isolation, const WinningCommit& winner);

class LogTable final : public Table {
 public:
  LogTable(std::shared_ptr<TableStorage> storage, const Clock& clock) : storage_(std::move(storage)), clock_(clock) {}

  TableStorage& storage() const override { return *storage_; }
  bool exists() const override;
  std::shared_ptr<const Snapshot> snapshot() const override;
  std::shared_ptr<const Snapshot> snapshot_at_version(std::int64_t version) const override;
  std::shared_ptr<const Snapshot> snapshot_at_time(std::int64_t micros, bool can_return_last) const override;
  std::vector<CommitInfo> history(std::optional<int> limit) const override;
  std::int64_t first_version_since(std::int64_t micros) const override;
  std::shared_ptr<const scan::TableSource> changes(std::int64_t first, std::int64_t last) const override;
  Committed commit(const std::shared_ptr<const Snapshot>& base, CommitRequest request) override;

 private:
  struct Cached {
    std::shared_ptr<LogSnapshot> snapshot;
    TableStorage::Entry last_commit;  // tells whether the table is still the one that was read
  };
  struct CommitTime {
    std::int64_t version = 0, millis = 0;
  };

  std::shared_ptr<const LogSnapshot> load(std::optional<std::int64_t> target) const;
  /// The cached snapshot brought up to date, or null when it is of another table than lies there now.
  std::shared_ptr<const LogSnapshot> refreshed() const;
  std::shared_ptr<const LogSnapshot> find_newest() const;
  std::int64_t time_of(const TableState& state, const TableStorage::Entry& entry) const;
  /// Versions whose commits are there, ascending, with times that never go back.
  std::vector<CommitTime> commit_times() const;
  /// The same where the table may keep times inside its commits. Throws DELTA_NO_COMMITS_FOUND.
  std::vector<CommitTime> commit_times_of(const Snapshot& newest) const;
  void checkpoint(std::int64_t version) const;
  std::int64_t now_millis() const;

  std::shared_ptr<TableStorage> storage_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::optional<Cached> cached_;
};

}  // namespace lab::lake::delta
