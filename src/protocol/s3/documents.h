#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/s3/checksums.h"

namespace lab::s3 {

/// The documents that clients send. Each reader throws MalformedXML for what is not of its schema.

struct RequestedPart {
  int number = 0;
  std::string etag;  ///< without quotes
  std::optional<GivenChecksum> checksum;
};

/// `<CompleteMultipartUpload>`; at least one part, at most 10,000.
std::vector<RequestedPart> parse_complete_upload(std::string_view xml);

struct ObjectToDelete {
  std::string key;
  std::optional<std::string> version;
  // Delete only while these are its own.
  std::optional<std::string> etag = {};
  std::optional<std::uint64_t> size = {};
  std::optional<std::chrono::sys_seconds> modified = {};
};

struct DeleteRequest {
  std::vector<ObjectToDelete> objects;
  bool is_quiet = false;
};

/// `<Delete>`; 1 to 1,000 objects.
DeleteRequest parse_delete_request(std::string_view xml);

/// The LocationConstraint of `<CreateBucketConfiguration>`; empty without one or without a body.
std::string parse_create_bucket(std::string_view xml);

/// `<VersioningConfiguration>`: whether it is Enabled (or Suspended). Throws NotImplemented for MFA delete.
bool parse_versioning(std::string_view xml);

/// `<Tagging>`: at most `max_tags` pairs. Throws InvalidTag beyond S3's limits.
NameValues parse_tagging(std::string_view xml, std::size_t max_tags = 10);
/// The same from the header `x-amz-tagging: k=v&k2=v2`.
NameValues parse_tagging_header(std::string_view text);

/// User metadata (`x-amz-meta-*`) by its name without the prefix, values of repeated headers joined. Throws
/// MetadataTooLarge beyond 2 KB.
NameValues collect_user_metadata(const NameValues& headers);

}  // namespace lab::s3
