#include <fmt/format.h>

#include "base/ids.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

/// A row that is written anew shares the bytes with the one that it replaces, which goes later.
void share_blobs(Transaction& transaction, const ObjectInfo& info) {
  auto& connection = connection_of(transaction);
  for (const auto& part : info.parts)
    connection.prepare("UPDATE blobs SET shares = shares + 1 WHERE id = ?1").bind(1, part.bytes.blob.value).run();
}

void insert_parts(Transaction& transaction, const ObjectInfo& info) {
  auto& connection = connection_of(transaction);
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

}  // namespace

std::int64_t next_row_id(const Rows& rows) {
  auto statement =
      connection_of(rows).prepare("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'objects'");
  statement.step();
  return statement.integer(0);
}

// The second half says nothing and keeps ids from being guessed.
std::string make_version_id(std::int64_t birth) { return fmt::format("{:016x}", birth) + random_hex(8); }

void open_row(Transaction& transaction, const BucketInfo& bucket, VersionRow& row) {
  ObjectInfo& info = row.info;
  info.commit = transaction.number();
  info.closed.reset();
  info.is_marker = row.place == Place::Marker;
  // One plain run of bytes is named in the row itself; everything else has rows of its own.
  const bool is_inline = info.parts.size() == 1 && info.num_parts == 0;
  const auto encoded = encode_properties(info.properties);
  {
    auto insert = connection_of(transaction)
                      .prepare(
                          "INSERT INTO objects (branch, bucket, key, opened, size, etag, modified, owner, num_parts, blob, "
                          "blob_offset, properties, place, version, birth) "
                          "VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id");
    insert.bind(1, bucket.id)
        .bind_blob(2, info.key)
        .bind(3, info.commit.value)
        .bind(4, info.size)
        .bind_text(5, info.etag)
        .bind(6, info.modified.time_since_epoch().count())
        .bind_text(7, info.owner)
        .bind(8, info.num_parts)
        .bind(10, is_inline ? info.parts[0].bytes.offset : 0)
        .bind_blob(11, encoded)
        .bind(12, static_cast<int>(row.place))
        .bind_text(13, info.version);
    if (is_inline)
      insert.bind(9, info.parts[0].bytes.blob.value);
    else
      insert.bind_null(9);
    if (row.birth > 0)
      insert.bind(14, row.birth);
    else
      insert.bind_null(14);
    if (insert.step()) info.id = insert.integer(0);
    insert.run();
  }
  if (row.birth == 0) row.birth = info.id;
  if (!is_inline) insert_parts(transaction, info);
}

void close_row(Transaction& transaction, std::int64_t id) {
  connection_of(transaction)
      .prepare("UPDATE objects SET closed = ?1 WHERE id = ?2 AND closed = 9223372036854775807")
      .bind(1, transaction.number().value)
      .bind(2, id)
      .run();
}

void reopen_row(Transaction& transaction, const BucketInfo& bucket, VersionRow& row) {
  close_row(transaction, row.info.id);
  share_blobs(transaction, row.info);
  open_row(transaction, bucket, row);
}

void make_way(Transaction& transaction, const BucketInfo& bucket, std::string_view key) {
  if (bucket.versioning == Versioning::Off) {
    connection_of(transaction)
        .prepare(
            "UPDATE objects SET closed = ?1 WHERE branch = 0 AND bucket = ?2 AND key = ?3 AND closed = "
            "9223372036854775807 AND place = 0")
        .bind(1, transaction.number().value)
        .bind(2, bucket.id)
        .bind_blob(3, key)
        .run();
    return;
  }
  auto latest = find_version_row(transaction, bucket, key, std::nullopt);
  if (!latest) return;
  if (bucket.versioning == Versioning::Suspended) {
    if (latest->info.version.empty()) return close_row(transaction, latest->info.id);
    if (const auto null_version = find_version_row(transaction, bucket, key, std::string()))
      close_row(transaction, null_version->info.id);
  }
  if (latest->place != Place::Current) return;
  latest->place = Place::Noncurrent;
  reopen_row(transaction, bucket, *latest);
}

}  // namespace lab::store
