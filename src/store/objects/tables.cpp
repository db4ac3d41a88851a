#include "store/objects/tables.h"

#include "base/error.h"
#include "store/conditions.h"
#include "store/journal/codec.h"

namespace lab::store {
namespace {

constexpr int kStoreVersion = 5;

// 9223372036854775807 is kStillOpen: the planner takes a partial index only for a literal that it knows.
constexpr const char* kStoreTables = R"(
CREATE TABLE commits (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  protocol TEXT NOT NULL,
  request TEXT NOT NULL,
  events BLOB NOT NULL);

CREATE TABLE buckets (
  row_id INTEGER PRIMARY KEY AUTOINCREMENT,
  branch INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  closed INTEGER NOT NULL DEFAULT 9223372036854775807,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  region TEXT NOT NULL,
  created INTEGER NOT NULL);
CREATE UNIQUE INDEX buckets_open ON buckets (branch, name) WHERE closed = 9223372036854775807;
CREATE INDEX buckets_past ON buckets (branch, name, closed) WHERE closed < 9223372036854775807;
CREATE INDEX buckets_closed ON buckets (closed) WHERE closed < 9223372036854775807;

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  hash BLOB NOT NULL,
  shares INTEGER NOT NULL);
CREATE INDEX blobs_unused ON blobs (id) WHERE shares = 0;

CREATE TABLE objects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  branch INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  opened INTEGER NOT NULL,
  closed INTEGER NOT NULL DEFAULT 9223372036854775807,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  owner TEXT NOT NULL,
  num_parts INTEGER NOT NULL,
  blob INTEGER,
  blob_offset INTEGER NOT NULL,
  properties BLOB);
CREATE UNIQUE INDEX objects_open ON objects (branch, bucket, key) WHERE closed = 9223372036854775807;
CREATE INDEX objects_past ON objects (branch, bucket, key, closed) WHERE closed < 9223372036854775807;
CREATE INDEX objects_closed ON objects (closed) WHERE closed < 9223372036854775807;

CREATE TABLE object_parts (
  object INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  number INTEGER NOT NULL,
  blob INTEGER NOT NULL,
  blob_offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  etag TEXT NOT NULL,
  checksums BLOB,
  PRIMARY KEY (object, ordinal)) WITHOUT ROWID;

CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  initiated INTEGER NOT NULL,
  initiator TEXT NOT NULL,
  properties BLOB,
  checksum TEXT,
  full_object INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX uploads_by_key ON uploads (bucket, key, id);

CREATE TABLE leases (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE upload_parts (
  upload TEXT NOT NULL,
  number INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  checksums BLOB,
  PRIMARY KEY (upload, number)) WITHOUT ROWID;

CREATE TABLE upload_ranges (
  upload TEXT NOT NULL,
  number INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  blob INTEGER NOT NULL,
  blob_offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  PRIMARY KEY (upload, number, ordinal)) WITHOUT ROWID;
)";

// Versions of a key (Place in tables.h). Of the open rows only the current object is in `objects_open`, so that reading
// and listing cost nothing more for them; the others have an index of their own.
constexpr const char* kAddVersions = R"(
ALTER TABLE buckets ADD COLUMN versioning INTEGER NOT NULL DEFAULT 0;
ALTER TABLE objects ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE objects ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE objects ADD COLUMN birth INTEGER;
DROP INDEX objects_open;
DROP INDEX objects_past;
CREATE UNIQUE INDEX objects_open ON objects (branch, bucket, key) WHERE closed = 9223372036854775807 AND place = 0;
CREATE INDEX objects_past ON objects (branch, bucket, key, closed) WHERE closed < 9223372036854775807 AND place = 0;
CREATE INDEX objects_versions ON objects (branch, bucket, key, birth DESC) WHERE closed = 9223372036854775807 AND place > 0;
)";

// Keys that seal the keys of objects (Keyring), themselves sealed.
constexpr const char* kAddKeys = R"(
CREATE TABLE keys (
  name TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL) WITHOUT ROWID;
)";

// Where in a pack a small blob lies; NULL for a file of its own.
constexpr const char* kAddPacks = R"(
ALTER TABLE blobs ADD COLUMN pack INTEGER;
ALTER TABLE blobs ADD COLUMN pack_offset INTEGER;
)";

// Quota (quota.h). Without any the triggers look at an empty table.
constexpr const char* kAddQuotas = R"(
CREATE TABLE quotas (
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TRIGGER objects_opened AFTER INSERT ON objects WHEN NEW.size > 0 BEGIN
  UPDATE quotas SET used = used + NEW.size WHERE kind = 0 AND name = CAST(NEW.bucket AS TEXT);
  UPDATE quotas SET used = used + NEW.size WHERE kind = 1 AND name = NEW.owner;
END;
CREATE TRIGGER objects_ended AFTER UPDATE OF closed ON objects WHEN OLD.size > 0 AND OLD.closed = 9223372036854775807 AND NEW.closed < 9223372036854775807 BEGIN
  UPDATE quotas SET used = used - OLD.size WHERE kind = 0 AND name = CAST(OLD.bucket AS TEXT);
  UPDATE quotas SET used = used - OLD.size WHERE kind = 1 AND name = OLD.owner;
END;
)";

void put_map(Encoder& encoder, const std::map<std::string, std::string>& map) {
  encoder.put_number(map.size());
  for (const auto& [name, value] : map) {
    encoder.put_string(name);
    encoder.put_string(value);
  }
}

