#include "store/folder_lock.h"

#include <sys/file.h>
#include <unistd.h>

#include "store/conditions.h"

namespace lab::store {

FolderLock::FolderLock(Disk& disk, const std::filesystem::path& directory) {
  const auto path = directory / kFile;
  if (!disk.find_status(path)) {
    try {
      disk.create(path);
    } catch (const Error& error) {
      if (error.kind() != Kind::AlreadyExists) throw;
    }
  }
  file_ = disk.open_to_write(path);
  if (::flock(file_->descriptor(), LOCK_EX | LOCK_NB) != 0)
    throw Error(conditions::kStoreInUse, {{"path", directory.string()}, {"pid", read_file(disk, path)}});
  file_->truncate(0);
  file_->write(0, std::to_string(::getpid()));
}

}  // namespace lab::store
