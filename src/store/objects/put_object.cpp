#include <map>
#include <set>

#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/quota.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

/// ETag of the open row, if there is one.
std::optional<std::string> find_etag(const Rows& rows, const BucketInfo& bucket, std::string_view key) {
  auto statement = connection_of(rows).prepare(
      "SELECT etag FROM objects WHERE branch = 0 AND bucket = ?1 AND key = ?2 AND closed = 9223372036854775807 "
      "AND place = 0");
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
            "INSERT INTO blobs (id, size, hash, shares, pack, pack_offset) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
            "ON CONFLICT (id) DO UPDATE SET shares = shares + excluded.shares")
        .bind(1, blob.id().value)
        .bind(2, blob.size())
        .bind_blob(3, blob.digest(ChecksumKind::XxHash64))
        .bind(4, found->second)
        .bind(5, blob.place() ? Value(blob.place()->pack) : Value())
        .bind(6, blob.place() ? Value(static_cast<std::int64_t>(blob.place()->offset)) : Value())
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

KeptBlob read_blob(const journal::Statement& statement) {
  KeptBlob blob{BlobId{statement.integer(0)}, static_cast<std::uint64_t>(statement.integer(1)), std::string(statement.blob(2))};
  if (!statement.is_null(3)) blob.place = PackPlace{statement.integer(3), static_cast<std::uint64_t>(statement.integer(4))};
  return blob;
}

std::optional<KeptBlob> find_blob(const Rows& rows, BlobId blob) {
  auto statement = connection_of(rows).prepare("SELECT id, size, hash, pack, pack_offset FROM blobs WHERE id = ?1");
  statement.bind(1, blob.value);
  if (!statement.step()) return std::nullopt;
  return read_blob(statement);
}

void drop_blob(Transaction& transaction, BlobId blob) {
  connection_of(transaction).prepare("UPDATE blobs SET shares = shares - 1 WHERE id = ?1").bind(1, blob.value).run();
}

ObjectInfo insert_object(Transaction& transaction, const BucketInfo& bucket, std::string key, std::string etag,
                         ObjectProperties properties, std::vector<ObjectPart> parts) {
  make_way(transaction, bucket, key);
  VersionRow row;
  row.info = {.bucket = bucket.name,
              .key = std::move(key),
              .etag = std::move(etag),
              .modified = transaction.time(),
              .owner = properties.owner.empty() ? transaction.origin().actor : properties.owner,
              .properties = std::move(properties),
              .parts = std::move(parts),
              .has_versions = bucket.versioning != Versioning::Off};
  std::set<int> numbers;
  for (const auto& part : row.info.parts) {
    row.info.size += row.info.length_of(part);
    if (part.number > 0) numbers.insert(part.number);
  }
  row.info.num_parts = static_cast<int>(numbers.size());
  if (bucket.versioning == Versioning::Enabled) {
    row.birth = next_row_id(transaction);
    row.info.version = make_version_id(row.birth);
  }
  open_row(transaction, bucket, row);
  if (row.info.size > 0) check_quotas(transaction, bucket, row.info.owner);
  transaction.announce({"objects", FeedAction::Put, bucket.name + "/" + row.info.key});
  return std::move(row.info);
}

ObjectInfo put_object(Transaction& transaction, PutObject& put) {
  const auto bucket = get_bucket(transaction, put.bucket);
  check_expectation(transaction, bucket, put.key, put.expect, put.otherwise);
  take_blobs(transaction, put.content);
  return insert_object(transaction, bucket, std::move(put.key), std::move(put.etag), std::move(put.properties),
                       std::move(put.content.parts));
}

}  // namespace lab::store
