#include "store/objects/objects.h"

#include <algorithm>

#include "base/error.h"
#include "store/conditions.h"
#include "store/objects/keyring.h"
#include "store/objects/tables.h"
#include "store/store.h"

namespace lab::store {
namespace {

/// Pins the object's bytes and takes its key, where it is the lab's to open. Under the snapshot that shows the object:
/// until it ends, collection unlinks nothing that it shows.
ObjectReader pin_object(Store& store, const Rows& rows, ObjectInfo info) {
  std::vector<PinnedFile> parts;
  for (const auto& part : info.parts) parts.push_back(store.pin(rows, part.bytes));
  ObjectReader reader(std::move(info), std::move(parts));
  const ObjectEncryption& encryption = reader.info().properties.encryption;
  const bool opens = encryption.mode == ObjectEncryption::Mode::Lab || encryption.mode == ObjectEncryption::Mode::Named;
  if (opens) reader.unlock(store.keyring().open(encryption));
  return reader;
}

std::optional<ObjectReader> find_and_pin(Store& store, const Rows& rows, std::string_view bucket, std::string_view key,
                                         std::optional<CommitNumber> as_of) {
  auto info = find_object(rows, bucket, key, as_of);
  if (!info) return std::nullopt;
  return pin_object(store, rows, *std::move(info));
}

[[noreturn]] void throw_absent(const Rows& rows, std::string_view bucket, std::string_view key) {
  get_bucket(rows, bucket);
  throw Error(conditions::kNoSuchKey, {{"bucket", std::string(bucket)}, {"key", std::string(key)}});
}

ObjectInfo get_version_at(const Rows& rows, std::string_view bucket_name, std::string_view key,
                          const std::optional<std::string>& version) {
  const auto bucket = get_bucket(rows, bucket_name);
  auto info = find_version(rows, bucket, key, version);
  if (info) return *std::move(info);
  if (!version) throw_absent(rows, bucket_name, key);
  throw Error(conditions::kNoSuchVersion,
              {{"bucket", std::string(bucket_name)}, {"key", std::string(key)}, {"version", *version}});
}

}  // namespace

ObjectReader::ObjectReader(ObjectInfo info, std::vector<PinnedFile> parts)
    : info_(std::move(info)), parts_(std::move(parts)) {
  std::uint64_t start = 0;
  for (const auto& part : info_.parts) {
    starts_.push_back(start);
    start += info_.length_of(part);
  }
}

std::size_t ObjectReader::read(std::uint64_t at, std::span<char> into) const {
  std::size_t done = 0;
  auto index = static_cast<std::size_t>(std::ranges::upper_bound(starts_, at) - starts_.begin());
  LAB_CHECK(!info_.properties.is_sealed() || key_.has_value(), "a sealed object is read without its key");
  for (index = index == 0 ? 0 : index - 1; index < parts_.size() && done < into.size(); ++index) {
    const std::uint64_t within = at + done - starts_[index];
    const std::span<char> rest = into.subspan(done);
    done += key_ ? read_sealed(parts_[index], *key_, info_.parts[index].bytes.blob, within, rest) : parts_[index].read(within, rest);
  }
  return done;
}

std::string ObjectReader::read_all() const {
  std::string bytes(size(), '\0');
  read(0, bytes);
  return bytes;
}

std::optional<BucketInfo> Objects::find_bucket(std::string_view name) const {
  return store::find_bucket(store_.snapshot(), name);
}

BucketInfo Objects::get_bucket(std::string_view name) const { return store::get_bucket(store_.snapshot(), name); }

std::vector<BucketInfo> Objects::list_buckets() const { return store::list_buckets(store_.snapshot()); }

std::optional<ObjectInfo> Objects::find(std::string_view bucket, std::string_view key,
                                        std::optional<CommitNumber> as_of) const {
  return find_object(store_.snapshot(), bucket, key, as_of);
}

ObjectInfo Objects::get(std::string_view bucket, std::string_view key, std::optional<CommitNumber> as_of) const {
  const auto snapshot = store_.snapshot();
  auto info = find_object(snapshot, bucket, key, as_of);
  if (!info) throw_absent(snapshot, bucket, key);
  return *std::move(info);
}

ObjectReader Objects::open(std::string_view bucket, std::string_view key, std::optional<CommitNumber> as_of) const {
  const auto snapshot = store_.snapshot();
  auto reader = find_and_pin(store_, snapshot, bucket, key, as_of);
  if (!reader) throw_absent(snapshot, bucket, key);
  return *std::move(reader);
}

std::optional<ObjectReader> Objects::find_and_open(std::string_view bucket, std::string_view key,
                                                   std::optional<CommitNumber> as_of) const {
  return find_and_pin(store_, store_.snapshot(), bucket, key, as_of);
}

ObjectInfo Objects::get_version(std::string_view bucket, std::string_view key,
                                const std::optional<std::string>& version) const {
  return get_version_at(store_.snapshot(), bucket, key, version);
}

ObjectReader Objects::open_version(std::string_view bucket, std::string_view key,
                                   const std::optional<std::string>& version) const {
  const auto snapshot = store_.snapshot();
  return pin_object(store_, snapshot, get_version_at(snapshot, bucket, key, version));
}

VersionPage Objects::list_versions(std::string_view bucket, const VersionQuery& query) const {
  return store::list_versions(store_.snapshot(), bucket, query);
}

std::vector<std::optional<ObjectReader>> Objects::open_many(std::string_view bucket,
                                                            const std::vector<std::string>& keys) const {
  const auto snapshot = store_.snapshot();
  std::vector<std::optional<ObjectReader>> readers;
  readers.reserve(keys.size());
  for (const auto& key : keys) readers.push_back(find_and_pin(store_, snapshot, bucket, key, std::nullopt));
  return readers;
}

ListPage Objects::list(std::string_view bucket, const ListQuery& query) const {
  return list_objects(store_.snapshot(), bucket, query);
}

ListPage Objects::list(std::string_view bucket, const ListQuery& query, const std::function<void(const ListedKey&)>& each) const {
  return list_objects(store_.snapshot(), bucket, query, each);
}

UploadInfo Objects::get_upload(std::string_view bucket, std::string_view key, std::string_view upload) const {
  return store::get_upload(store_.snapshot(), bucket, key, upload);
}

UploadPage Objects::list_uploads(std::string_view bucket, const UploadListQuery& query) const {
  return store::list_uploads(store_.snapshot(), bucket, query);
}

PartPage Objects::list_parts(std::string_view bucket, std::string_view key, std::string_view upload, int after_number,
                             std::size_t limit) const {
  return store::list_parts(store_.snapshot(), bucket, key, upload, after_number, limit);
}

}  // namespace lab::store
