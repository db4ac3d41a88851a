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
  std::optional<PackPlace> place;
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
    hashers.update(bytes);
    if (!file && packed.size() + bytes.size() >= PackStore::kFileSize) {
      file = staged->store.create_file(staged->id);
      file->write(0, packed);
      packed = {};
    }
    if (file)
      file->write(staged->size, bytes);
    else
      packed += bytes;
    staged->size += bytes.size();
  }

  std::shared_ptr<StagedBlob::State> staged;
  std::unique_ptr<File> file;
  std::string packed;  ///< all bytes so far, while there is no file
  BlobHashers hashers;
  std::uint64_t taken = 0;
  std::optional<Sealer> sealer;
  std::optional<BlobHashers> plain_hashers;  ///< of a sealed blob
};

struct PinnedFile::State {
  State(BlobStore& store, std::shared_ptr<PinTable> pins, std::shared_ptr<BlobChecks> checks, BlobRange bytes, KeptBlob kept);
  ~State();
  /// Opens it and holds the bytes against their hash when asked first.
  File& file() const;
  /// Where the range begins in the file.
  std::uint64_t start() const { return (kept.place ? kept.place->offset : 0) + range.offset; }

  const std::shared_ptr<PinTable> pins;
  const std::shared_ptr<BlobChecks> checks;
  Disk& disk;
  const std::filesystem::path path;
  const BlobRange range;
  const KeptBlob kept;

 private:
  mutable std::once_flag opened_;
  mutable std::shared_ptr<File> file_;
};

}  // namespace lab::store
