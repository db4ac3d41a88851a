#pragma once

#include <memory>
#include <string>

#include "store/objects/objects.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The object that `x-amz-copy-source` names, opened so that its bytes stay until the copy is committed. Throws
/// InvalidArgument, NoSuchBucket, NoSuchKey, InvalidRequest without the client's key of a sealed source, and
/// PreconditionFailed by the x-amz-copy-source-if-* headers.
store::ObjectReader open_copy_source(const Call& call);

/// The bytes of a copy: shared with their source where neither is sealed, else read and written anew.
struct CopiedBytes {
  store::ObjectContent content;
  std::vector<std::string> digests;  ///< of `kinds`, raw
};
CopiedBytes copy_bytes(const Call& call, const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length,
                       const std::vector<ChecksumKind>& kinds, const std::optional<store::DataKey>& key);

/// Reads `length` bytes from `offset` and computes checksums over them, in the order of `kinds`; raw.
std::vector<std::string> read_digests(const store::ObjectReader& reader, std::uint64_t offset, std::uint64_t length,
                                      const std::vector<ChecksumKind>& kinds);

}  // namespace lab::s3
