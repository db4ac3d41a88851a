#include "lake/delta/delta_table.h"

#include <algorithm>

#include "base/error.h"
#include "lake/delta/checkpoint.h"
#include "lake/delta/conditions.h"
#include "lake/delta/features.h"
#include "lake/delta/log_names.h"

namespace lab::lake::delta {
namespace {

void apply_commit(const TableStorage& storage, const TableStorage::Entry& entry, Replay& replay) {
  auto bytes = storage.read(entry.path);
  if (!bytes) throw Error(conditions::kVersionsNotContiguous, {{"versionList", entry.path}});
  read_log_actions(*bytes, entry.path, CommitInfoDetail::TimesOnly, [&](LogAction&& action) { replay.apply(std::move(action)); });
}

bool same_entry(const TableStorage::Entry& left, const TableStorage::Entry& right) {
  return left.path == right.path && left.num_bytes == right.num_bytes && left.modified_millis == right.modified_millis;
}

}  // namespace

std::shared_ptr<Table> Table::at(std::shared_ptr<TableStorage> storage, const Clock& clock) {
  return std::make_shared<LogTable>(std::move(storage), clock);
}

std::int64_t LogTable::now_millis() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
}

std::int64_t LogTable::time_of(const TableState& state, const TableStorage::Entry& entry) const {
  if (state.in_commit_timestamp && state.metadata && is_true_property(*state.metadata, "delta.enableInCommitTimestamps")) return *state.in_commit_timestamp;
  return entry.modified_millis;
}

std::shared_ptr<const LogSnapshot> LogTable::load(std::optional<std::int64_t> target) const {
  std::set<std::int64_t> damaged;
  for (;;) {
    const LogSegment segment = find_log_segment(*storage_, target, damaged);
    if (segment.version < 0 || (target && segment.version < *target)) return nullptr;
    Replay from_checkpoint{TableState{}};
    if (segment.checkpoint) {
      try {
        read_checkpoint(*storage_, *segment.checkpoint, [&](LogAction&& action) { from_checkpoint.apply(std::move(action)); });
      } catch (const Error& failure) {
        // A checkpoint only repeats what commits say: an older one, or all commits, will do where they are still there.
        damaged.insert(segment.checkpoint->version);
        try {
          find_log_segment(*storage_, target, damaged);
        } catch (const Error&) {
          throw failure;
        }
        continue;
      }
    }
    Replay replay(std::move(from_checkpoint).finish());
    for (const LogSegment::File& file : segment.commits) apply_commit(*storage_, file.entry, replay);
    TableState state = std::move(replay).finish();
    TableStorage::Entry last = segment.last_commit.value_or(TableStorage::Entry{"", 0, segment.checkpoint ? segment.checkpoint->modified_millis : 0});
    const std::int64_t time = time_of(state, last);
    auto snapshot = std::make_shared<LogSnapshot>(storage_, std::move(state), segment.version, time);
    // The caller holds the lock when it asks for the newest version.
    if (!target) cached_ = Cached{snapshot, std::move(last)};
    return snapshot;
  }
}

std::shared_ptr<const LogSnapshot> LogTable::refreshed() const {
  if (!cached_ || cached_->last_commit.path.empty()) return nullptr;
  const std::int64_t version = cached_->snapshot->version();
  // One listing from the last commit on: it must still be the same file, and what follows is new.
  const auto entries = storage_->list(kLogFolder, log_prefix(version), kLogNamesEnd);
  const auto last = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.path == cached_->last_commit.path; });
  if (last == entries.end() || !same_entry(*last, cached_->last_commit)) return nullptr;
  const std::vector<LogSegment::File> commits = commits_behind(entries, version);
  if (commits.empty()) return cached_->snapshot;
  // A snapshot that nobody else holds gives its state away instead of having it copied.
  std::shared_ptr<LogSnapshot> base = std::move(cached_->snapshot);
  cached_.reset();
  Replay replay(base.use_count() == 1 ? std::move(*base).take_state() : base->state());
  base.reset();
  for (const LogSegment::File& file : commits) apply_commit(*storage_, file.entry, replay);
  TableState state = std::move(replay).finish();
  const std::int64_t time = time_of(state, commits.back().entry);
  auto snapshot = std::make_shared<LogSnapshot>(storage_, std::move(state), commits.back().version, time);
  cached_ = Cached{snapshot, commits.back().entry};
  return snapshot;
}

std::shared_ptr<const LogSnapshot> LogTable::find_newest() const {
  const std::lock_guard lock(mutex_);
  if (auto snapshot = refreshed()) return snapshot;
  cached_.reset();
  return load(std::nullopt);
}

bool LogTable::exists() const {
  for (const auto& entry : storage_->list(kLogFolder, {}, kLogNamesEnd)) {
    const auto name = parse_log_name(entry.path);
    if (name && name->kind != LogName::Kind::Compacted) return true;
  }
  return false;
}

std::shared_ptr<const Snapshot> LogTable::snapshot() const {
  auto snapshot = find_newest();
  if (!snapshot) throw Error(conditions::kMissingDeltaTable, {{"tableName", "`" + storage_->uri() + "`"}});
  return snapshot;
}

std::shared_ptr<const Snapshot> LogTable::snapshot_at_version(std::int64_t version) const {
  const auto newest = find_newest();
  if (!newest) throw Error(conditions::kMissingDeltaTable, {{"tableName", "`" + storage_->uri() + "`"}});
  if (version == newest->version()) return newest;
  const auto refuse = [&]() -> Error {
    const auto commits = commit_times();
    return Error(conditions::kVersionNotFound, {{"userVersion", std::to_string(version)},
                                                {"earliest", std::to_string(commits.empty() ? newest->version() : commits.front().version)},
                                                {"latest", std::to_string(newest->version())}});
  };
  if (version < 0 || version > newest->version()) throw refuse();
  try {
    if (auto snapshot = load(version)) return snapshot;
  } catch (const Error& failure) {
    if (&failure.condition() != &conditions::kTruncatedLog) throw;
  }
  throw refuse();
}

}  // namespace lab::lake::delta
