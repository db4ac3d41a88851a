#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/disk.h"

namespace lab {

/// One call that changed or synced something, in the order of the calls' ends.
struct DiskOperation {
  enum class Kind { Create, Write, Truncate, Sync, SyncFolder, MakeFolder, Rename, Link, Remove, RemoveFolder };
  Kind kind = Kind::Write;
  Disk::Path path;
  Disk::Path to = {};        ///< Rename, Link
  std::uint64_t offset = 0;  ///< Write; the size for Truncate
  std::string bytes = {};    ///< Write
  std::size_t begun = 0;     ///< Sync, SyncFolder: operations that were recorded when the call began, which it covers
};

/// A disk for tests that passes everything on and remembers what changed or synced: enough to rebuild every state that
/// a crash may leave. Thread-safe.
class RecordingDisk final : public Disk {
 public:
  explicit RecordingDisk(Disk& below) : below_(below) {}

  std::vector<DiskOperation> operations() const;
  std::size_t num_operations() const;
  /// Remembers a call that was made past this disk (SQLite's own).
  void note(DiskOperation operation);
  /// Calls that match are made and not remembered from now on, as if the code under test had forgotten them.
  void leave_out(std::function<bool(const DiskOperation&)> matches);
  void forget();

  std::unique_ptr<File> open_to_read(const Path& path) override;
  std::unique_ptr<File> open_to_write(const Path& path) override;
  std::unique_ptr<File> create(const Path& path) override;
  void make_folder(const Path& path) override;
  void rename(const Path& from, const Path& to) override;
  void link(const Path& from, const Path& to) override;
  void remove(const Path& path) override;
  void remove_folder(const Path& path) override;
  std::vector<std::string> list(const Path& folder) override;
  std::optional<FileStatus> find_status(const Path& path) override;
  void sync_folder(const Path& folder) override;
  DiskSpace space(const Path& path) override;

 private:
  friend class RecordedFile;

  Disk& below_;
  mutable std::mutex mutex_;
  std::vector<DiskOperation> operations_;
  std::function<bool(const DiskOperation&)> is_left_out_;
};

}  // namespace lab
