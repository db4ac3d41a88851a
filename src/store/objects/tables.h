#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/journal/rows.h"
#include "store/journal/sqlite.h"
#include "store/journal/transaction.h"
#include "store/objects/multipart.h"
#include "store/objects/object.h"

namespace lab::store {

/// Makes the store's own tables or brings them up to date, inside the open transaction.
void migrate_store_tables(journal::Connection& connection);

/// `properties` and `checksums` columns.
std::string encode_properties(const ObjectProperties& properties);
ObjectProperties decode_properties(std::string_view bytes);
/// The storage class among them, empty when none was said, and what else a listing gives; cost little for most objects.
std::string decode_listed_class(std::string_view bytes);
ObjectProperties decode_listed_properties(std::string_view bytes);
std::string encode_checksums(const std::vector<StoredChecksum>& checksums);
std::vector<StoredChecksum> decode_checksums(std::string_view bytes);

/// Throws NO_SUCH_BUCKET.
BucketInfo get_bucket(const Rows& rows, std::string_view name);
/// By name.
std::vector<BucketInfo> list_buckets(const Rows& rows);

/// Rows take a share in the blobs of `content`: staged ones become known, others get one more. Throws NO_SUCH_KEY when
/// a blob that is to be shared is gone.
void take_blobs(Transaction& transaction, const ObjectContent& content);
/// The blob's row; absent when it was collected.
std::optional<KeptBlob> find_blob(const Rows& rows, BlobId blob);
/// Reads `id, size, hash, pack, pack_offset`, which are the first columns.
KeptBlob read_blob(const journal::Statement& statement);
/// Gives shares back; a blob without any is collected later.
void drop_blob(Transaction& transaction, BlobId blob);

/// How many blobs rows name; and `bucket/key` (and the version) of every row that has bytes of one, of the past too, and
/// of uploads.
std::uint64_t count_blobs(journal::Connection& rows);
std::vector<std::string> find_blob_users(journal::Connection& rows, BlobId blob);

/// Where an open row of `objects` stands among the versions of its key.
enum class Place { Current = 0, Noncurrent = 1, Marker = 2 };

/// A version as its row has it: `birth` orders the versions of a key, and stays when the row is written anew.
struct VersionRow {
  ObjectInfo info;
  Place place = Place::Current;
  std::int64_t birth = 0;
};

/// The open row of a version, or the latest one without `version`.
std::optional<VersionRow> find_version_row(const Rows& rows, const BucketInfo& bucket, std::string_view key,
                                           const std::optional<std::string>& version);
/// Opens a row. The blobs' shares must have been taken. Sets the info's id, commit and, when it is zero, the birth.
void open_row(Transaction& transaction, const BucketInfo& bucket, VersionRow& row);
/// Closes it; its blobs stay shared by it until it is collected.
void close_row(Transaction& transaction, std::int64_t id);
/// The row closed and opened again in another place or with other properties; the same version.
void reopen_row(Transaction& transaction, const BucketInfo& bucket, VersionRow& row);
/// The number that the next row of `objects` will have.
std::int64_t next_row_id(const Rows& rows);
/// What the id of a version born now would be; sorts like `birth`.
std::string make_version_id(std::int64_t birth);

/// Makes an object the current one of its key, and of what was there what the bucket's versioning says. The blobs'
/// shares must have been taken.
ObjectInfo insert_object(Transaction& transaction, const BucketInfo& bucket, std::string key, std::string etag,
                         ObjectProperties properties, std::vector<ObjectPart> parts);
/// Takes the null version away, wherever it stands, and moves another current one behind: what a write to a bucket with
/// suspended versioning does first. Enabled: only the latter.
void make_way(Transaction& transaction, const BucketInfo& bucket, std::string_view key);
/// Throws what `expect` says (see PutObject) unless it holds for the key.
void check_expectation(const Rows& rows, const BucketInfo& bucket, std::string_view key, const Expectation& expect,
                       const Condition* otherwise);
/// The parts of an object whose bytes are not in its row.
std::vector<ObjectPart> read_object_parts(const Rows& rows, std::int64_t object);

// The operations behind Change's functions, one per file.
void create_bucket(Transaction& transaction, const std::string& name, const std::string& owner,
                   const std::string& region);
void delete_bucket(Transaction& transaction, const std::string& name);
ObjectInfo put_object(Transaction& transaction, PutObject& put);
void set_versioning(Transaction& transaction, const std::string& bucket, Versioning versioning);
DeleteResult delete_object(Transaction& transaction, const DeleteObject& erase);
ObjectInfo update_object(Transaction& transaction, const UpdateObject& update);
std::string create_upload(Transaction& transaction, const CreateUpload& create);
void put_part(Transaction& transaction, const PutPart& put);
ObjectInfo complete_upload(Transaction& transaction, const CompleteUpload& complete);
void abort_upload(Transaction& transaction, const std::string& bucket, const std::string& key,
                  const std::string& upload);

/// Throws NO_SUCH_BUCKET or NO_SUCH_UPLOAD.
UploadInfo get_upload(const Rows& rows, std::string_view bucket, std::string_view key, std::string_view upload);
UploadPage list_uploads(const Rows& rows, std::string_view bucket, const UploadListQuery& query);
PartPage list_parts(const Rows& rows, std::string_view bucket, std::string_view key, std::string_view upload,
                    int after_number, std::size_t limit);
/// Deletes an upload's rows and gives its blobs back.
void remove_upload(Transaction& transaction, std::string_view upload);

/// The common prefix that `key`, which begins with `prefix`, falls under; absent when it is listed itself.
std::optional<std::string> find_common_prefix(std::string_view key, std::string_view prefix, std::string_view delimiter);
/// Where a listing begins: behind `start_after`, and behind the whole common prefix that it lies under. Absent when nothing
/// can follow.
std::optional<std::string> first_listed_key(const std::string& start_after, const std::string& prefix,
                                            std::string_view delimiter);

/// The shortest string that sorts behind everything that begins with `prefix`; empty when there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace lab::store
