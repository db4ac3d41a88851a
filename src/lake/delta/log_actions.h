#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lake/delta/actions.h"

/// Actions as they stand in the JSON files of the log.
namespace lab::lake::delta {

/// A file with more actions of a V2 checkpoint.
struct Sidecar {
  std::string path;
  std::int64_t num_bytes = 0, modified_millis = 0;
};

using LogAction = std::variant<Protocol, Metadata, AddFile, RemoveFile, ChangeFile, SetTransaction, DomainMetadata, CommitInfo, Sidecar>;
using ActionSink = std::function<void(LogAction&&)>;

enum class CommitInfoDetail { TimesOnly, All };

/// Gives the actions of a commit, a compacted file or a JSON checkpoint, in order; those that readers have no use for
/// (checkpointMetadata, actions of the future) are left out. Throws DELTA_LOG_MALFORMED, naming `path`.
void read_log_actions(std::string_view bytes, std::string_view path, CommitInfoDetail detail, const ActionSink& sink);

/// Throws DELTA_LOG_MALFORMED.
[[noreturn]] void throw_malformed(std::string_view path, const std::string& reason);

/// One line of the log, without the line break.
std::string print_action(const Action& action);


}  // namespace lab::lake::delta