std::map<std::string, std::string> take_map(Decoder& decoder) {
  std::map<std::string, std::string> map;
  for (auto left = decoder.take_number(); left > 0; --left) {
    auto name = decoder.take_string();
    map.emplace(std::move(name), decoder.take_string());
  }
  return map;
}

void put_checksums(Encoder& encoder, const std::vector<StoredChecksum>& checksums) {
  encoder.put_number(checksums.size());
  for (const auto& each : checksums) {
    encoder.put_string(checksum_name(each.kind));
    encoder.put_number(each.composite ? 1 : 0);
    encoder.put_string(each.value);
  }
}

std::vector<StoredChecksum> take_checksums(Decoder& decoder) {
  std::vector<StoredChecksum> checksums;
  for (auto left = decoder.take_number(); left > 0; --left) {
    const auto kind = find_checksum_kind(decoder.take_string());
    if (!kind) throw Error(conditions::kDataCorruption, {{"what", "an object has a checksum of unknown kind"}});
    const bool composite = decoder.take_number() != 0;
    checksums.push_back({*kind, decoder.take_string(), composite});
  }
  return checksums;
}

}  // namespace

void migrate_store_tables(journal::Connection& connection) {
  std::int64_t found = 0;
  {
    auto statement = connection.prepare("PRAGMA user_version");
    if (statement.step()) found = statement.integer(0);
  }
  if (found > kStoreVersion)
    throw Error(conditions::kDataTooNew,
                {{"module", "store"}, {"found", std::to_string(found)}, {"known", std::to_string(kStoreVersion)}});
  if (found < 1) connection.execute(kStoreTables);
  if (found < 2) connection.execute(kAddVersions);
  if (found < 3) connection.execute(kAddKeys);
  if (found < 4) connection.execute(kAddPacks);
  if (found < 5) connection.execute(kAddQuotas);
  if (found != kStoreVersion) connection.execute("PRAGMA user_version = " + std::to_string(kStoreVersion));
}

std::string encode_properties(const ObjectProperties& properties) {
  Encoder encoder;
  encoder.put_string(properties.content_type);
  put_map(encoder, properties.headers);
  put_map(encoder, properties.user_metadata);
  put_checksums(encoder, properties.checksums);
  const bool has_more = properties.is_sealed() || !properties.owner.empty();
  if (has_more || properties.lock != ObjectLock{} || !properties.acl.empty()) {
    encoder.put_number(static_cast<std::uint64_t>(properties.lock.mode));
    encoder.put_number(static_cast<std::uint64_t>(properties.lock.until.time_since_epoch().count()));
    encoder.put_number(properties.lock.legal_hold ? 1 : 0);
    encoder.put_string(properties.acl);
  }
  if (has_more) {
    encoder.put_string(properties.owner);
    const ObjectEncryption& encryption = properties.encryption;
    encoder.put_number(static_cast<std::uint64_t>(encryption.mode));
    encoder.put_string(encryption.key_id);
    encoder.put_string(encryption.context);
    encoder.put_number(encryption.has_bucket_key ? 1 : 0);
    encoder.put_string(encryption.key_digest);
    encoder.put_string(encryption.sealed_key);
  }
  return encoder.take();
}

ObjectProperties decode_properties(std::string_view bytes) {
  ObjectProperties properties;
  if (bytes.empty()) return properties;
  Decoder decoder(bytes);
  properties.content_type = decoder.take_string();
  properties.headers = take_map(decoder);
  properties.user_metadata = take_map(decoder);
  properties.checksums = take_checksums(decoder);
  if (decoder.at_end()) return properties;
  properties.lock.mode = static_cast<ObjectLock::Mode>(decoder.take_number());
  properties.lock.until = Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(decoder.take_number())));
  properties.lock.legal_hold = decoder.take_number() != 0;
  properties.acl = decoder.take_string();
  if (decoder.at_end()) return properties;
  properties.owner = decoder.take_string();
  ObjectEncryption& encryption = properties.encryption;
  encryption.mode = static_cast<ObjectEncryption::Mode>(decoder.take_number());
  encryption.key_id = decoder.take_string();
  encryption.context = decoder.take_string();
  encryption.has_bucket_key = decoder.take_number() != 0;
  encryption.key_digest = decoder.take_string();
  encryption.sealed_key = decoder.take_string();
  return properties;
}

std::string decode_listed_class(std::string_view bytes) {
  if (bytes.find(kListedHeader) == std::string_view::npos) return {};
  const ObjectProperties all = decode_properties(bytes);
  const auto found = all.headers.find(std::string(kListedHeader));
  return found == all.headers.end() ? std::string() : found->second;
}

ObjectProperties decode_listed_properties(std::string_view bytes) {
  ObjectProperties listed;
  if (std::string storage_class = decode_listed_class(bytes); !storage_class.empty()) listed.headers.emplace(kListedHeader, std::move(storage_class));
  return listed;
}

std::string encode_checksums(const std::vector<StoredChecksum>& checksums) {
  if (checksums.empty()) return {};
  Encoder encoder;
  put_checksums(encoder, checksums);
  return encoder.take();
}

std::vector<StoredChecksum> decode_checksums(std::string_view bytes) {
  if (bytes.empty()) return {};
  Decoder decoder(bytes);
  return take_checksums(decoder);
}

std::string after_prefix(std::string_view prefix) {
  std::string next(prefix);
  while (!next.empty() && next.back() == '\xff') next.pop_back();
  if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
  return next;
}

}  // namespace lab::store
