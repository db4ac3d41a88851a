#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/disk.h"
#include "store/store.h"

/// Copies of a whole data folder. A backup is a data folder itself, whose journal has no log: `lab.db`, `blobs/`, `packs/`
/// and the small files beside them. It appears by the rename of its journal, which is made last; until then an earlier
/// backup in the same folder is whole.
namespace lab::store {

/// What the modules above keep beside the journal (`secrets.json`), by name; copied with it.
using SideFiles = std::vector<std::string>;

struct BackupResult {
  CommitNumber commit;        ///< the last one that is in it
  std::uint64_t blobs = 0;    ///< bodies that rows name …
  std::uint64_t bytes = 0;    ///< … and their size
  std::uint64_t copied = 0;   ///< bytes that had to be written
  std::vector<Damage> damages;
};

/// Writes or renews a backup of the running store in `target`. Bytes that are there already are held against their
/// hashes and not copied again. Nothing is collected meanwhile. Damaged bytes are copied as they are and told.
/// Throws BACKUP_REFUSED when `target` is something else than a backup.
BackupResult back_up(Store& store, const std::filesystem::path& target, const SideFiles& files, StoreProgress* progress = nullptr);

/// Makes a data folder of a backup. `target` is absent, empty, or what an interrupted restore() left. Throws
/// BACKUP_REFUSED.
BackupResult restore(Disk& disk, const std::filesystem::path& backup, const std::filesystem::path& target, const SideFiles& files,
                   StoreProgress* progress = nullptr);

/// Holds every row's bytes in a backup, or in the folder of a lab that does not run, against their hashes, and the
/// journal against itself. Throws STORE_IN_USE, DATA_CORRUPTION when the journal is damaged, BACKUP_REFUSED when there is
/// no store.
BackupResult verify(Disk& disk, const std::filesystem::path& directory, StoreProgress* progress = nullptr);

}  // namespace lab::store
