#pragma once

#include <filesystem>
#include <memory>

#include "base/disk.h"

namespace lab::store {

/// One process has a data folder open: a lock on its file `lock`, which the system takes back when the process ends.
class FolderLock {
 public:
  static constexpr const char* kFile = "lock";

  /// Throws STORE_IN_USE.
  FolderLock(Disk& disk, const std::filesystem::path& directory);

 private:
  std::unique_ptr<File> file_;
};

}  // namespace lab::store
