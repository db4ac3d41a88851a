#include "store/objects/multipart.h"

#include "base/error.h"
#include "base/ids.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/sealing.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

constexpr const char* kUploadColumns =
    "SELECT id, key, initiated, initiator, properties, checksum, full_object FROM uploads ";

UploadInfo read_upload(const journal::Statement& statement, std::string_view bucket) {
  UploadInfo info{.id = std::string(statement.text(0)),
                  .bucket = std::string(bucket),
                  .key = std::string(statement.blob(1)),
                  .initiator = std::string(statement.text(3)),
                  .initiated = Timestamp(std::chrono::microseconds(statement.integer(2))),
                  .properties = decode_properties(statement.blob(4)),
                  .full_object_checksum = statement.integer(6) != 0};
  if (!statement.is_null(5)) info.checksum = find_checksum_kind(statement.text(5));
  return info;
}

/// Deletes a part's rows and gives its blobs back.
void remove_part(Transaction& transaction, std::string_view upload, int number) {
  auto& connection = connection_of(transaction);
  std::vector<BlobId> blobs;
  {
    auto ranges = connection.prepare("SELECT blob FROM upload_ranges WHERE upload = ?1 AND number = ?2");
    ranges.bind_text(1, upload).bind(2, number);
    while (ranges.step()) blobs.push_back(BlobId{ranges.integer(0)});
  }
  for (const auto blob : blobs) drop_blob(transaction, blob);
  for (const auto* sql : {"DELETE FROM upload_ranges WHERE upload = ?1 AND number = ?2",
                          "DELETE FROM upload_parts WHERE upload = ?1 AND number = ?2"})
    connection.prepare(sql).bind_text(1, upload).bind(2, number).run();
}

}  // namespace

UploadInfo get_upload(const Rows& rows, std::string_view bucket_name, std::string_view key, std::string_view upload) {
  const auto bucket = get_bucket(rows, bucket_name);
  auto statement =
      connection_of(rows).prepare(std::string(kUploadColumns) + "WHERE id = ?1 AND bucket = ?2 AND key = ?3");
  statement.bind_text(1, upload).bind(2, bucket.id).bind_blob(3, key);
  if (!statement.step()) throw Error(conditions::kNoSuchUpload, {{"upload", std::string(upload)}});
  return read_upload(statement, bucket_name);
}

