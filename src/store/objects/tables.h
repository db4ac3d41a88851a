#pragma once

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
std::string encode_checksums(const std::vector<StoredChecksum>& checksums);
std::vector<StoredChecksum> decode_checksums(std::string_view bytes);

/// Throws NO_SUCH_BUCKET.
BucketInfo get_bucket(const Rows& rows, std::string_view name);
/// By name.
std::vector<BucketInfo> list_buckets(const Rows& rows);

/// Rows take a share in the blobs of `content`: staged ones become known, others get one more. Throws NO_SUCH_KEY when
/// a blob that is to be shared is gone.
void take_blobs(Transaction& transaction, const ObjectContent& content);
/// Gives shares back; a blob without any is collected later.
void drop_blob(Transaction& transaction, BlobId blob);

/// Opens the row of an object and closes the one before it. The blobs' shares must have been taken.
ObjectInfo insert_object(Transaction& transaction, const BucketInfo& bucket, std::string key, std::string etag,
                         ObjectProperties properties, std::vector<ObjectPart> parts);
/// Throws what `expect` says (see PutObject) unless it holds for the key.
void check_expectation(const Rows& rows, const BucketInfo& bucket, std::string_view key, const Expectation& expect,
                       const Condition* otherwise);
/// Closes the open row; false when there is none.
bool close_object(Transaction& transaction, const BucketInfo& bucket, std::string_view key);

/// The parts of an object whose bytes are not in its row.
std::vector<ObjectPart> read_object_parts(const Rows& rows, std::int64_t object);

// The operations behind Change's functions, one per file.
void create_bucket(Transaction& transaction, const std::string& name, const std::string& owner,
                   const std::string& region);
void delete_bucket(Transaction& transaction, const std::string& name);
ObjectInfo put_object(Transaction& transaction, PutObject& put);
bool delete_object(Transaction& transaction, const DeleteObject& erase);
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

/// The shortest string that sorts behind everything that begins with `prefix`; empty when there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace lab::store
