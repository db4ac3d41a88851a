#pragma once

#include <atomic>
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
#include "store/objects/blob_checks.h"
#include "store/objects/layout.h"
#include "store/objects/pack_store.h"
#include "store/objects/shared_syncs.h"

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

/// The files under `blobs/`, `packs/` and `stage/`. Which of them count is said by rows of the journal alone: a file here that no
/// row names is a leftover. Thread-safe.
class BlobStore {
 public:
  static constexpr std::int64_t kBlobsPerFolder = layout::kBlobsPerFolder;

  /// Once `health` has failed no file is removed any more, because it is not known which rows survived.
  BlobStore(const std::filesystem::path& directory, Disk& disk, Health& health);

  BlobWriter create(BlobOptions options);
  StagedBlob adopt(const std::filesystem::path& path, const BlobOptions& options);
  /// Names of these blobs are durable when it returns.
  void make_durable(const std::vector<StagedBlob>& blobs);
  /// After COMMIT: rows own the bytes now.
  static void mark_committed(std::vector<StagedBlob>& blobs);

  /// Call under the snapshot that shows `kept`.
  PinnedFile pin(const BlobRange& range, const KeptBlob& kept);
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

  PackStore& packs() { return packs_; }
  /// A new file for the blob; its name is durable after make_durable().
  std::unique_ptr<File> create_file(BlobId id);
  BlobChecks& checks() { return *checks_; }
  Health& health() { return health_; }
  Disk& disk() { return disk_; }

 private:
  BlobId next_id();
  void sync_folder(const std::filesystem::path& folder);
  std::filesystem::path folder_path(std::int64_t folder) const;

  const std::filesystem::path blobs_;
  const std::filesystem::path stage_;
  Disk& disk_;
  Health& health_;
  const std::shared_ptr<PinTable> pins_ = std::make_shared<PinTable>();
  const std::shared_ptr<BlobChecks> checks_ = std::make_shared<BlobChecks>();
  SharedSyncs syncs_;
  PackStore packs_;
  std::mutex mutex_;
  std::int64_t first_folder_ = 0;  ///< of this process
  std::int64_t made_folder_ = -1;
  std::int64_t next_id_ = 0;
};

/// Removes a file, or a folder with all below it; an absent one is no error.
void remove_tree(Disk& disk, const std::filesystem::path& path);

}  // namespace lab::store
