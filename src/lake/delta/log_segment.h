#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lake/delta/table_storage.h"

namespace lab::lake::delta {

/// The files of the log that make one version: a checkpoint, if any, and the commits behind it.
struct LogSegment {
  struct Checkpoint {
    std::int64_t version = 0;
    std::vector<std::string> paths;  ///< one, or all parts of a multipart checkpoint
    std::int64_t modified_millis = 0;
  };
  struct File {
    std::int64_t version = 0, end_version = 0;  ///< equal but for compacted files
    TableStorage::Entry entry;
  };

  std::int64_t version = -1;  ///< -1: there is no table
  std::optional<Checkpoint> checkpoint;
  std::vector<File> commits;  ///< ascending, without gap behind the checkpoint
  /// The commit of `version` itself, when its file is still there.
  std::optional<TableStorage::Entry> last_commit;
};

/// Finds the files for the newest version, or for `target` (the segment's version is lower when the log ends before it). Uses
/// `_last_checkpoint` to list less. Checkpoints in `damaged` are passed over. Throws DELTA_TRUNCATED_TRANSACTION_LOG when the beginning of
/// the log is gone, DELTA_VERSIONS_NOT_CONTIGUOUS when a commit in the middle is.
LogSegment find_log_segment(const TableStorage& storage, std::optional<std::int64_t> target, const std::set<std::int64_t>& damaged = {});

/// The same from the commits that a listing gave behind a known version.
std::vector<LogSegment::File> commits_behind(const std::vector<TableStorage::Entry>& entries, std::int64_t version);

}  // namespace lab::lake::delta
