#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "protocol/s3/checksums.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {

/// What S3 answers with, as structs, and the documents written from them.

struct Owner {
  std::string id;
  std::string display_name;
};

struct ListedBucket {
  std::string name;
  Timestamp created;
  std::string region;
};

struct BucketList {
  Owner owner;
  std::vector<ListedBucket> buckets;
  std::string prefix;
  std::string next_token;
};
std::string write_bucket_list(const BucketList& list);

struct ListedObject {
  std::string key;
  Timestamp modified;
  std::string etag;
  std::uint64_t size = 0;
  std::string owner;  ///< shown when the list is with owners
  std::string storage_class = {};
};

/// One page of ListObjects, both versions.
struct ObjectList {
  std::string bucket;
  std::string prefix;
  std::string delimiter;
  std::uint64_t max_keys = 1000;
  bool encode_url = false;
  bool is_truncated = false;
  bool with_owner = false;
  std::vector<ListedObject> objects;
  std::vector<std::string> common_prefixes;
  // Version 1.
  std::string marker;
  std::string next_marker;
  // Version 2.
  std::optional<std::string> continuation_token;
  std::string next_continuation_token;
  std::optional<std::string> start_after;
};
std::string write_object_list_v1(const ObjectList& list);
std::string write_object_list_v2(const ObjectList& list);

/// A version in a listing; `null` is the id of the one that was made without versioning.
struct ListedVersion {
  ListedObject object;
  std::string version;
  bool is_latest = false;
  bool is_marker = false;
};

/// ListObjectVersions; `page` has the request's parameters and the common prefixes.
struct VersionList {
  ObjectList page;
  std::vector<ListedVersion> versions;
  std::string key_marker;
  std::string version_marker;
  std::string next_key_marker;
  std::string next_version_marker;
};
std::string write_version_list(const VersionList& list);

/// A checksum as it is shown: base64, with `-parts` behind it when it is composite.
struct ShownChecksum {
  ChecksumKind kind;
  std::string text;
  bool is_composite = false;
};

std::string write_location(std::string_view region);
std::string write_create_upload(std::string_view bucket, std::string_view key, std::string_view upload);

struct CompletedUpload {
  std::string location;
  std::string bucket;
  std::string key;
  std::string etag;
  std::vector<ShownChecksum> checksums;
};
std::string write_completed_upload(const CompletedUpload& completed);

/// `root` is CopyObjectResult or CopyPartResult.
std::string write_copy_result(std::string_view root, Timestamp modified, std::string_view etag,
                              const std::vector<ShownChecksum>& checksums);

struct ListedPart {
  int number = 0;
  Timestamp modified;
  std::string etag;
  std::uint64_t size = 0;
  std::vector<ShownChecksum> checksums;
};

struct PartList {
  std::string bucket;
  std::string key;
  std::string upload;
  Owner owner;
  std::string storage_class;
  int marker = 0;
  int next_marker = 0;
  std::uint64_t max_parts = 1000;
  bool is_truncated = false;
  bool encode_url = false;
  std::string checksum_algorithm;
  std::string checksum_type;
  std::vector<ListedPart> parts;
};
std::string write_part_list(const PartList& list);

struct ListedUpload {
  std::string key;
  std::string id;
  Owner owner;
  Timestamp initiated;
  std::string storage_class;
  std::string checksum_algorithm;
  std::string checksum_type;
};

struct UploadList {
  std::string bucket;
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::string upload_marker;
  std::string next_key_marker;
  std::string next_upload_marker;
  std::uint64_t max_uploads = 1000;
  bool is_truncated = false;
  bool encode_url = false;
  std::vector<ListedUpload> uploads;
  std::vector<std::string> common_prefixes;
};
std::string write_upload_list(const UploadList& list);

/// What became of one object of DeleteObjects.
struct DeletedObject {
  std::string key;
  std::optional<std::string> version;  ///< as the request named it
  std::optional<Error> error;
  bool is_marker = false;                     ///< a marker was made or removed
  std::optional<std::string> marker_version;  ///< of that one
};
std::string write_delete_result(const std::vector<DeletedObject>& objects, bool is_quiet);

/// GetObjectAttributes; only what was asked for is set.
struct ObjectAttributes {
  std::optional<std::string> etag;
  std::vector<ShownChecksum> checksums;
  bool with_parts = false;
  int total_parts = 0;
  int part_marker = 0;
  int next_part_marker = 0;
  int max_parts = 1000;
  bool is_truncated = false;
  std::vector<ListedPart> parts;
  std::optional<std::string> storage_class;
  std::optional<std::uint64_t> size;
};
std::string write_object_attributes(const ObjectAttributes& attributes);

/// `status` is Enabled, Suspended, or empty when versioning was never on.
std::string write_versioning(std::string_view status);
std::string write_tagging(const NameValues& tags);

}  // namespace lab::s3
