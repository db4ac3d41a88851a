#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/checksum.h"
#include "base/disk.h"
#include "store/objects/blob.h"
#include "store/objects/blob_store.h"
#include "store/objects/sealing.h"

namespace lab::store {

using Digests = std::vector<std::pair<ChecksumKind, std::string>>;

/// The checksums of one blob while it is written; XxHash64 is always among them.
class BlobHashers {
 public:
  explicit BlobHashers(const std::vector<ChecksumKind>& kinds);
  void update(std::string_view bytes);
  Digests finish();

 private:
  std::vector<std::pair<ChecksumKind, std::unique_ptr<Hasher>>> hashers_;
};

struct StagedBlob::State {
  State(BlobStore& owner, BlobId blob) : store(owner), id(blob) {}
  ~State();

  BlobStore& store;
  const BlobId id;
  std::uint64_t size = 0;
  Digests digests;
  std::atomic<bool> is_durable = false;    ///< its name, too
  std::atomic<bool> is_committed = false;  ///< rows name it
};

struct BlobWriter::State {
  State(BlobStore& store, BlobId id, std::unique_ptr<File> opened, const BlobOptions& options)
      : staged(std::make_shared<StagedBlob::State>(store, id)), file(std::move(opened)), hashers(options.seal_with ? std::vector<ChecksumKind>() : options.checksums) {
    if (!options.seal_with) return;
    sealer.emplace(DataKey{*options.seal_with}, id);
    plain_hashers.emplace(options.checksums);
  }

  void store(std::string_view bytes) {
    file->write(staged->size, bytes);
    staged->size += bytes.size();
    hashers.update(bytes);
  }

  std::shared_ptr<StagedBlob::State> staged;
  std::unique_ptr<File> file;
  BlobHashers hashers;
  std::uint64_t taken = 0;
  std::optional<Sealer> sealer;
  std::optional<BlobHashers> plain_hashers;  ///< of a sealed blob
};

struct PinnedFile::State {
  State(std::shared_ptr<PinTable> table, Disk& owner, std::filesystem::path file_path, BlobRange bytes);
  ~State();
  File& file() const;

  const std::shared_ptr<PinTable> pins;
  Disk& disk;
  const std::filesystem::path path;
  const BlobRange range;

 private:
  mutable std::once_flag opened_;
  mutable std::unique_ptr<File> file_;
};

}  // namespace lab::store
