#include "store/objects/quota.h"

#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

/// Rows of buckets have the id, which outlives no bucket of the same name.
std::string quota_key(const Rows& rows, Quota::Of of, const std::string& name) {
  return of == Quota::Of::User ? name : std::to_string(get_bucket(rows, name).id);
}

}  // namespace

void set_quota(Transaction& transaction, Quota::Of of, const std::string& name, std::optional<std::uint64_t> bytes) {
  auto& connection = connection_of(transaction);
  const auto key = quota_key(transaction, of, name);
  connection.prepare("DELETE FROM quotas WHERE kind = ?1 AND name = ?2").bind(1, static_cast<int>(of)).bind_text(2, key).run();
  if (!bytes) return;
  // Counted once here; triggers on `objects` keep the number (tables.cpp).
  connection
      .prepare(
          "INSERT INTO quotas SELECT ?1, ?2, ?3, coalesce(sum(size), 0) FROM objects WHERE closed = 9223372036854775807 "
          "AND CASE ?1 WHEN 0 THEN CAST(bucket AS TEXT) ELSE owner END = ?2")
      .bind(1, static_cast<int>(of))
      .bind_text(2, key)
      .bind(3, *bytes)
      .run();
}

std::vector<Quota> list_quotas(const Rows& rows) {
  auto statement = connection_of(rows).prepare(
      "SELECT q.kind, coalesce(b.name, q.name), q.bytes, q.used FROM quotas q LEFT JOIN buckets b "
      "ON q.kind = 0 AND b.closed = 9223372036854775807 AND CAST(b.id AS TEXT) = q.name ORDER BY 1, 2");
  std::vector<Quota> quotas;
  while (statement.step())
    quotas.push_back({static_cast<Quota::Of>(statement.integer(0)), std::string(statement.text(1)),
                      static_cast<std::uint64_t>(statement.integer(2)), static_cast<std::uint64_t>(statement.integer(3))});
  return quotas;
}

void check_quotas(const Rows& rows, const BucketInfo& bucket, std::string_view owner) {
  auto statement = connection_of(rows).prepare(
      "SELECT kind FROM quotas WHERE used > bytes AND ((kind = 0 AND name = CAST(?1 AS TEXT)) OR (kind = 1 AND name = ?2))");
  statement.bind(1, bucket.id).bind_text(2, owner);
  if (!statement.step()) return;
  if (static_cast<Quota::Of>(statement.integer(0)) == Quota::Of::Bucket) throw Error(conditions::kBucketQuotaExceeded, {{"bucket", bucket.name}});
  throw Error(conditions::kUserQuotaExceeded, {{"user", std::string(owner)}});
}

void forget_quota(Transaction& transaction, const BucketInfo& bucket) {
  connection_of(transaction).prepare("DELETE FROM quotas WHERE kind = 0 AND name = CAST(?1 AS TEXT)").bind(1, bucket.id).run();
}

}  // namespace lab::store
