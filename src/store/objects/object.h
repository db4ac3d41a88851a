#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/checksum.h"
#include "base/clock.h"
#include "store/commit.h"
#include "store/objects/blob.h"

namespace lab::store {

/// Whether a bucket keeps what is overwritten or deleted as versions (S3's versioning). Once on it can only be suspended.
enum class Versioning { Off, Enabled, Suspended };

struct BucketInfo {
  std::int64_t id = 0;
  std::string name;
  std::string owner;
  std::string region;
  Timestamp created;
  CommitNumber commit;
  Versioning versioning = Versioning::Off;
};

/// A checksum that is kept with an object or a part and given back.
struct StoredChecksum {
  ChecksumKind kind = ChecksumKind::Crc32;
  std::string value;       ///< raw bytes
  bool composite = false;  ///< S3's COMPOSITE (a checksum of the parts' checksums) instead of FULL_OBJECT
  friend bool operator==(const StoredChecksum&, const StoredChecksum&) = default;
};

/// What keeps a version from being deleted (S3 object lock).
struct ObjectLock {
  enum class Mode { None, Governance, Compliance };
  Mode mode = Mode::None;
  Timestamp until;  ///< of the mode
  bool legal_hold = false;
  friend bool operator==(const ObjectLock&, const ObjectLock&) = default;
};

/// How an object's bytes are kept from whoever reads the disk, and under which key.
struct ObjectEncryption {
  enum class Mode {
    None,
    Lab,       ///< S3's SSE-S3: under the lab's own key
    Named,     ///< SSE-KMS: under a key that the client names
    Customer,  ///< SSE-C: under a key that the client gives with every request
  };
  Mode mode = Mode::None;
  std::string key_id = {};      ///< of Named
  std::string context = {};     ///< SSE-KMS's encryption context, as the client wrote it
  bool has_bucket_key = false;  ///< SSE-KMS's bucket key was asked for
  std::string key_digest = {};  ///< of Customer: MD5 of the client's key, in Base64
  std::string sealed_key = {};  ///< the object's own key
  friend bool operator==(const ObjectEncryption&, const ObjectEncryption&) = default;
};

/// What is kept beside the bytes. Values are bytes as the client sent them.
struct ObjectProperties {
  std::string content_type;
  std::map<std::string, std::string> headers;  ///< lower-case: cache-control, content-disposition, content-encoding, …
  std::map<std::string, std::string> user_metadata;  ///< lower-case, without `x-amz-meta-`
  std::vector<StoredChecksum> checksums;
  ObjectLock lock = {};
  std::string acl = {};  ///< as its protocol writes it; empty: the owner's alone
  ObjectEncryption encryption = {};
  std::string owner = {};  ///< whose the object is to be; empty: who makes it

  bool is_sealed() const { return encryption.mode != ObjectEncryption::Mode::None; }
  friend bool operator==(const ObjectProperties&, const ObjectProperties&) = default;
};

/// The one header of an object that listings give: its storage class.
inline constexpr std::string_view kListedHeader = "x-amz-storage-class";

/// A run of an object's bytes. Objects that were put whole have parts with number 0, or none when they are empty; a
/// part of a multipart upload that was copied may be several runs, one behind the other, with its number.
struct ObjectPart {
  int number = 0;
  BlobRange bytes;
  std::string etag;
  std::vector<StoredChecksum> checksums;
};

struct ObjectInfo {
  std::int64_t id = 0;  ///< of this version; never used twice
  std::string bucket;
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  ///< without quotes
  Timestamp modified;
  std::string owner;
  CommitNumber commit;                 ///< that opened this version
  std::optional<CommitNumber> closed;  ///< that closed it, when reading the past
  ObjectProperties properties;         ///< in a listing the header kListedHeader alone
  std::vector<ObjectPart> parts;       ///< empty in a listing
  int num_parts = 0;                   ///< of a multipart upload; 0 when it was put whole
  std::string version = {};            ///< empty: the null version, the only one of a bucket that keeps none
  bool is_marker = false;              ///< a delete marker: no bytes, hides the versions before it
  bool is_latest = true;
  bool has_versions = false;           ///< its bucket keeps or kept versions

  /// How many bytes of the object a part of it has.
  std::uint64_t length_of(const ObjectPart& part) const;
};

/// What a put or delete expects to find; decided inside the writer, so that of many at once one wins.
struct Expectation {
  enum class Of { Nothing, Absent, Present, ETag, NotETag };
  Of of = Of::Nothing;
  std::string etag = {};

