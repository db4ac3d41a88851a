#include "lake/delta/log_segment.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/json_reader.h"
#include "lake/delta/log_names.h"

namespace lab::lake::delta {
namespace {

std::optional<std::int64_t> hinted_checkpoint(const TableStorage& storage) {
  // Only a hint: whatever is wrong with it, the listing knows better.
  const auto bytes = storage.read(kLastCheckpointPath);
  if (!bytes) return std::nullopt;
  std::optional<std::int64_t> version;
  try {
    JsonReader json(*bytes);
    json.object([&](std::string_view key) {
      if (key == "version")
        version = json.integer();
      else
        json.skip();
    });
  } catch (const JsonError&) {
    return std::nullopt;
  }
  return version && *version >= 0 ? version : std::nullopt;
}

struct Found {
  std::map<std::int64_t, LogSegment::Checkpoint> whole;  // complete checkpoints
  std::map<std::int64_t, TableStorage::Entry> commits;
  std::multimap<std::int64_t, LogSegment::File> compacted;
  std::set<std::int64_t> incomplete;
};

Found sort_out(const std::vector<TableStorage::Entry>& entries) {
  Found found;
  std::map<std::pair<std::int64_t, int>, LogSegment::Checkpoint> parts;
  for (const auto& entry : entries) {
    const auto name = parse_log_name(entry.path);
    if (!name) continue;
    switch (name->kind) {
      case LogName::Kind::Commit: found.commits.emplace(name->version, entry); break;
      case LogName::Kind::Compacted: found.compacted.emplace(name->version, LogSegment::File{name->version, name->end_version, entry}); break;
      case LogName::Kind::ClassicCheckpoint:
      case LogName::Kind::V2Checkpoint:
        // A classic one may stand beside others of its version; any of them is whole.
        found.whole.insert_or_assign(name->version, LogSegment::Checkpoint{name->version, {entry.path}, entry.modified_millis});
        break;
      case LogName::Kind::CheckpointPart: {
        auto& checkpoint = parts[{name->version, name->num_parts}];
        checkpoint.version = name->version;
        checkpoint.paths.push_back(entry.path);
        checkpoint.modified_millis = std::max(checkpoint.modified_millis, entry.modified_millis);
        break;
      }
    }
  }
  for (auto& [key, checkpoint] : parts) {
    if (checkpoint.paths.size() == static_cast<std::size_t>(key.second))
      found.whole.emplace(key.first, std::move(checkpoint));
    else
      found.incomplete.insert(key.first);
  }
  return found;
}

[[noreturn]] void throw_gap(const TableStorage& storage, std::int64_t first, std::int64_t next, std::int64_t last) {
  if (first < 0) {
    throw Error(conditions::kTruncatedLog, {{"path", storage.uri() + "/" + commit_path(0)},
                                            {"version", std::to_string(last)},
                                            {"logRetentionKey", "delta.logRetentionDuration"},
                                            {"logRetention", "30 days"},
                                            {"checkpointRetentionKey", "delta.checkpointRetentionDuration"},
                                            {"checkpointRetention", "2 days"}});
  }
  throw Error(conditions::kVersionsNotContiguous, {{"versionList", std::to_string(first) + ", " + std::to_string(next)}});
}

std::optional<LogSegment> segment_of(const TableStorage& storage, const Found& found, std::optional<std::int64_t> target,
                                     const std::set<std::int64_t>& damaged, bool may_lack_checkpoint) {
  LogSegment segment;
  const std::int64_t limit = target.value_or(INT64_MAX);
  for (auto each = found.whole.rbegin(); each != found.whole.rend(); ++each) {
    if (each->first > limit || damaged.contains(each->first)) continue;
    segment.checkpoint = each->second;
    break;
  }
  if (!segment.checkpoint && !may_lack_checkpoint) return std::nullopt;
  std::int64_t last = segment.checkpoint ? segment.checkpoint->version : -1;
  if (!found.commits.empty()) {
    const auto end = found.commits.upper_bound(limit);
    if (end != found.commits.begin()) last = std::max(last, std::prev(end)->first);
  }
  segment.version = last;
  if (last < 0) return segment;
  for (std::int64_t next = segment.checkpoint ? segment.checkpoint->version + 1 : 0; next <= last;) {
    // The widest compacted file that does not go past the end stands for its commits; the last commit is always read itself,
    // because it may carry the version's time.
    const LogSegment::File* widest = nullptr;
    for (auto [each, end] = found.compacted.equal_range(next); each != end; ++each)
      if (each->second.end_version < last && (!widest || each->second.end_version > widest->end_version)) widest = &each->second;
    if (widest && widest->end_version > next) {
      segment.commits.push_back(*widest);
      next = widest->end_version + 1;
      continue;
    }
    const auto commit = found.commits.find(next);
    if (commit == found.commits.end()) {
      const auto behind = found.commits.lower_bound(next);
      throw_gap(storage, next - 1, behind == found.commits.end() ? next : behind->first, last);
    }
    segment.commits.push_back({next, next, commit->second});
    ++next;
  }
  if (const auto commit = found.commits.find(last); commit != found.commits.end()) segment.last_commit = commit->second;
  return segment;
}

}  // namespace

LogSegment find_log_segment(const TableStorage& storage, std::optional<std::int64_t> target, const std::set<std::int64_t>& damaged) {
  if (const auto hint = hinted_checkpoint(storage); hint && (!target || *hint <= *target) && !damaged.contains(*hint)) {
    const Found found = sort_out(storage.list(kLogFolder, log_prefix(*hint), kLogNamesEnd));
    // Without the checkpoint that was promised, the whole log decides.
    if (auto segment = segment_of(storage, found, target, damaged, false)) return std::move(*segment);
  }
  const Found found = sort_out(storage.list(kLogFolder, {}, kLogNamesEnd));
  return *segment_of(storage, found, target, damaged, true);
}

std::vector<LogSegment::File> commits_behind(const std::vector<TableStorage::Entry>& entries, std::int64_t version) {
  std::vector<LogSegment::File> commits;
  for (const auto& entry : entries) {
    const auto name = parse_log_name(entry.path);
    if (!name || name->kind != LogName::Kind::Commit || name->version <= version) continue;
    if (name->version != version + 1 + static_cast<std::int64_t>(commits.size()))
      throw Error(conditions::kVersionsNotContiguous,
                  {{"versionList", std::to_string(version + static_cast<std::int64_t>(commits.size())) + ", " + std::to_string(name->version)}});
    commits.push_back({name->version, name->version, entry});
  }
  return commits;
}

}  // namespace lab::lake::delta
