#include <map>
#include <set>

#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

/// ETag of the open row, if there is one.
std::optional<std::string> find_etag(const Rows& rows, const BucketInfo& bucket, std::string_view key) {
  auto statement = connection_of(rows).prepare(
      "SELECT etag FROM objects WHERE branch = 0 AND bucket = ?1 AND key = ?2 AND closed = 9223372036854775807");
  statement.bind(1, bucket.id).bind_blob(2, key);
  if (!statement.step()) return std::nullopt;
  return std::string(statement.text(0));
}

}  // namespace

void check_expectation(const Rows& rows, const BucketInfo& bucket, std::string_view key, const Expectation& expect,
                       const Condition* otherwise) {
  if (expect.of == Expectation::Of::Nothing) return;
  const auto etag = find_etag(rows, bucket, key);
  const auto refuse = [&](const char* condition) {
    if (otherwise == nullptr) otherwise = &conditions::kPreconditionFailed;
    throw Error(*otherwise, {{"condition", condition},
                             {"bucket", bucket.name},
                             {"key", std::string(key)},
                             {"what", bucket.name + "/" + std::string(key)}});
  };
  const auto refuse_absent = [&] {
    throw Error(conditions::kNoSuchKey, {{"bucket", bucket.name}, {"key", std::string(key)}});
  };
  switch (expect.of) {
    case Expectation::Of::Nothing:
      break;
    case Expectation::Of::Absent:
      if (etag) refuse("If-None-Match");
      break;
    case Expectation::Of::Present:
      if (!etag) refuse_absent();
      break;
    case Expectation::Of::ETag:
      if (!etag) refuse_absent();
      if (*etag != expect.etag) refuse("If-Match");
      break;
    case Expectation::Of::NotETag:
      if (etag && *etag == expect.etag) refuse("If-None-Match");
      break;
  }
}

void take_blobs(Transaction& transaction, const ObjectContent& content) {
  std::map<BlobId, std::int64_t> shares;
  for (const auto& part : content.parts) ++shares[part.bytes.blob];
  auto& connection = connection_of(transaction);
  for (const auto& blob : content.staged) {
    const auto found = shares.find(blob.id());
    if (found == shares.end()) continue;
    connection
        .prepare(
            "INSERT INTO blobs (id, size, hash, shares) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (id) DO UPDATE SET shares = shares + excluded.shares")
        .bind(1, blob.id().value)
        .bind(2, blob.size())
        .bind_blob(3, blob.digest(ChecksumKind::XxHash64))
        .bind(4, found->second)
        .run();
    shares.erase(found);
  }
  for (const auto& [blob, count] : shares) {
    connection.prepare("UPDATE blobs SET shares = shares + ?2 WHERE id = ?1 AND shares > 0")
        .bind(1, blob.value)
        .bind(2, count)
        .run();
    if (connection.num_changes() == 0)
      throw Error(conditions::kNoSuchKey, {{"bucket", "the source's bucket"}, {"key", "the source's key"}});
  }
}

void drop_blob(Transaction& transaction, BlobId blob) {
  connection_of(transaction).prepare("UPDATE blobs SET shares = shares - 1 WHERE id = ?1").bind(1, blob.value).run();
}

bool close_object(Transaction& transaction, const BucketInfo& bucket, std::string_view key) {
  auto& connection = connection_of(transaction);
  connection
      .prepare(
          "UPDATE objects SET closed = ?1 WHERE branch = 0 AND bucket = ?2 AND key = ?3 AND closed = "
          "9223372036854775807")
      .bind(1, transaction.number().value)
      .bind(2, bucket.id)
      .bind_blob(3, key)
      .run();
  return connection.num_changes() > 0;
}

ObjectInfo insert_object(Transaction& transaction, const BucketInfo& bucket, std::string key, std::string etag,
                         ObjectProperties properties, std::vector<ObjectPart> parts) {
  close_object(transaction, bucket, key);
  ObjectInfo info{.bucket = bucket.name,
                  .key = std::move(key),
                  .etag = std::move(etag),
                  .modified = transaction.time(),
                  .owner = transaction.origin().actor,
                  .commit = transaction.number(),
                  .properties = std::move(properties),
                  .parts = std::move(parts)};
  std::set<int> numbers;
  for (const auto& part : info.parts) {
    info.size += part.bytes.length;
    if (part.number > 0) numbers.insert(part.number);
  }
  info.num_parts = static_cast<int>(numbers.size());
  // One plain run of bytes is named in the row itself; everything else has rows of its own.
  const bool is_inline = info.parts.size() == 1 && info.num_parts == 0;
  const auto encoded = encode_properties(info.properties);
  auto& connection = connection_of(transaction);
  {
    auto insert = connection.prepare(
        "INSERT INTO objects (branch, bucket, key, opened, size, etag, modified, owner, num_parts, blob, blob_offset, "
        "properties) "
        "VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id");
    insert.bind(1, bucket.id)
        .bind_blob(2, info.key)
        .bind(3, info.commit.value)
        .bind(4, info.size)
        .bind_text(5, info.etag)
        .bind(6, info.modified.time_since_epoch().count())
        .bind_text(7, info.owner)
        .bind(8, info.num_parts)
        .bind(10, is_inline ? info.parts[0].bytes.offset : 0)
        .bind_blob(11, encoded);
    if (is_inline)
      insert.bind(9, info.parts[0].bytes.blob.value);
    else
      insert.bind_null(9);
    if (insert.step()) info.id = insert.integer(0);
    insert.run();
  }
  if (!is_inline) {
    for (std::size_t i = 0; i < info.parts.size(); ++i) {
      const auto& part = info.parts[i];
      const auto checksums = encode_checksums(part.checksums);
      connection.prepare("INSERT INTO object_parts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
          .bind(1, info.id)
          .bind(2, static_cast<std::int64_t>(i))
          .bind(3, part.number)
          .bind(4, part.bytes.blob.value)
          .bind(5, part.bytes.offset)
          .bind(6, part.bytes.length)
          .bind_text(7, part.etag)
          .bind_blob(8, checksums)
          .run();
    }
  }
  transaction.announce({"objects", FeedAction::Put, bucket.name + "/" + info.key});
  return info;
}

ObjectInfo put_object(Transaction& transaction, PutObject& put) {
  const auto bucket = get_bucket(transaction, put.bucket);
  check_expectation(transaction, bucket, put.key, put.expect, put.otherwise);
  take_blobs(transaction, put.content);
  return insert_object(transaction, bucket, std::move(put.key), std::move(put.etag), std::move(put.properties),
                       std::move(put.content.parts));
}

bool delete_object(Transaction& transaction, const DeleteObject& erase) {
  const auto bucket = get_bucket(transaction, erase.bucket);
  check_expectation(transaction, bucket, erase.key, erase.expect, nullptr);
  if (!close_object(transaction, bucket, erase.key)) return false;
  transaction.announce({"objects", FeedAction::Erase, bucket.name + "/" + erase.key});
  return true;
}

}  // namespace lab::store
