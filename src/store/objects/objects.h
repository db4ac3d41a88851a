#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "store/objects/blob.h"
#include "store/objects/multipart.h"
#include "store/objects/object.h"
#include "store/objects/sealing.h"

namespace lab::store {

class Rows;
class Snapshot;
class Store;

/// An object being read: what it is, and its bytes, which stay readable while this lives. Sealed bytes come out plain; an
/// object that is sealed with a client's key must be unlocked first. Thread-safe for reading.
class ObjectReader {
 public:
  ObjectReader(ObjectInfo info, std::vector<PinnedFile> parts);
  const ObjectInfo& info() const { return info_; }
  std::uint64_t size() const { return info_.size; }
  /// Reads up to into.size() bytes at `at`; fewer only at the end.
  std::size_t read(std::uint64_t at, std::span<char> into) const;
  std::string read_all() const;
  /// Gives the object's own key (Keyring); before reading.
  void unlock(DataKey key) { key_ = std::move(key); }
  /// The files behind the object, in order; one for an object that was put whole, none for an empty one. Of a sealed
  /// object (ObjectProperties::is_sealed) they are of no use.
  const std::vector<PinnedFile>& parts() const { return parts_; }

 private:
  ObjectInfo info_;
  std::vector<PinnedFile> parts_;
  std::vector<std::uint64_t> starts_;
  std::optional<DataKey> key_;
};

/// Reading buckets and objects as they are committed. Writing goes through Change. Every call sees one moment; those
/// with a Snapshot see that one. Thread-safe; blocks for disk at most.
class Objects {
 public:
  explicit Objects(Store& store) : store_(store) {}

  std::optional<BucketInfo> find_bucket(std::string_view name) const;
  BucketInfo get_bucket(std::string_view name) const;  ///< Throws NO_SUCH_BUCKET.
  std::vector<BucketInfo> list_buckets() const;        ///< By name.

  /// Absent when the bucket or the key is. With `as_of`: as it was right after that commit, within retention.
  std::optional<ObjectInfo> find(std::string_view bucket, std::string_view key,
                                 std::optional<CommitNumber> as_of = {}) const;
  /// Throws NO_SUCH_BUCKET or NO_SUCH_KEY.
  ObjectInfo get(std::string_view bucket, std::string_view key, std::optional<CommitNumber> as_of = {}) const;
  /// As get(), with the bytes.
  ObjectReader open(std::string_view bucket, std::string_view key, std::optional<CommitNumber> as_of = {}) const;
  std::optional<ObjectReader> find_and_open(std::string_view bucket, std::string_view key,
                                            std::optional<CommitNumber> as_of = {}) const;
  /// One version, or the latest, which may be a delete marker; `version` empty: the null version. Throws NO_SUCH_BUCKET,
  /// NO_SUCH_KEY when the key has no version at all, NO_SUCH_VERSION.
  ObjectInfo get_version(std::string_view bucket, std::string_view key,
                         const std::optional<std::string>& version) const;
  /// As get_version(), with the bytes; none for a delete marker.
  ObjectReader open_version(std::string_view bucket, std::string_view key,
                            const std::optional<std::string>& version) const;
  /// Throws NO_SUCH_BUCKET.
  VersionPage list_versions(std::string_view bucket, const VersionQuery& query) const;
  /// Opens many keys of one bucket at one moment; absent ones are empty. For the files of a table.
  std::vector<std::optional<ObjectReader>> open_many(std::string_view bucket,
                                                     const std::vector<std::string>& keys) const;
  /// Throws NO_SUCH_BUCKET. Costs one seek per key and per common prefix, however many keys lie below one.
  ListPage list(std::string_view bucket, const ListQuery& query) const;
  /// As list(), but gives each object to `each` instead of keeping it: the page that is answered has none.
  ListPage list(std::string_view bucket, const ListQuery& query, const std::function<void(const ListedKey&)>& each) const;

  UploadInfo get_upload(std::string_view bucket, std::string_view key,
                        std::string_view upload) const;  ///< Throws NO_SUCH_UPLOAD.
  UploadPage list_uploads(std::string_view bucket, const UploadListQuery& query) const;
  /// Parts behind `after_number`. Throws NO_SUCH_UPLOAD.
  PartPage list_parts(std::string_view bucket, std::string_view key, std::string_view upload, int after_number,
                      std::size_t limit) const;

 private:
  Store& store_;
};

/// The same inside a step of a Change or on a snapshot of the caller's.
std::optional<BucketInfo> find_bucket(const Rows& rows, std::string_view name);
std::optional<ObjectInfo> find_object(const Rows& rows, std::string_view bucket, std::string_view key,
                                      std::optional<CommitNumber> as_of = {});
ListPage list_objects(const Rows& rows, std::string_view bucket, const ListQuery& query);
ListPage list_objects(const Rows& rows, std::string_view bucket, const ListQuery& query, const std::function<void(const ListedKey&)>& each);
/// Absent when there is no such version (any, without `version`).
std::optional<ObjectInfo> find_version(const Rows& rows, const BucketInfo& bucket, std::string_view key,
                                       const std::optional<std::string>& version);
VersionPage list_versions(const Rows& rows, std::string_view bucket, const VersionQuery& query);

}  // namespace lab::store