std::string create_upload(Transaction& transaction, const CreateUpload& create) {
  const auto bucket = get_bucket(transaction, create.bucket);
  auto id = random_hex(24);
  const auto properties = encode_properties(create.properties);
  auto insert = connection_of(transaction).prepare("INSERT INTO uploads VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  insert.bind_text(1, id)
      .bind(2, bucket.id)
      .bind_blob(3, create.key)
      .bind(4, transaction.time().time_since_epoch().count())
      .bind_text(5, transaction.origin().actor)
      .bind_blob(6, properties)
      .bind(8, create.full_object_checksum ? 1 : 0);
  if (create.checksum)
    insert.bind_text(7, checksum_name(*create.checksum));
  else
    insert.bind_null(7);
  insert.run();
  transaction.announce({"uploads", FeedAction::Put, create.bucket + "/" + create.key});
  return id;
}

void put_part(Transaction& transaction, const PutPart& put) {
  const auto upload = get_upload(transaction, put.bucket, put.key, put.upload);
  const std::uint64_t stored = put.content.size();
  remove_part(transaction, put.upload, put.number);
  take_blobs(transaction, put.content);
  auto& connection = connection_of(transaction);
  const auto checksums = encode_checksums(put.checksums);
  connection.prepare("INSERT INTO upload_parts VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind_text(1, put.upload)
      .bind(2, put.number)
      .bind(3, upload.properties.is_sealed() ? plain_length(stored) : stored)
      .bind_text(4, put.etag)
      .bind(5, transaction.time().time_since_epoch().count())
      .bind_blob(6, checksums)
      .run();
  int ordinal = 0;
  for (const auto& part : put.content.parts) {
    connection.prepare("INSERT INTO upload_ranges VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind_text(1, put.upload)
        .bind(2, put.number)
        .bind(3, ordinal++)
        .bind(4, part.bytes.blob.value)
        .bind(5, part.bytes.offset)
        .bind(6, part.bytes.length)
        .run();
  }
}

void remove_upload(Transaction& transaction, std::string_view upload) {
  auto& connection = connection_of(transaction);
  std::vector<BlobId> blobs;
  {
    auto ranges = connection.prepare("SELECT blob FROM upload_ranges WHERE upload = ?1");
    ranges.bind_text(1, upload);
    while (ranges.step()) blobs.push_back(BlobId{ranges.integer(0)});
  }
  for (const auto blob : blobs) drop_blob(transaction, blob);
  for (const auto* sql : {"DELETE FROM upload_ranges WHERE upload = ?1", "DELETE FROM upload_parts WHERE upload = ?1",
                          "DELETE FROM uploads WHERE id = ?1"})
    connection.prepare(sql).bind_text(1, upload).run();
}

void abort_upload(Transaction& transaction, const std::string& bucket, const std::string& key,
                  const std::string& upload) {
  get_upload(transaction, bucket, key, upload);
  remove_upload(transaction, upload);
  transaction.announce({"uploads", FeedAction::Erase, bucket + "/" + key});
}

PartPage list_parts(const Rows& rows, std::string_view bucket, std::string_view key, std::string_view upload,
                    int after_number, std::size_t limit) {
  PartPage page{.upload = get_upload(rows, bucket, key, upload)};
  auto statement = connection_of(rows).prepare(
      "SELECT number, size, etag, modified, checksums FROM upload_parts WHERE upload = ?1 AND number > ?2 ORDER BY "
      "number LIMIT ?3");
  statement.bind_text(1, upload).bind(2, after_number).bind(3, static_cast<std::int64_t>(limit) + 1);
  while (statement.step()) {
    if (page.parts.size() == limit) {
      page.is_truncated = true;
      page.next_marker = page.parts.empty() ? after_number : page.parts.back().number;
      break;
    }
    page.parts.push_back({static_cast<int>(statement.integer(0)), static_cast<std::uint64_t>(statement.integer(1)),
                          std::string(statement.text(2)), Timestamp(std::chrono::microseconds(statement.integer(3))),
                          decode_checksums(statement.blob(4))});
  }
  return page;
}

UploadPage list_uploads(const Rows& rows, std::string_view bucket_name, const UploadListQuery& query) {
  const auto bucket = get_bucket(rows, bucket_name);
  UploadPage page;
  auto statement = connection_of(rows).prepare(
      std::string(kUploadColumns) +
      "WHERE bucket = ?1 AND (key > ?2 OR (key = ?2 AND id > ?3)) AND key >= ?4 ORDER BY key, id");
  // Without an upload marker the key marker takes its whole key with it: no id sorts behind this one.
  const std::string after_all_ids(1, '\x7f');
  const auto& marker = query.upload_marker.empty() && !query.key_marker.empty() ? after_all_ids : query.upload_marker;
  statement.bind(1, bucket.id).bind_blob(2, query.key_marker).bind_text(3, marker).bind_blob(4, query.prefix);
  while (statement.step()) {
    const std::string key(statement.blob(1));
    if (!key.starts_with(query.prefix)) break;
    std::string common;
    if (!query.delimiter.empty()) {
      const auto at = key.find(query.delimiter, query.prefix.size());
      if (at != std::string::npos) common = key.substr(0, at + query.delimiter.size());
      if (!common.empty() && query.key_marker.starts_with(common)) continue;
      if (!common.empty() && !page.common_prefixes.empty() && page.common_prefixes.back() == common) continue;
    }
    if (page.uploads.size() + page.common_prefixes.size() == query.limit) {
      page.is_truncated = true;
      break;
    }
    if (!common.empty()) {
      page.next_key_marker = common;
      page.next_upload_marker.clear();
      page.common_prefixes.push_back(std::move(common));
    } else {
      page.uploads.push_back(read_upload(statement, bucket_name));
      page.next_key_marker = key;
      page.next_upload_marker = page.uploads.back().id;
    }
  }
  if (!page.is_truncated) page.next_key_marker = page.next_upload_marker = {};
  return page;
}

}  // namespace lab::store
