#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/lab.h"

namespace lab::app {

/// What a running lab tells other commands: `run/lab.json` in the data folder, mode 0600 because it holds keys. It is gone after an orderly
/// stop; after a crash it names a process that is no more, and counts as absent.
struct RunFile {
  pid_t pid = 0;
  std::string version, profile;
  std::int64_t started_micros = 0;
  double start_seconds = 0;
  std::vector<RunningRole> roles;
  std::map<std::string, std::string> environment;  ///< what `dflab env` prints
};

void write_run_file(const std::filesystem::path& data, const RunFile& file);
/// Absent when no lab runs on this data folder.
std::optional<RunFile> find_run_file(const std::filesystem::path& data);
/// Throws NOT_RUNNING.
RunFile get_run_file(const std::filesystem::path& data);
void remove_run_file(const std::filesystem::path& data);

/// A process that has ended, but whom nobody has waited for (containers without an init), does not run.
bool is_running(pid_t pid);

std::filesystem::path log_path(const std::filesystem::path& data);

}  // namespace lab::app
