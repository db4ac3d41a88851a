#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "store/health.h"
#include "store/objects/blob.h"
#include "store/objects/shared_syncs.h"

namespace lab::store {

/// The append-only files under `packs/`, which hold the bytes of small blobs one behind the other: whoever writes at the
/// same time shares one sync. Rows of the journal say where in them a blob lies; what no row names is waste, until
/// compaction. A process begins a new pack, so that what a crash left at the end of an old one stays behind it.
/// Thread-safe.
class PackStore {
 public:
  /// Bodies from here on are files of their own.
  static constexpr std::uint64_t kFileSize = 64 << 10;
  static constexpr std::uint64_t kFullPack = 64 << 20;

  PackStore(const std::filesystem::path& directory, Disk& disk, Health& health);

  /// Writes behind the last bytes. They are durable after sync(), and the pack stays until release().
  PackPlace append(std::string_view bytes);
  void sync(std::int64_t pack);
  /// A row names the bytes of an append(), or nothing ever will.
  void release(std::int64_t pack);

  /// The open file, which stays readable after remove(). Throws DATA_CORRUPTION when it is gone.
  std::shared_ptr<File> open(std::int64_t pack);
  std::filesystem::path path_of(std::int64_t pack) const;

  struct ClosedPack {
    std::int64_t pack = 0;
    std::uint64_t size = 0;
  };
  /// Packs that nothing is written to any more and that hold no bytes of a change to be.
  std::vector<ClosedPack> closed_packs();
  /// Removes one of closed_packs() that no row names.
  void remove(std::int64_t pack);

 private:
  /// Kept open at most, besides those that are written.
  static constexpr std::size_t kMaxOpen = 128;

  void begin_pack();

  const std::filesystem::path packs_;
  Disk& disk_;
  Health& health_;
  SharedSyncs syncs_;
  std::mutex mutex_;
  std::int64_t current_ = -1;  ///< -1 until the first append()
  std::int64_t next_pack_ = 0;
  std::uint64_t end_ = 0;  ///< of the current pack
  std::map<std::int64_t, std::shared_ptr<File>> open_;
  std::map<std::int64_t, std::size_t> staged_;  ///< appends that were not released
  std::set<std::int64_t> unnamed_;              ///< packs that their folder may lose in a crash
};

}  // namespace lab::store
