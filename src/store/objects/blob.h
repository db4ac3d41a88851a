#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/checksum.h"
#include "base/disk.h"

namespace lab::store {

class BlobStore;

/// Name of a run of stored bytes; never used twice.
struct BlobId {
  std::int64_t value = 0;
  friend auto operator<=>(BlobId, BlobId) = default;
};

/// Where in an append-only pack the bytes of a blob lie.
struct PackPlace {
  std::int64_t pack = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const PackPlace&, const PackPlace&) = default;
};

/// A blob as its row has it.
struct KeptBlob {
  BlobId id;
  std::uint64_t size = 0;
  std::string hash;                ///< XxHash64 of all its bytes
  std::optional<PackPlace> place;  ///< absent: a file of its own
};

/// Bytes of a blob. A blob is a file of its own, or (small objects) a range of a pack that PinnedFile hides.
struct BlobRange {
  BlobId blob;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const BlobRange&, const BlobRange&) = default;
};

/// How bytes are to be kept.
struct BlobOptions {
  std::vector<ChecksumKind> checksums = {};  ///< computed while writing, besides the blob's own XxHash64
  bool plain_file = false;                   ///< a file of its own whatever its size (data files of tables)
  std::uint64_t size_hint = 0;               ///< expected size; 0 when unknown
  /// Seals the bytes on their way (store/objects/sealing.h). Checksums that were asked for are of the plain bytes, the
  /// blob's own and its size are of what is stored.
  std::optional<std::string> seal_with = {};
};

/// Bytes that are written and synced, and that no committed row names yet. Give it to a Change. Copies share the bytes,
/// so that whoever may have to try again with another Change (a table's commit that met a conflict) keeps one; the
/// bytes are given up with the last copy unless a Change with them was committed. Must not outlive the store.
class StagedBlob {
 public:
  struct State;

  StagedBlob() = default;
  explicit StagedBlob(std::shared_ptr<State> state) : state_(std::move(state)) {}

  explicit operator bool() const { return state_ != nullptr; }
  BlobId id() const;
  std::uint64_t size() const;
  BlobRange range() const { return {id(), 0, size()}; }
  /// Raw result of a checksum that BlobOptions asked for, or of XxHash64.
  const std::string& digest(ChecksumKind kind) const;
  std::optional<std::string> find_digest(ChecksumKind kind) const;
  /// Absent for a file of its own.
  std::optional<PackPlace> place() const;

 private:
  friend class BlobStore;
  std::shared_ptr<State> state_;
};

/// Takes bytes from one thread. Dropping it without finish() gives the bytes up.
class BlobWriter {
 public:
  struct State;

  explicit BlobWriter(std::unique_ptr<State> state);
  BlobWriter(BlobWriter&&) noexcept;
  BlobWriter& operator=(BlobWriter&&) noexcept;
  ~BlobWriter();

  void write(std::string_view bytes);
  std::uint64_t size() const;  ///< of what was written, as it came
  /// Syncs a file's bytes. Its name, and the bytes of a pack, are made durable by Store::apply(), one sync for many.
  StagedBlob finish();

 private:
  std::unique_ptr<State> state_;
};

/// Bytes of the store lent as a file: the range stays readable and unchanged while this lives, whatever is deleted
/// meanwhile. Read only. Copies share the loan. Bytes that are not what was stored throw DATA_CORRUPTION: a blob of at
/// most 64 MiB is held against its hash at the first reading, larger ones are left to Store::scrub().
class PinnedFile {
 public:
  struct State;

  PinnedFile() = default;
  explicit PinnedFile(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  explicit operator bool() const { return state_ != nullptr; }
  /// For engines that open files themselves, of whole files (is_whole_file()); the path of a pack may go.
  const std::filesystem::path& path() const;
  std::uint64_t offset() const;
  std::uint64_t size() const;
  bool is_whole_file() const;
  /// Reads up to into.size() bytes at `at` (relative to the range); fewer only at its end.
  std::size_t read(std::uint64_t at, std::span<char> into) const;
  std::string read_all() const;
  /// An open descriptor for sendfile(); valid while this lives. The range begins at offset() in it.
  int descriptor() const;

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace lab::store
