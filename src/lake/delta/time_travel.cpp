#include <algorithm>

#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/delta_table.h"
#include "lake/delta/features.h"
#include "lake/delta/log_names.h"
#include "lake/delta/time_text.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

std::optional<CommitInfo> read_commit_info(const TableStorage& storage, std::int64_t version) {
  const std::string path = commit_path(version);
  auto bytes = storage.read(path);
  if (!bytes) return std::nullopt;
  std::optional<CommitInfo> info;
  read_log_actions(*bytes, path, CommitInfoDetail::All, [&](LogAction&& action) {
    if (auto* found = std::get_if<CommitInfo>(&action); found && !info) info = std::move(*found);
  });
  if (!info) info.emplace();
  info->version = version;
  return info;
}

}  // namespace

std::vector<LogTable::CommitTime> LogTable::commit_times() const {
  std::vector<CommitTime> commits;
  for (const auto& entry : storage_->list(kLogFolder, {}, kLogNamesEnd)) {
    const auto name = parse_log_name(entry.path);
    if (!name || name->kind != LogName::Kind::Commit) continue;
    // Copies and restores leave any times on files; a later version is never earlier than the one before.
    std::int64_t time = entry.modified_millis;
    if (!commits.empty() && name->version == commits.back().version + 1) time = std::max(time, commits.back().millis + 1);
    commits.push_back({name->version, time});
  }
  // Only the last run without a gap can be travelled to.
  for (std::size_t i = commits.size(); i-- > 1;)
    if (commits[i].version != commits[i - 1].version + 1) {
      commits.erase(commits.begin(), commits.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  return commits;
}

std::vector<LogTable::CommitTime> LogTable::commit_times_of(const Snapshot& newest) const {
  std::vector<CommitTime> commits = commit_times();
  if (commits.empty()) throw Error(conditions::kNoCommitsFound, {{"logPath", storage_->uri() + "/" + std::string(kLogFolder)}});
  if (!is_true_property(newest.metadata(), "delta.enableInCommitTimestamps")) return commits;
  // Times inside the commits count from the version on which they were enabled.
  const auto since = parse_value(newest.property("delta.inCommitTimestampEnablementVersion"), types::TypeKind::Long);
  const std::int64_t first = since ? since->integer() : 0;
  for (CommitTime& commit : commits)
    if (commit.version >= first)
      if (const auto info = read_commit_info(*storage_, commit.version); info && info->in_commit_timestamp_millis)
        commit.millis = *info->in_commit_timestamp_millis;
  return commits;
}

std::int64_t LogTable::first_version_since(std::int64_t micros) const {
  const auto newest = find_newest();
  if (!newest) throw Error(conditions::kMissingDeltaTable, {{"tableName", "`" + storage_->uri() + "`"}});
  for (const CommitTime& commit : commit_times_of(*newest))
    if (commit.millis * 1000 >= micros) return commit.version;
  return newest->version() + 1;
}

std::shared_ptr<const Snapshot> LogTable::snapshot_at_time(std::int64_t micros, bool can_return_last) const {
  const auto newest = find_newest();
  if (!newest) throw Error(conditions::kMissingDeltaTable, {{"tableName", "`" + storage_->uri() + "`"}});
  const std::vector<CommitTime> commits = commit_times_of(*newest);
  const auto text = [](std::int64_t at_micros) {
    std::string result = timestamp_text(at_micros, 6, ' ');
    result.resize(result.find_last_not_of('0') + 1);
    if (result.ends_with('.')) result += '0';
    return result;
  };
  const std::int64_t millis = micros >= 0 ? micros / 1000 : (micros - 999) / 1000;
  const auto behind = std::upper_bound(commits.begin(), commits.end(), millis, [](std::int64_t at, const CommitTime& commit) { return at < commit.millis; });
  if (behind == commits.begin())
    throw Error(conditions::kTimestampEarlier, {{"userTimestamp", text(micros)},
                                                {"commitTs", text(commits.front().millis * 1000)},
                                                {"timestampString", timestamp_text(commits.front().millis * 1000 + 999'000, 0, ' ')}});
  const CommitTime& commit = *std::prev(behind);
  if (behind == commits.end() && commit.millis < millis && !can_return_last)
    throw Error(conditions::kTimestampGreater, {{"providedTimestamp", text(micros)},
                                                {"lastCommitTimestamp", text(commit.millis * 1000)},
                                                {"maximumTimestamp", timestamp_text(commit.millis * 1000, 0, ' ')}});
  return snapshot_at_version(commit.version);
}

std::vector<CommitInfo> LogTable::history(std::optional<int> limit) const {
  const auto newest = find_newest();
  if (!newest) throw Error(conditions::kMissingDeltaTable, {{"tableName", "`" + storage_->uri() + "`"}});
  const std::vector<CommitTime> commits = commit_times();
  std::vector<CommitInfo> result;
  for (auto commit = commits.rbegin(); commit != commits.rend(); ++commit) {
    if (limit && result.size() >= static_cast<std::size_t>(std::max(*limit, 0))) break;
    if (auto info = read_commit_info(*storage_, commit->version)) {
      // Like Delta, the version's own time and not what its writer's clock said.
      info->timestamp_millis = info->in_commit_timestamp_millis.value_or(commit->millis);
      result.push_back(std::move(*info));
    }
  }
  return result;
}

}  // namespace lab::lake::delta
