#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lab {

enum class ChecksumKind { Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256, XxHash64, XxHash128 };

/// One running checksum. Not thread-safe.
class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void update(std::string_view bytes) = 0;
  /// The raw bytes of the result, most significant first (as S3 encodes CRCs). Ends the hasher.
  virtual std::string finish() = 0;
};

std::unique_ptr<Hasher> create_hasher(ChecksumKind kind);
/// The checksum of all of `bytes` at once.
std::string checksum(ChecksumKind kind, std::string_view bytes);
std::size_t checksum_size(ChecksumKind kind);

/// S3's spelling: `CRC32`, `CRC32C`, `CRC64NVME`, `SHA1`, `SHA256`; ours for the others: `MD5`, `XXH64`, `XXH128`.
std::string_view checksum_name(ChecksumKind kind);
std::optional<ChecksumKind> find_checksum_kind(std::string_view name);

/// The CRC of two runs of bytes put together, from the CRC of each (raw, as finish() gives them) and the second one's
/// length. Only for the three CRC kinds. This is how S3 joins FULL_OBJECT checksums of parts.
std::string combine_crc(ChecksumKind kind, std::string_view first, std::string_view second,
                        std::uint64_t second_length);

}  // namespace lab
