
#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/objects.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

/// Walks the keys of a bucket in order, over open rows or over those of the past, and can jump forward.
class KeyCursor {
 public:
  KeyCursor(const Rows& rows, const char* sql, std::int64_t bucket, std::optional<CommitNumber> as_of)
      : statement_(connection_of(rows).prepare(sql)) {
    statement_.bind(1, bucket);
    if (as_of) statement_.bind(3, as_of->value);
  }

  /// Goes to the first key that is not before `key`.
  void seek(std::string key) {
    from_ = std::move(key);
    statement_.reset();
    statement_.bind_blob(2, from_);
    next();
  }
  void next() { has_row_ = statement_.step(); }
  bool has_row() const { return has_row_; }
  std::string_view key() const { return statement_.blob(0); }

  ObjectInfo read(std::string_view bucket) const {
    ObjectInfo info{.id = statement_.integer(1),
                    .bucket = std::string(bucket),
                    .key = std::string(key()),
                    .size = static_cast<std::uint64_t>(statement_.integer(2)),
                    .etag = std::string(statement_.text(3)),
                    .modified = Timestamp(std::chrono::microseconds(statement_.integer(4))),
                    .owner = std::string(statement_.text(5)),
                    .commit = CommitNumber{statement_.integer(6)},
                    .properties = decode_listed_properties(statement_.blob(9)),
                    .num_parts = static_cast<int>(statement_.integer(8))};
    if (statement_.integer(7) != kStillOpen) info.closed = CommitNumber{statement_.integer(7)};
    return info;
  }

  ListedKey look() const {
    return {.key = key(),
            .size = static_cast<std::uint64_t>(statement_.integer(2)),
            .etag = statement_.text(3),
            .modified = Timestamp(std::chrono::microseconds(statement_.integer(4))),
            .owner = statement_.text(5),
            .storage_class = decode_listed_class(statement_.blob(9))};
  }

 private:
  journal::Statement statement_;
  std::string from_;
  bool has_row_ = false;
};

constexpr const char* kOpenKeys =
    "SELECT key, id, size, etag, modified, owner, opened, closed, num_parts, properties FROM objects "
    "WHERE branch = 0 AND bucket = ?1 AND key >= ?2 AND closed = 9223372036854775807 AND place = 0 ORDER BY key";
constexpr const char* kOpenKeysAsOf =
    "SELECT key, id, size, etag, modified, owner, opened, closed, num_parts, properties FROM objects "
    "WHERE branch = 0 AND bucket = ?1 AND key >= ?2 AND closed = 9223372036854775807 AND place = 0 AND opened <= ?3 ORDER BY key";
constexpr const char* kPastKeysAsOf =
    "SELECT key, id, size, etag, modified, owner, opened, closed, num_parts, properties FROM objects "
    "WHERE branch = 0 AND bucket = ?1 AND key >= ?2 AND closed < 9223372036854775807 AND place = 0 AND closed > ?3 AND opened <= ?3 "
    "ORDER BY key";

std::vector<KeyCursor> open_cursors(const Rows& rows, std::int64_t bucket, std::optional<CommitNumber> as_of) {
  std::vector<KeyCursor> cursors;
  cursors.emplace_back(rows, as_of ? kOpenKeysAsOf : kOpenKeys, bucket, as_of);
  // A key is open in at most one row at a moment, so the two never give the same.
  if (as_of) cursors.emplace_back(rows, kPastKeysAsOf, bucket, as_of);
  return cursors;
}

KeyCursor* find_lowest(std::vector<KeyCursor>& cursors) {
  KeyCursor* lowest = nullptr;
  for (auto& cursor : cursors)
    if (cursor.has_row() && (lowest == nullptr || cursor.key() < lowest->key())) lowest = &cursor;
  return lowest;
}

}  // namespace

std::optional<std::string> find_common_prefix(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty()) return std::nullopt;
  const auto at = key.find(delimiter, prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

std::optional<std::string> first_listed_key(const std::string& start_after, const std::string& prefix, std::string_view delimiter) {
  if (start_after.empty() || start_after < prefix) return prefix;
  if (start_after.starts_with(prefix)) {
    if (const auto common = find_common_prefix(start_after, prefix, delimiter)) {
      auto next = after_prefix(*common);
      if (next.empty()) return std::nullopt;
      return next;
    }
  }
  return start_after + '\0';
}

namespace {

/// Walks over a page; `take` is given the cursor at each object of it.
ListPage walk_page(const Rows& rows, std::string_view bucket_name, const ListQuery& query, const std::function<void(const KeyCursor&)>& take) {
  const auto bucket = get_bucket(rows, bucket_name);
  ListPage page;
  auto from = first_listed_key(query.start_after, query.prefix, query.delimiter);
  if (query.limit == 0 || !from) return page;
  auto cursors = open_cursors(rows, bucket.id, query.as_of);
  const auto seek = [&](const std::string& key) {
    for (auto& cursor : cursors) cursor.seek(key);
  };
  seek(*from);
  std::string last;
  std::size_t num_objects = 0;
  for (;;) {
    auto* cursor = find_lowest(cursors);
    if (cursor == nullptr || !cursor->key().starts_with(query.prefix)) break;
    if (num_objects + page.common_prefixes.size() == query.limit) {
      page.is_truncated = true;
      page.next_start_after = last;
      break;
    }
    if (auto common = find_common_prefix(cursor->key(), query.prefix, query.delimiter)) {
      const auto next = after_prefix(*common);
      last = *common;
      page.common_prefixes.push_back(*std::move(common));
      if (next.empty()) break;
      seek(next);
    } else {
      take(*cursor);
      ++num_objects;
      last = cursor->key();
      cursor->next();
    }
  }
  return page;
}

}  // namespace

ListPage list_objects(const Rows& rows, std::string_view bucket, const ListQuery& query) {
  std::vector<ObjectInfo> objects;
  ListPage page = walk_page(rows, bucket, query, [&](const KeyCursor& cursor) { objects.push_back(cursor.read(bucket)); });
  page.objects = std::move(objects);
  return page;
}

ListPage list_objects(const Rows& rows, std::string_view bucket, const ListQuery& query, const std::function<void(const ListedKey&)>& each) {
  return walk_page(rows, bucket, query, [&](const KeyCursor& cursor) { each(cursor.look()); });
}

}  // namespace lab::store
