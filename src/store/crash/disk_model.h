#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk_recording.h"

namespace lab::store::crash {

/// What becomes of one thing that was not synced when the power went.
struct Fate {
  bool is_kept = true;
  /// Of a write: which of its sectors of 512 bytes reached the disk, repeated beyond 64; all of them by default.
  std::uint64_t sectors = ~0ull;
};

/// A disk as a crash leaves it: what was synced is there, of the rest any part.
///
/// The rules, weaker than what ext4 (data=ordered) or xfs keep, so that what survives here survives there:
///   - A file's writes and truncations since its last sync reached the disk or not, each by itself, in any combination.
///     A write may be torn at sectors of 512 bytes. A hole that is left reads as zeros. Sectors that a write does not
///     touch keep what they had (SQLite's "powersafe overwrite").
///   - Names entered, renamed or removed in a folder since its last sync are there or not, each by itself. The sync of a
///     file makes none of its names durable (ext4 would), the sync of a folder none of its files' bytes.
///   - A rename never loses both names; until both folders are synced the file may have both.
///   - A sync covers what was done before it began.
class DiskModel {
 public:
  /// `root` exists and is empty; every path lies below it.
  explicit DiskModel(std::filesystem::path root);

  /// The next call that was made. Anything but Link of files below `root` fails a LAB_CHECK for unknown paths.
  void apply(const DiskOperation& operation);

  /// Something that a crash now may keep or lose.
  struct Pending {
    std::size_t operation = 0;  ///< its number; two for a rename
    std::size_t num_bytes = 0;  ///< of a write, which can be torn
  };
  std::vector<Pending> pending() const;

  /// Makes `folder`, which must not exist or be one that rebuild() made, hold what lies below `root` with these fates,
  /// one for each of pending().
  void rebuild(const std::vector<Fate>& fates, const std::filesystem::path& folder) const;

 private:
  struct DataChange {
    std::size_t operation;
    const DiskOperation* made;
  };
  struct NameChange {
    std::size_t operation;
    std::string name;
    int node;            ///< -1: the name is removed
    bool is_rename_end;  ///< the old name of a rename goes only where the new one is
  };
  struct Node {
    bool is_folder = false;
    std::string durable;  ///< bytes of a file
    std::vector<DataChange> data;
    std::map<std::string, int> durable_names, live_names;  ///< of a folder
    std::vector<NameChange> names;
  };
  struct Chosen;

  int find(const std::filesystem::path& path) const;
  int get(const std::filesystem::path& path) const;
  void enter(const std::filesystem::path& path, int node, bool is_rename_end = false);
  static void write(std::string& bytes, const DiskOperation& made, std::uint64_t sectors);
  /// Nodes that some fate may leave a name for, in the order in which pending() lists their changes.
  std::vector<int> reachable() const;
  void rebuild_folder(const Node& node, const Chosen& chosen, const std::filesystem::path& folder) const;

  const std::filesystem::path root_;
  std::vector<std::unique_ptr<DiskOperation>> made_;
  std::vector<Node> nodes_;
};

}  // namespace lab::store::crash
