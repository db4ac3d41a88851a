#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/sealing.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

#define OBJECT_COLUMNS                                                                                    \
  "SELECT id, size, etag, modified, owner, opened, closed, num_parts, blob, blob_offset, properties, version, " \
  "place, birth FROM objects WHERE branch = 0 AND bucket = ?1 AND key = ?2 "
constexpr const char* kFindOpen = OBJECT_COLUMNS "AND closed = 9223372036854775807 AND place = 0";
constexpr const char* kFindPast =
    OBJECT_COLUMNS "AND closed < 9223372036854775807 AND place = 0 AND closed > ?3 AND opened <= ?3";
constexpr const char* kFindOthers = OBJECT_COLUMNS "AND closed = 9223372036854775807 AND place > 0 ORDER BY birth DESC";
#undef OBJECT_COLUMNS

ObjectInfo read_object(const Rows& rows, const journal::Statement& statement, std::string_view bucket,
                       std::string_view key) {
  ObjectInfo info{.id = statement.integer(0),
                  .bucket = std::string(bucket),
                  .key = std::string(key),
                  .size = static_cast<std::uint64_t>(statement.integer(1)),
                  .etag = std::string(statement.text(2)),
                  .modified = Timestamp(std::chrono::microseconds(statement.integer(3))),
                  .owner = std::string(statement.text(4)),
                  .commit = CommitNumber{statement.integer(5)},
                  .properties = decode_properties(statement.blob(10)),
                  .num_parts = static_cast<int>(statement.integer(7)),
                  .version = std::string(statement.text(11)),
                  .is_marker = statement.integer(12) == static_cast<std::int64_t>(Place::Marker)};
  if (statement.integer(6) != kStillOpen) info.closed = CommitNumber{statement.integer(6)};
  if (!statement.is_null(8)) {
    const std::uint64_t stored = info.properties.is_sealed() ? sealed_length(info.size) : info.size;
    info.parts.push_back({.bytes = {BlobId{statement.integer(8)}, static_cast<std::uint64_t>(statement.integer(9)), stored}});
  } else if (info.size > 0 || info.num_parts > 0) {
    info.parts = read_object_parts(rows, info.id);
  }
  return info;
}

VersionRow read_version(const Rows& rows, const journal::Statement& statement, std::string_view bucket,
                        std::string_view key) {
  VersionRow row{read_object(rows, statement, bucket, key), static_cast<Place>(statement.integer(12)), statement.integer(13)};
  if (statement.is_null(13)) row.birth = row.info.id;
  return row;
}

/// The bucket that had this name right after `at`.
std::optional<std::int64_t> find_bucket_as_of(const Rows& rows, std::string_view name, CommitNumber at) {
  auto statement = connection_of(rows).prepare(
      "SELECT id FROM buckets WHERE branch = 0 AND name = ?1 AND opened <= ?2 AND closed > ?2");
  statement.bind_text(1, name).bind(2, at.value);
  if (!statement.step()) return std::nullopt;
  return statement.integer(0);
}

}  // namespace

std::vector<ObjectPart> read_object_parts(const Rows& rows, std::int64_t object) {
  auto statement = connection_of(rows).prepare(
      "SELECT number, blob, blob_offset, length, etag, checksums FROM object_parts WHERE object = ?1 ORDER BY ordinal");
  statement.bind(1, object);
  std::vector<ObjectPart> parts;
  while (statement.step()) {
    parts.push_back({static_cast<int>(statement.integer(0)),
                     {BlobId{statement.integer(1)}, static_cast<std::uint64_t>(statement.integer(2)),
                      static_cast<std::uint64_t>(statement.integer(3))},
                     std::string(statement.text(4)),
                     decode_checksums(statement.blob(5))});
  }
  return parts;
}

std::optional<VersionRow> find_version_row(const Rows& rows, const BucketInfo& bucket, std::string_view key,
                                           const std::optional<std::string>& version) {
  bool is_latest = true;
  for (const char* sql : {kFindOpen, kFindOthers}) {
    auto statement = connection_of(rows).prepare(sql);
    statement.bind(1, bucket.id).bind_blob(2, key);
    for (; statement.step(); is_latest = false) {
      if (version && statement.text(11) != *version) continue;
      auto row = read_version(rows, statement, bucket.name, key);
      row.info.is_latest = is_latest;
      row.info.has_versions = bucket.versioning != Versioning::Off;
      return row;
    }
  }
  return std::nullopt;
}

std::optional<ObjectInfo> find_version(const Rows& rows, const BucketInfo& bucket, std::string_view key,
                                       const std::optional<std::string>& version) {
  auto row = find_version_row(rows, bucket, key, version);
  if (!row) return std::nullopt;
  return std::move(row->info);
}

std::optional<ObjectInfo> find_object(const Rows& rows, std::string_view bucket, std::string_view key,
                                      std::optional<CommitNumber> as_of) {
  auto& connection = connection_of(rows);
  if (!as_of) {
    const auto found = find_bucket(rows, bucket);
    if (!found) return std::nullopt;
    auto statement = connection.prepare(kFindOpen);
    statement.bind(1, found->id).bind_blob(2, key);
    if (!statement.step()) return std::nullopt;
    auto info = read_object(rows, statement, bucket, key);
    info.has_versions = found->versioning != Versioning::Off;
    return info;
  }
  const auto id = find_bucket_as_of(rows, bucket, *as_of);
  if (!id) return std::nullopt;
  {
    auto statement = connection.prepare(kFindOpen);
    statement.bind(1, *id).bind_blob(2, key);
    if (statement.step() && statement.integer(5) <= as_of->value) return read_object(rows, statement, bucket, key);
  }
  auto statement = connection.prepare(kFindPast);
  statement.bind(1, *id).bind_blob(2, key).bind(3, as_of->value);
  if (!statement.step()) return std::nullopt;
  return read_object(rows, statement, bucket, key);
}

}  // namespace lab::store
