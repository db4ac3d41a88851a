#include "store/journal/observed_vfs.h"

#include <filesystem>

#include <sqlite3.h>

#include "base/error.h"

namespace lab::store::journal {

struct ObservedVfs::State {
  sqlite3_vfs vfs;
  sqlite3_vfs* below = nullptr;
  Observer observer;
};

namespace {

using Call = ObservedVfs::Call;

struct ObservedState {
  const ObservedVfs::Observer* observer;
  const char* path;            ///< SQLite keeps it as long as the file is open
  bool is_folder_sync_due = false;  ///< SQLite syncs the folder of a new journal or log with the file's first sync
};

/// What SQLite allocates per open file; the file of the layer below lies right behind it.
struct ObservedFile {
  sqlite3_file head;
  ObservedState state;
};

ObservedFile& observed(sqlite3_file* file) { return *reinterpret_cast<ObservedFile*>(file); }
sqlite3_file* below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<ObservedFile*>(file) + 1);
}

bool allow(sqlite3_file* file, Call call, std::uint64_t offset, std::string_view bytes) {
  const auto& state = observed(file).state;
  return (*state.observer)({call, state.path == nullptr ? "" : state.path, offset, bytes});
}

bool tell_folder_sync(const ObservedVfs::Observer& observer, const char* file) {
  return observer({Call::SyncFolder, std::filesystem::path(file).parent_path().string(), 0, {}});
}

const sqlite3_io_methods kMethods = {
    .iVersion = 3,
    .xClose = [](sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); },
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return below(f)->pMethods->xRead(below(f), to, n, at); },
    .xWrite =
        [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
          if (!allow(f, Call::Write, static_cast<std::uint64_t>(at),
                     {static_cast<const char*>(from), static_cast<std::size_t>(n)}))
            return SQLITE_IOERR_WRITE;
          return below(f)->pMethods->xWrite(below(f), from, n, at);
        },
    .xTruncate =
        [](sqlite3_file* f, sqlite3_int64 size) {
          if (!allow(f, Call::Truncate, static_cast<std::uint64_t>(size), {})) return SQLITE_IOERR_TRUNCATE;
          return below(f)->pMethods->xTruncate(below(f), size);
        },
    .xSync =
        [](sqlite3_file* f, int flags) {
          if (!allow(f, Call::Sync, 0, {})) return SQLITE_IOERR_FSYNC;
          const int code = below(f)->pMethods->xSync(below(f), flags);
          auto& state = observed(f).state;
          if (code != SQLITE_OK || !state.is_folder_sync_due) return code;
          state.is_folder_sync_due = false;
          return tell_folder_sync(*state.observer, state.path) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
        },
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return below(f)->pMethods->xFileSize(below(f), size); },
    .xLock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xLock(below(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xUnlock(below(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return below(f)->pMethods->xCheckReservedLock(below(f), out); },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return below(f)->pMethods->xFileControl(below(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return below(f)->pMethods->xDeviceCharacteristics(below(f)); },
    .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                  void volatile** out) { return below(f)->pMethods->xShmMap(below(f), page, size, extend, out); },
    .xShmLock = [](sqlite3_file* f, int offset, int n,
                   int flags) { return below(f)->pMethods->xShmLock(below(f), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return below(f)->pMethods->xShmUnmap(below(f), remove); },
    // Mapped pages would be written past the observer.
    .xFetch =
        [](sqlite3_file*, sqlite3_int64, int, void** out) {
          *out = nullptr;
          return SQLITE_OK;
        },
    .xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; },
};

}  // namespace

ObservedVfs::ObservedVfs(std::string name, Observer observer)
    : name_(std::move(name)), state_(std::make_unique<State>()) {
  state_->observer = std::move(observer);
  state_->below = sqlite3_vfs_find(nullptr);
  state_->vfs = *state_->below;
  state_->vfs.zName = name_.c_str();
  state_->vfs.pNext = nullptr;
  state_->vfs.pAppData = state_.get();
  state_->vfs.szOsFile = static_cast<int>(sizeof(ObservedFile)) + state_->below->szOsFile;
  state_->vfs.xOpen = [](sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* flags_out) {
    auto& state = *static_cast<State*>(vfs->pAppData);
    file->pMethods = nullptr;
    constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    const bool may_create = path != nullptr && (flags & SQLITE_OPEN_CREATE) != 0;
    if (int exists = 0; may_create) {
      state.below->xAccess(state.below, path, SQLITE_ACCESS_EXISTS, &exists);
      if (exists == 0 && !state.observer({Call::Create, path, 0, {}})) return SQLITE_CANTOPEN;
    }
    const int code = state.below->xOpen(state.below, path, below(file), flags, flags_out);
    if (code != SQLITE_OK) return code;
    observed(file).state = {&state.observer, path, may_create && (flags & kJournals) != 0};
    file->pMethods = &kMethods;
    return code;
  };
  state_->vfs.xDelete = [](sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto& state = *static_cast<State*>(vfs->pAppData);
    if (!state.observer({Call::Remove, path, 0, {}})) return SQLITE_IOERR_DELETE;
    const int code = state.below->xDelete(state.below, path, sync_folder);
    if (code != SQLITE_OK || sync_folder == 0) return code;
    return tell_folder_sync(state.observer, path) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
  };
  LAB_CHECK(sqlite3_vfs_register(&state_->vfs, 0) == SQLITE_OK);
}

ObservedVfs::~ObservedVfs() { sqlite3_vfs_unregister(&state_->vfs); }

}  // namespace lab::store::journal
