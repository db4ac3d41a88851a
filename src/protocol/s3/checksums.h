#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/checksum.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3 {

/// The five algorithms that S3 knows, in the order of its documents.
std::span<const ChecksumKind> checksum_kinds();

/// `x-amz-checksum-crc32` and so on.
std::string checksum_header(ChecksumKind kind);
/// `ChecksumCRC32` and so on, the element in documents.
std::string checksum_element(ChecksumKind kind);
/// `CRC32` and so on, either case. Throws InvalidRequest for another.
ChecksumKind parse_checksum_algorithm(std::string_view name);
/// Whether an algorithm may have checksums of type FULL_OBJECT in a multipart upload (the CRCs) or COMPOSITE (all but
/// CRC64NVME).
bool can_be_full_object(ChecksumKind kind);
bool can_be_composite(ChecksumKind kind);

/// A checksum that the client gave; `value` is raw bytes.
struct GivenChecksum {
  ChecksumKind kind;
  std::string value;
};

/// What the headers (or trailers) say about the body's checksum. Throws InvalidRequest for a value of the wrong form
/// and for more than one.
std::optional<GivenChecksum> find_given_checksum(const NameValues& headers);

/// The same about the object that an upload becomes, whose checksum may be written `value-parts` (COMPOSITE).
std::optional<GivenChecksum> find_object_checksum(const NameValues& headers);

/// The algorithm whose checksum `x-amz-trailer` announces; absent without the header. Throws InvalidRequest.
std::optional<ChecksumKind> find_announced_checksum(const NameValues& headers);

/// The algorithm of `x-amz-sdk-checksum-algorithm` or `x-amz-checksum-algorithm`; absent without. Throws InvalidRequest.
std::optional<ChecksumKind> find_named_checksum(const NameValues& headers);

/// Raw bytes of Content-MD5; absent without the header. Throws InvalidDigest.
std::optional<std::string> find_content_md5(const NameValues& headers);

}  // namespace lab::s3
