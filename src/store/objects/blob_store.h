#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/disk.h"
#include "store/health.h"
#include "store/objects/blob.h"

namespace lab::store {

/// Counts the loans of blobs, so that collection spares them. Thread-safe; outlives the store by its loans.
class PinTable {
 public:
  void pin(BlobId id);
  void unpin(BlobId id);
  bool is_pinned(BlobId id) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, std::size_t> counts_;
};

/// Lets many callers share one sync of a folder: a sync that began after an entry was made covers it. Thread-safe.
class FolderSyncs {
 public:
  FolderSyncs(Disk& disk, Health& health) : disk_(disk), health_(health) {}
  /// Everything entered in `folder` before the call is durable when it returns. A failure is told to all that waited
  /// for that sync, and to everybody after it: it is never tried again.
  void sync(const std::filesystem::path& folder);

 private:
  struct Progress {
    std::uint64_t asked = 0;
    std::uint64_t done = 0;
    bool is_running = false;
    std::exception_ptr failure;
    std::condition_variable changed;
  };
  Disk& disk_;
  Health& health_;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<Progress>> folders_;
};

/// The files under `blobs/` and `stage/`. Which of them count is said by rows of the journal alone: a file here that no
/// row names is a leftover. Thread-safe.
class BlobStore {
 public:
  static constexpr std::int64_t kBlobsPerFolder = 1024;

  /// Once `health` has failed no file is removed any more, because it is not known which rows survived.
  BlobStore(const std::filesystem::path& directory, Disk& disk, Health& health);

  BlobWriter create(BlobOptions options);
  StagedBlob adopt(const std::filesystem::path& path, const BlobOptions& options);
  /// Names of these blobs are durable when it returns.
  void make_durable(const std::vector<StagedBlob>& blobs);
  /// After COMMIT: rows own the bytes now.
  static void mark_committed(std::vector<StagedBlob>& blobs);

  /// Call under a snapshot that shows a row naming the blob, or with the blob staged.
  PinnedFile pin(const BlobRange& range);
  bool is_pinned(BlobId id) const { return pins_->is_pinned(id); }

  std::filesystem::path path_of(BlobId id) const;
  std::filesystem::path stage_path(std::string_view suffix);
  void discard_stage(const std::filesystem::path& path);
  /// Removes a blob's file, at collection.
  void remove(BlobId id);

  /// Ids of folders that an earlier process filled, for the sweep of leftovers; and the ids of files in one.
  std::vector<std::int64_t> old_folders();
  std::vector<BlobId> list_folder(std::int64_t folder);
  void remove_folder_if_empty(std::int64_t folder);

  Health& health() { return health_; }
  Disk& disk() { return disk_; }

 private:
  BlobId next_id();
  std::filesystem::path folder_path(std::int64_t folder) const;

  const std::filesystem::path blobs_;
  const std::filesystem::path stage_;
  Disk& disk_;
  Health& health_;
  const std::shared_ptr<PinTable> pins_ = std::make_shared<PinTable>();
  FolderSyncs folder_syncs_;
  std::mutex mutex_;
  std::int64_t first_folder_ = 0;  ///< of this process
  std::int64_t made_folder_ = -1;
  std::int64_t next_id_ = 0;
};

/// Removes a file, or a folder with all below it; an absent one is no error.
void remove_tree(Disk& disk, const std::filesystem::path& path);

}  // namespace lab::store
