#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lake/delta/log_actions.h"
#include "lake/delta/log_segment.h"
#include "lake/delta/table_storage.h"

namespace lab::lake::delta {

/// Gives the actions of a checkpoint of any kind (its sidecars too). Throws DELTA_LOG_MALFORMED.
void read_checkpoint(const TableStorage& storage, const LogSegment::Checkpoint& checkpoint, const ActionSink& sink);

/// Gives the actions of one Parquet file of a checkpoint.
void read_checkpoint_file(const std::string& local_path, std::string_view path, const ActionSink& sink);

struct TableState;

/// Writes `state` as the checkpoint of its version (classic, or V2 when `v2`) and then `_last_checkpoint`. Removes that were deleted
/// before `removes_since_millis` are left out.
void write_checkpoint(TableStorage& storage, const TableState& state, std::int64_t version, bool v2, std::int64_t removes_since_millis);

}  // namespace lab::lake::delta
