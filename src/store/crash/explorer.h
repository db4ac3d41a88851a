#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/disk_recording.h"
#include "store/crash/contents.h"
#include "store/crash/workload.h"

namespace lab::store::crash {

/// A run of the workload: all that it did to the disk, and what its clients were told when.
struct Recording {
  struct Moment {
    std::string step;
    std::size_t begun = 0;         ///< operations before the step
    std::size_t acknowledged = 0;  ///< operations before it was answered
    bool is_many = false;
    Contents contents;  ///< after it
  };

  std::filesystem::path root;  ///< every path of the operations lies below; the store's folder is `root`/data
  std::vector<DiskOperation> operations;
  std::vector<Moment> moments;  ///< the first: the open store, empty
};

/// Runs `num_rounds` of the workload in a folder of its own. Operations that `forgets` matches are made but not
/// recorded: what the store would be without that call.
Recording record_workload(int num_rounds, std::function<bool(const DiskOperation&)> forgets = {});

struct Violation {
  std::uint64_t state = 0;
  std::string what;  ///< for people: where the crash was, what was lost on the way, what does not fit
};

struct ExploreOptions {
  std::uint64_t num_states = 5000;
  std::uint64_t seed = 1;
  std::size_t max_violations = 10;  ///< ends after so many
  unsigned num_threads = 1;
  /// Only this one; its disk is left in `keep_in`.
  std::optional<std::uint64_t> only_state = {};
  std::filesystem::path keep_in = {};
  std::function<void(std::uint64_t explored)> on_progress = {};
};

struct Exploration {
  std::uint64_t num_states = 0;  ///< different ones
  std::vector<Violation> violations;
};

/// Rebuilds disks as crashes leave them (DiskModel), opens the store on each and compares what it holds with what the
/// clients were told. A state's number names its crash point and, with the seed, its losses: number = variant × 1,000,000
/// + crash point; variant 0 keeps everything that was written, 1 only what was synced, others are drawn.
Exploration explore(const Recording& recording, const ExploreOptions& options);

}  // namespace lab::store::crash
