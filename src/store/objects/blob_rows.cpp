#include <fmt/format.h>

#include "store/objects/tables.h"

namespace lab::store {

std::uint64_t count_blobs(journal::Connection& rows) {
  auto statement = rows.prepare("SELECT count(*) FROM blobs WHERE shares > 0");
  return statement.step() ? static_cast<std::uint64_t>(statement.integer(0)) : 0;
}

std::vector<std::string> find_blob_users(journal::Connection& rows, BlobId blob) {
  auto statement = rows.prepare(R"(
SELECT DISTINCT b.name, o.key, o.version, o.closed < 9223372036854775807 FROM objects o JOIN buckets b ON b.id = o.bucket
WHERE o.blob = ?1 OR o.id IN (SELECT object FROM object_parts WHERE blob = ?1)
UNION SELECT b.name, u.key, 'upload ' || u.id, 0 FROM uploads u JOIN buckets b ON b.id = u.bucket
WHERE u.id IN (SELECT upload FROM upload_ranges WHERE blob = ?1) ORDER BY 1, 2)");
  statement.bind(1, blob.value);
  std::vector<std::string> users;
  while (statement.step()) {
    auto user = fmt::format("{}/{}", statement.text(0), statement.blob(1));
    if (!statement.text(2).empty()) user += fmt::format(" ({})", statement.text(2));
    if (statement.integer(3) != 0) user += " (overwritten or deleted, kept for the past)";
    users.push_back(std::move(user));
  }
  return users;
}

}  // namespace lab::store
