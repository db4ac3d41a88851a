#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/quota.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

BucketInfo read_bucket(const journal::Statement& statement) {
  return {statement.integer(0),
          std::string(statement.text(1)),
          std::string(statement.text(2)),
          std::string(statement.text(3)),
          Timestamp(std::chrono::microseconds(statement.integer(4))),
          CommitNumber{statement.integer(5)},
          static_cast<Versioning>(statement.integer(6))};
}

}  // namespace

std::optional<BucketInfo> find_bucket(const Rows& rows, std::string_view name) {
  auto statement = connection_of(rows).prepare(
      "SELECT id, name, owner, region, created, opened, versioning FROM buckets "
      "WHERE branch = 0 AND name = ?1 AND closed = 9223372036854775807");
  statement.bind_text(1, name);
  if (!statement.step()) return std::nullopt;
  return read_bucket(statement);
}

BucketInfo get_bucket(const Rows& rows, std::string_view name) {
  auto bucket = find_bucket(rows, name);
  if (!bucket) throw Error(conditions::kNoSuchBucket, {{"bucket", std::string(name)}});
  return *std::move(bucket);
}

std::vector<BucketInfo> list_buckets(const Rows& rows) {
  auto statement = connection_of(rows).prepare(
      "SELECT id, name, owner, region, created, opened, versioning FROM buckets "
      "WHERE branch = 0 AND closed = 9223372036854775807 ORDER BY name");
  std::vector<BucketInfo> buckets;
  while (statement.step()) buckets.push_back(read_bucket(statement));
  return buckets;
}

void create_bucket(Transaction& transaction, const std::string& name, const std::string& owner,
                   const std::string& region) {
  if (find_bucket(transaction, name)) throw Error(conditions::kBucketExists, {{"bucket", name}});
  // The id of its first row; it stays when later changes of the bucket open new rows, and is never given again.
  connection_of(transaction)
      .prepare(
          "INSERT INTO buckets (branch, opened, id, name, owner, region, created) "
          "VALUES (0, ?1, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'buckets'), ?2, ?3, ?4, "
          "?5)")
      .bind(1, transaction.number().value)
      .bind_text(2, name)
      .bind_text(3, owner)
      .bind_text(4, region)
      .bind(5, transaction.time().time_since_epoch().count())
      .run();
  transaction.announce({"buckets", FeedAction::Put, name});
}

void delete_bucket(Transaction& transaction, const std::string& name) {
  const auto bucket = get_bucket(transaction, name);
  auto& connection = connection_of(transaction);
  {
    auto any = connection.prepare(
        "SELECT 1 FROM objects WHERE branch = 0 AND bucket = ?1 AND closed = 9223372036854775807 AND place = 0 LIMIT 1");
    if (any.bind(1, bucket.id).step()) throw Error(conditions::kBucketNotEmpty, {{"bucket", name}});
    auto versions = connection.prepare(
        "SELECT 1 FROM objects WHERE branch = 0 AND bucket = ?1 AND closed = 9223372036854775807 AND place > 0 LIMIT 1");
    if (versions.bind(1, bucket.id).step()) throw Error(conditions::kBucketNotEmpty, {{"bucket", name}});
  }
  std::vector<std::string> uploads;
  {
    auto statement = connection.prepare("SELECT id FROM uploads WHERE bucket = ?1");
    statement.bind(1, bucket.id);
    while (statement.step()) uploads.emplace_back(statement.text(0));
  }
  for (const auto& upload : uploads) remove_upload(transaction, upload);
  forget_quota(transaction, bucket);
  connection.prepare("UPDATE buckets SET closed = ?1 WHERE branch = 0 AND name = ?2 AND closed = 9223372036854775807")
      .bind(1, transaction.number().value)
      .bind_text(2, name)
      .run();
  transaction.announce({"buckets", FeedAction::Erase, name});
}

void set_versioning(Transaction& transaction, const std::string& name, Versioning versioning) {
  const auto bucket = get_bucket(transaction, name);
  if (bucket.versioning == versioning) return;
  if (versioning == Versioning::Off) throw Error(conditions::kInvalidVersioning, {{"bucket", name}});
  auto& connection = connection_of(transaction);
  connection.prepare("UPDATE buckets SET closed = ?1 WHERE branch = 0 AND name = ?2 AND closed = 9223372036854775807")
      .bind(1, transaction.number().value)
      .bind_text(2, name)
      .run();
  connection
      .prepare(
          "INSERT INTO buckets (branch, opened, id, name, owner, region, created, versioning) "
          "VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(1, transaction.number().value)
      .bind(2, bucket.id)
      .bind_text(3, name)
      .bind_text(4, bucket.owner)
      .bind_text(5, bucket.region)
      .bind(6, bucket.created.time_since_epoch().count())
      .bind(7, static_cast<int>(versioning))
      .run();
  transaction.announce({"buckets", FeedAction::Put, name});
}

}  // namespace lab::store
