#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/objects/object.h"

namespace lab::store {

struct UploadInfo {
  std::string id;
  std::string bucket;
  std::string key;
  std::string initiator;
  Timestamp initiated;
  ObjectProperties properties;
  std::optional<ChecksumKind> checksum;  ///< algorithm that the parts carry
  bool full_object_checksum = false;     ///< S3's FULL_OBJECT instead of COMPOSITE
};

struct CreateUpload {
  std::string bucket;
  std::string key;
  ObjectProperties properties = {};
  std::optional<ChecksumKind> checksum = {};
  bool full_object_checksum = false;
};

struct UploadedPart {
  int number = 0;
  std::uint64_t size = 0;
  std::string etag;
  Timestamp modified;
  std::vector<StoredChecksum> checksums;
};

struct PutPart {
  std::string bucket;
  std::string key;
  std::string upload;
  int number = 1;
  ObjectContent content;
  std::string etag;
  std::vector<StoredChecksum> checksums = {};
};

/// A part as the client names it when completing; checksums only where it sent them.
struct CompletePart {
  int number = 0;
  std::string etag;
  std::optional<StoredChecksum> checksum = {};
};

struct CompleteUpload {
  std::string bucket;
  std::string key;
  std::string upload;
  std::vector<CompletePart> parts;
  Expectation expect = {};
  std::optional<StoredChecksum> checksum = {};    ///< that the whole object must have: CHECKSUM_MISMATCH otherwise
  std::uint64_t min_part_size = 5 * 1024 * 1024;  ///< of all but the last
};

struct UploadListQuery {
  std::string prefix = {};
  std::string delimiter = {};
  std::string key_marker = {};
  std::string upload_marker = {};  ///< with key_marker: also uploads of that key behind this id
  std::size_t limit = 1000;
};

struct UploadPage {
  std::vector<UploadInfo> uploads;  ///< by key, then id
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string next_key_marker;
  std::string next_upload_marker;
};

struct PartPage {
  UploadInfo upload;
  std::vector<UploadedPart> parts;  ///< by number
  bool is_truncated = false;
  int next_marker = 0;
};

}  // namespace lab::store
