#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace lab::store::journal {

/// A layer over SQLite's own file system that tells of every call that changes or syncs a file or a folder, and can make
/// it fail.
/// For tests of the journal: failing disks, and rebuilding the disk after a crash. Name it in
/// StoreOptions::journal_vfs; must outlive the store. The observer is called from the writer's thread.
class ObservedVfs {
 public:
  /// SyncFolder is told beside the Sync or Remove that SQLite does it in.
  enum class Call { Create, Write, Truncate, Sync, SyncFolder, Remove };
  struct Operation {
    Call call = Call::Write;
    std::string path;          ///< of the file; the folder for SyncFolder
    std::uint64_t offset = 0;  ///< of a Write; the size for Truncate
    std::string_view bytes;    ///< of a Write
  };
  /// Answers false to make the call fail; it has then done nothing. Must not throw.
  using Observer = std::function<bool(const Operation&)>;

  ObservedVfs(std::string name, Observer observer);
  ~ObservedVfs();
  ObservedVfs(const ObservedVfs&) = delete;
  ObservedVfs& operator=(const ObservedVfs&) = delete;

  const std::string& name() const { return name_; }

 private:
  struct State;
  const std::string name_;
  const std::unique_ptr<State> state_;
};

}  // namespace lab::store::journal
