#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lab::proc {

/// What a confined process, and all it starts, may open besides the system's own programs, libraries and settings. Nothing
/// else of the machine's files can be read, written, run or listed; names and sizes can be asked for still.
struct Confinement {
  std::vector<std::filesystem::path> readable;  ///< to read, list and run
  std::vector<std::filesystem::path> writable;  ///< whatever the account may
  bool empty() const { return readable.empty() && writable.empty(); }
};

/// The version of the kernel's Landlock, with which files are closed; 0: there is none and confine() closes nothing.
int landlock_version();

/// What processes can do to each other's files in spite of a confinement, because this kernel's Landlock (a version as
/// landlock_version() gives it) is missing or old; for people, empty when nothing.
std::string describe_confinement_gaps(int version);

/// Confines this process for good and gives up root's capabilities; it must have set PR_SET_NO_NEW_PRIVS before. What is open
/// stays open. Paths that do not exist are left out. Without Landlock files stay as they are. False, with errno, when the
/// kernel refuses.
bool confine(const Confinement& confinement);

}  // namespace lab::proc
