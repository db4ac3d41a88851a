#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Names of files in `_delta_log` (PROTOCOL.md "File Types").
namespace lab::lake::delta {

inline constexpr std::string_view kLogFolder = "_delta_log";
inline constexpr std::string_view kLastCheckpointPath = "_delta_log/_last_checkpoint";
/// Behind every numbered name of the log and before `_sidecars` and `_last_checkpoint`.
inline constexpr std::string_view kLogNamesEnd = "_delta_log/:";

struct LogName {
  enum class Kind { Commit, ClassicCheckpoint, CheckpointPart, V2Checkpoint, Compacted };
  Kind kind = Kind::Commit;
  std::int64_t version = 0;
  std::int64_t end_version = 0;       ///< Compacted: the last version inside
  int part = 0, num_parts = 0;        ///< CheckpointPart, from 1
};

/// What `path` (relative to the table) is; nothing for files that are no part of the log.
std::optional<LogName> parse_log_name(std::string_view path);

/// `_delta_log/00000000000000000007`: sorts behind the files of version 6 and before those of 7.
std::string log_prefix(std::int64_t version);
std::string commit_path(std::int64_t version);
std::string checkpoint_path(std::int64_t version);
std::string v2_checkpoint_path(std::int64_t version, std::string_view uuid);
/// A sidecar as checkpoints name it: a bare name below `_delta_log/_sidecars`, or a path.
std::string sidecar_path(std::string_view name);

}  // namespace lab::lake::delta
