#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http.h"
#include "protocol/s3/answers.h"
#include "store/objects/object.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// What a put, a copy with REPLACE or a new upload says about its object: content type, stored headers, metadata, tags.
/// Throws MetadataTooLarge, InvalidTag, InvalidStorageClass, and NotImplemented for what would be promised and not kept.
/// Lock, list, owner and encryption are the bucket's to decide (new_object.h).
store::ObjectProperties read_properties(const RequestHead& head);

/// If-Match and If-None-Match of a write. Throws NotImplemented for combinations that S3 does not know either.
store::Expectation read_expectation(const RequestHead& head);

/// What a delete expects of the version that it is about: the same, and `x-amz-if-match-size`, `x-amz-if-match-last-modified-time`.
/// Throws InvalidArgument.
void read_delete_expectation(const RequestHead& head, store::DeleteObject& erase);

/// Headers of GET and HEAD that describe the object, without its length.
void set_object_headers(net::Response& response, const store::ObjectInfo& info);

/// The checksum headers of an answer.
void set_checksum_headers(net::Response& response, const std::vector<store::StoredChecksum>& checksums, int num_parts);

/// As documents show them.
std::vector<ShownChecksum> show_checksums(const std::vector<store::StoredChecksum>& checksums, int num_parts);

/// `x-amz-bypass-governance-retention: true`.
bool bypasses_governance(const RequestHead& head);

std::chrono::sys_seconds to_seconds(Timestamp time);

/// The headers that are kept beside an object and given back, lower-case.
inline constexpr std::string_view kStoredHeaders[] = {"cache-control", "content-disposition", "content-encoding",
                                                      "content-language", "expires", "x-amz-website-redirect-location"};
inline constexpr std::string_view kTaggingHeader = "x-amz-tagging";
/// Until when an archived object is restored, in seconds since 1970; shown in another form (expiration.h).
inline constexpr std::string_view kRestoreHeader = "x-amz-restore";
inline constexpr std::string_view kStorageClassHeader = store::kListedHeader;
/// `STANDARD` where nothing was said.
std::string storage_class_of(const store::ObjectProperties& properties);

}  // namespace lab::s3