  static Expectation absent() { return {Of::Absent}; }                             ///< If-None-Match: *
  static Expectation present() { return {Of::Present}; }                           ///< If-Match: *
  static Expectation has_etag(std::string e) { return {Of::ETag, std::move(e)}; }  ///< If-Match
  static Expectation not_etag(std::string e) { return {Of::NotETag, std::move(e)}; }
};

/// The bytes of an object to be: staged ones, or ranges of blobs that objects have already (a copy moves no byte).
class ObjectContent {
 public:
  /// An empty object.
  ObjectContent() = default;
  /// One run of new bytes.
  static ObjectContent of(StagedBlob blob);
  /// The bytes of an existing object; `info` from Objects::get(). Store::apply() throws NO_SUCH_KEY when they were
  /// collected meanwhile; hold an ObjectReader to rule that out.
  static ObjectContent copy_of(const ObjectInfo& info);
  /// As copy_of(), only `length` bytes from `offset`. Sealed bytes cannot be taken over: they are read and written.
  static ObjectContent copy_of(const ObjectInfo& info, std::uint64_t offset, std::uint64_t length);

  std::uint64_t size() const;  ///< as stored

  std::vector<ObjectPart> parts;
  std::vector<StagedBlob> staged;
};

struct PutObject {
  std::string bucket;
  std::string key;  ///< any bytes
  ObjectContent content;
  std::string etag;  ///< without quotes
  ObjectProperties properties = {};
  Expectation expect = {};
  /// Raised with {bucket, key, condition} when the expectation does not hold; Delta's log gives CHANGE_CONFLICT
  /// (parameter `what`). An ETag expectation of an absent key raises NO_SUCH_KEY.
  const Condition* otherwise = nullptr;  ///< nullptr: OBJECT_PRECONDITION_FAILED
};

/// Without `version`: the key is deleted, which in a bucket with versions puts a delete marker in front of them. With it
/// (empty: the null version): that one version is removed.
///
/// What is expected is expected of the version that the delete is about, a marker too; where there is none, nothing is refused
/// and nothing done.
struct DeleteObject {
  std::string bucket;
  std::string key;
  Expectation expect = {};
  std::optional<std::uint64_t> expected_size = {};
  std::optional<std::chrono::sys_seconds> expected_modified = {};
  std::optional<std::string> version = {};
  bool bypasses_governance = false;  ///< removes a version that is locked in governance mode
};

struct DeleteResult {
  bool existed = false;               ///< there was an object, or the version
  bool is_marker = false;             ///< a marker was made, or the removed version was one
  std::optional<std::string> version; ///< of that marker, or the removed one; absent without versions
};

/// Changes what is kept beside the bytes of a version, which stays the same version.
struct UpdateObject {
  std::string bucket;
  std::string key;
  std::optional<std::string> version = {};  ///< absent: the latest
  std::function<void(ObjectInfo&)> update;  ///< changes `properties` only; may throw
};

struct ListQuery {
  std::string prefix = {};
  std::string delimiter = {};
  std::string start_after = {};  ///< only keys and common prefixes behind this one
  std::size_t limit = 1000;      ///< of keys and common prefixes together
  std::optional<CommitNumber> as_of = {};
};

/// A listing of all versions, newest first within a key.
struct VersionQuery {
  std::string prefix = {};
  std::string delimiter = {};
  std::string key_marker = {};                    ///< only keys and common prefixes behind this one …
  std::optional<std::string> version_marker = {}; ///< … and versions of it behind this one (empty: the null version)
  std::size_t limit = 1000;
};

struct VersionPage {
  std::vector<ObjectInfo> versions;  ///< delete markers too
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string next_key_marker;
  std::optional<std::string> next_version_marker;
};

/// An object of a listing while it is looked at: the texts are those of the row that is read.
struct ListedKey {
  std::string_view key;
  std::uint64_t size = 0;
  std::string_view etag;  ///< without quotes
  Timestamp modified;
  std::string_view owner;
  std::string storage_class;  ///< empty: none was said
};

struct ListPage {
  std::vector<ObjectInfo> objects;  ///< by key, compared as bytes
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
  std::string next_start_after;  ///< for the next page when truncated
};

}  // namespace lab::store
