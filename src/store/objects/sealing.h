#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/objects/blob.h"

/// Authenticated encryption of stored bytes: AES-256-GCM over chunks of 64 KiB, each with a tag of its own, so that a
/// range is read without the rest and no chunk can be changed, moved or cut off unnoticed.
namespace lab::store {

/// 256 secret bits that seal the bytes of one object, or other keys.
struct DataKey {
  std::string bytes;
  static DataKey random();
};

inline constexpr std::uint64_t kSealedChunk = 64 << 10;
inline constexpr std::uint64_t kSealTag = 16;

/// How many bytes `plain` bytes take when they are sealed, and back.
std::uint64_t sealed_length(std::uint64_t plain);
std::uint64_t plain_length(std::uint64_t sealed);

/// Seals the bytes of one blob as they come. One thread.
class Sealer {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// Blobs of one object share its key; each is sealed with a key of its own that is derived from it and the blob's id.
  Sealer(const DataKey& key, BlobId blob);
  void write(std::string_view plain, const Sink& sink);
  /// The last chunk, which is marked as the last.
  void finish(const Sink& sink);

 private:
  void seal_chunk(std::string_view plain, bool is_last, const Sink& sink);

  std::string key_;
  std::string pending_;
  std::uint64_t next_chunk_ = 0;
};

/// Reads plain bytes at `at` of a sealed blob; fewer than into.size() only at its end. Throws DATA_CORRUPTION for bytes
/// that are not what was sealed.
std::size_t read_sealed(const PinnedFile& file, const DataKey& key, BlobId blob, std::uint64_t at, std::span<char> into);

/// A key under another key. `context` is no secret and must be the same for both.
std::string seal_key(const DataKey& wrapping, const DataKey& key, std::string_view context);
/// Absent when it was sealed with another key or context.
std::optional<DataKey> unseal_key(const DataKey& wrapping, std::string_view sealed, std::string_view context);

}  // namespace lab::store
