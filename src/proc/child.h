#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "proc/confinement.h"

namespace lab::proc {

/// What one process may use; 0 is no limit. Enforced by the kernel for each process of the child, not for their sum.
struct ChildLimits {
  std::uint64_t memory_bytes = 0;  ///< private memory (RLIMIT_DATA): an allocation beyond it fails
  std::uint64_t file_bytes = 0;    ///< size of one file
  unsigned cores = 0;              ///< the child and all it starts run on so many cores
};

struct ChildOptions {
  std::filesystem::path helper;          ///< the `dflab` that runs run_child_program()
  std::vector<std::string> command;      ///< program by its path, and arguments
  std::vector<std::string> environment;  ///< all of it, `NAME=value`; secrets go here, arguments are for all to see
  std::filesystem::path directory;       ///< to start in
  std::filesystem::path log;             ///< appended to
  ChildLimits limits;
  Confinement confinement;               ///< empty: none
};

/// A process that cannot be mistaken for a later one with its number.
struct ChildId {
  pid_t pid = 0;
  std::uint64_t started = 0;  ///< clock ticks since the machine's start
  friend bool operator==(const ChildId&, const ChildId&) = default;
};

/// Returns once the helper runs; whether the command does is told by is_running(). Throws CANNOT_START_PROCESS.
ChildId start_child(const ChildOptions& options);

/// Whether it runs, whoever its parent is. Takes the exit of a child of ours back from the kernel.
bool is_running(const ChildId& child);

/// Sends `signal` to the process and all of its group; nothing happens when it has ended.
void signal_child(const ChildId& child, int signal);

/// Resident memory of a process and of all its descendants.
std::uint64_t resident_bytes(const ChildId& child);

/// The body of `dflab child [options] -- command…`: prepares this process and becomes the command. Answers 126 or 127, with
/// a line on the log, when it cannot.
int run_child_program(int argc, char** argv);

}  // namespace lab::proc
