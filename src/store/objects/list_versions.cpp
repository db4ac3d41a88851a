#include <charconv>

#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

constexpr const char* kCurrentVersions =
    "SELECT key, id, size, etag, modified, owner, opened, num_parts, version, place, coalesce(birth, id), properties FROM objects "
    "WHERE branch = 0 AND bucket = ?1 AND key >= ?2 AND closed = 9223372036854775807 AND place = 0 ORDER BY key";
constexpr const char* kOtherVersions =
    "SELECT key, id, size, etag, modified, owner, opened, num_parts, version, place, birth, properties FROM objects "
    "WHERE branch = 0 AND bucket = ?1 AND key >= ?2 AND closed = 9223372036854775807 AND place > 0 "
    "ORDER BY key, birth DESC";

/// Walks versions in the order of a listing: by key, newest first.
class VersionCursor {
 public:
  VersionCursor(const Rows& rows, std::int64_t bucket)
      : current_(connection_of(rows).prepare(kCurrentVersions)), others_(connection_of(rows).prepare(kOtherVersions)) {
    current_.bind(1, bucket);
    others_.bind(1, bucket);
  }

  void seek(std::string key) {
    from_ = std::move(key);
    for (auto* statement : {&current_, &others_}) {
      statement->reset();
      statement->bind_blob(2, from_);
    }
    has_current_ = current_.step();
    has_other_ = others_.step();
  }
  bool has_row() const { return has_current_ || has_other_; }
  void next() {
    if (is_at_current())
      has_current_ = current_.step();
    else
      has_other_ = others_.step();
  }
  std::string_view key() const { return row().blob(0); }
  std::int64_t birth() const { return row().integer(10); }

  ObjectInfo read(std::string_view bucket) const {
    const auto& found = row();
    return {.id = found.integer(1),
            .bucket = std::string(bucket),
            .key = std::string(found.blob(0)),
            .size = static_cast<std::uint64_t>(found.integer(2)),
            .etag = std::string(found.text(3)),
            .modified = Timestamp(std::chrono::microseconds(found.integer(4))),
            .owner = std::string(found.text(5)),
            .commit = CommitNumber{found.integer(6)},
            .properties = decode_listed_properties(found.blob(11)),
            .num_parts = static_cast<int>(found.integer(7)),
            .version = std::string(found.text(8)),
            .is_marker = found.integer(9) == static_cast<std::int64_t>(Place::Marker)};
  }

 private:
  // The current object of a key is newer than all its other versions.
  bool is_at_current() const { return has_current_ && (!has_other_ || current_.blob(0) <= others_.blob(0)); }
  const journal::Statement& row() const { return is_at_current() ? current_ : others_; }

  journal::Statement current_, others_;
  std::string from_;
  bool has_current_ = false, has_other_ = false;
};

/// The birth of the version that a page ended with. Its id tells, so the next page is found even when it was removed.
std::optional<std::int64_t> birth_of(const Rows& rows, const BucketInfo& bucket, const std::string& key,
                                     const std::string& version) {
  std::int64_t birth = 0;
  const auto* end = version.data() + std::min<std::size_t>(version.size(), 16);
  if (version.size() == 32 && std::from_chars(version.data(), end, birth, 16).ptr == end) return birth;
  const auto row = find_version_row(rows, bucket, key, version);
  if (!row) return std::nullopt;
  return row->birth;
}

}  // namespace

VersionPage list_versions(const Rows& rows, std::string_view bucket_name, const VersionQuery& query) {
  const auto bucket = get_bucket(rows, bucket_name);
  VersionPage page;
  std::optional<std::int64_t> after_birth;
  if (query.version_marker && query.key_marker >= query.prefix)
    after_birth = birth_of(rows, bucket, query.key_marker, *query.version_marker);
  const auto from = after_birth ? std::optional(query.key_marker)
                                : first_listed_key(query.key_marker, query.prefix, query.delimiter);
  if (query.limit == 0 || !from) return page;
  VersionCursor cursor(rows, bucket.id);
  cursor.seek(*from);
  std::string last_key;
  bool has_last = false;
  while (cursor.has_row() && cursor.key().starts_with(query.prefix)) {
    const bool is_latest = !has_last || cursor.key() != last_key;
    if (after_birth && cursor.key() == query.key_marker && cursor.birth() >= *after_birth) {
      last_key = query.key_marker;
      has_last = true;
      cursor.next();
      continue;
    }
    if (page.versions.size() + page.common_prefixes.size() == query.limit) {
      page.is_truncated = true;
      break;
    }
    if (auto common = find_common_prefix(cursor.key(), query.prefix, query.delimiter)) {
      const auto next = after_prefix(*common);
      page.next_key_marker = *common;
      page.next_version_marker.reset();
      page.common_prefixes.push_back(*std::move(common));
      if (next.empty()) break;
      cursor.seek(next);
      continue;
    }
    auto info = cursor.read(bucket_name);
    info.is_latest = is_latest;
    last_key = info.key;
    has_last = true;
    page.next_key_marker = info.key;
    page.next_version_marker = info.version;
    page.versions.push_back(std::move(info));
    cursor.next();
  }
  return page;
}

}  // namespace lab::store
