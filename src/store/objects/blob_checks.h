#pragma once

#include <bitset>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/disk.h"
#include "store/objects/blob.h"

namespace lab::store {

/// Stored bytes that are not what was stored.
struct Damage {
  BlobId blob;
  std::string what;
  std::vector<std::string> objects = {};  ///< `bucket/key`, and the version where there is one; filled by Store
};

/// Which blobs' bytes were held against their hash, and what was found. Thread-safe.
class BlobChecks {
 public:
  /// Whether a reader checks first: small blobs always, others once, the largest never, for it would keep a reader of a
  /// few bytes waiting; Store::scrub() has them.
  bool is_due(const KeptBlob& blob) const;
  /// Reads the whole blob. Throws DATA_CORRUPTION, after it was noted and logged, when the bytes are others or fewer.
  void check(const KeptBlob& blob, File& file);
  /// The blob's bytes cannot be read at all.
  void set_damaged(BlobId blob, const std::string& what);
  void set_right(const KeptBlob& blob);
  /// Collected blobs are no damage any more.
  void forget(BlobId blob);
  std::vector<Damage> damages() const;

 private:
  static constexpr std::uint64_t kAlways = 64 << 10, kOnce = 64 << 20;
  static constexpr std::int64_t kPage = 4096;
  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, std::bitset<kPage>> right_;  ///< of those that are checked once, by id / kPage
  std::vector<Damage> damages_;
};

/// Throws DATA_CORRUPTION when it is not there.
std::unique_ptr<File> open_blob_file(Disk& disk, const std::filesystem::path& path);

}  // namespace lab::store
