#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/checksum.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/side_by_side.h"
#include "lake/delta/storages.h"

namespace lab::lake::delta {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSyncsAtOnce = 8;

std::int64_t millis(Timestamp time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

/// A file put together from the parts of an object; goes with the last reader.
struct Joined {
  store::Store& store;
  fs::path path;
  Joined(store::Store& in, fs::path at) : store(in), path(std::move(at)) {}
  ~Joined() {
    try {
      store.discard_stage(path);
    } catch (const std::exception&) {
      // The next start removes what is left in the stage.
    }
  }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;
};

class BucketStorage final : public TableStorage {
 public:
  BucketStorage(store::Store& store, std::string bucket, std::string prefix, store::Origin origin)
      : store_(store), bucket_(std::move(bucket)), prefix_(prefix.empty() ? "" : prefix + "/"), uri_("s3://" + bucket_ + (prefix.empty() ? "" : "/" + prefix)),
        origin_(std::move(origin)) {}

  const std::string& uri() const override { return uri_; }

  std::vector<Entry> list(std::string_view folder, std::string_view start_after, std::string_view end_before) const override {
    std::vector<Entry> entries;
    if (!store_.objects().find_bucket(bucket_)) return entries;
    store::ListQuery query{.prefix = prefix_ + (folder.empty() ? "" : std::string(folder) + "/"),
                           .start_after = start_after.empty() ? "" : prefix_ + std::string(start_after)};
    for (;;) {
      const store::ListPage page = store_.objects().list(bucket_, query);
      for (const store::ObjectInfo& object : page.objects) {
        std::string path = object.key.substr(prefix_.size());
        if (!end_before.empty() && path >= end_before) return entries;
        entries.push_back({std::move(path), static_cast<std::int64_t>(object.size), millis(object.modified)});
      }
      if (!page.is_truncated) return entries;
      query.start_after = page.next_start_after;
    }
  }

  std::optional<std::string> read(std::string_view path) const override {
    const Place place = place_of(std::string(path));
    const auto reader = store_.objects().find_and_open(place.bucket, place.key);
    if (!reader) return std::nullopt;
    return reader->read_all();
  }

  std::vector<std::optional<LocalFile>> open(const std::vector<std::string>& paths) const override {
    std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::size_t>>> wanted;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      Place place = place_of(paths[i]);
      auto& [keys, indices] = wanted[place.bucket];
      keys.push_back(std::move(place.key));
      indices.push_back(i);
    }
    std::vector<std::optional<LocalFile>> result(paths.size());
    for (const auto& [bucket, keys_and_indices] : wanted) {
      if (!store_.objects().find_bucket(bucket)) continue;
      const auto& [keys, indices] = keys_and_indices;
      auto readers = store_.objects().open_many(bucket, keys);
      for (std::size_t i = 0; i < indices.size(); ++i)
        if (readers[i]) result[indices[i]] = local_file(std::move(*readers[i]));
    }
    return result;
  }

  fs::path stage_directory() override {
    fs::path folder = store_.stage_path("");
    store_.disk().make_folder(folder);
    const std::lock_guard lock(mutex_);
    stages_.insert(folder);
    return folder;
  }

  bool commit(const std::vector<NewFile>& files, std::string_view log_path, std::string_view log_bytes) override {
    adopt_staged(files);
    std::vector<store::PutObject> puts;
    puts.reserve(files.size() + 1);
    for (const NewFile& file : files) puts.push_back(put_staged(file));
    store::StagedBlob log = store_.write_blob(log_bytes, {.checksums = {ChecksumKind::Md5}});
    std::string etag = to_hex(log.digest(ChecksumKind::Md5));
    puts.push_back({.bucket = bucket_,
                    .key = prefix_ + std::string(log_path),
                    .content = store::ObjectContent::of(std::move(log)),
                    .etag = std::move(etag),
                    .expect = store::Expectation::absent(),
                    .otherwise = &store::conditions::kChangeConflict});
    store::Change change(origin_);
    change.put_objects(std::move(puts));
    try {
      store_.apply(std::move(change));
    } catch (const Error& failure) {
      if (&failure.condition() == &store::conditions::kChangeConflict) return false;
      throw;
    }
    forget(files);
    return true;
  }

  void discard(const std::vector<NewFile>& files) override { forget(files); }

  void write(std::string_view path, std::string_view bytes) override {
    store::StagedBlob blob = store_.write_blob(bytes, {.checksums = {ChecksumKind::Md5}});
    std::string etag = to_hex(blob.digest(ChecksumKind::Md5));
    store::Change change(origin_);
    change.put_object({.bucket = bucket_, .key = prefix_ + std::string(path), .content = store::ObjectContent::of(std::move(blob)), .etag = std::move(etag)});
    store_.apply(std::move(change));
  }

  void adopt(std::string_view path, const fs::path& staged) override {
    const std::vector<NewFile> files = {{std::string(path), staged}};
    adopt_staged(files);
    store::Change change(origin_);
    change.put_object(put_staged(files[0]));
    store_.apply(std::move(change));
    forget(files);
  }

 private:
  struct Place {
    std::string bucket, key;
  };

  // Absolute paths name other buckets. What names a local file is taken as a key, so that a log can never reach out of the store.
  Place place_of(const std::string& path) const {
    for (const std::string_view scheme : {"s3://", "s3a://", "s3n://"}) {
      if (!path.starts_with(scheme)) continue;
      const std::string rest = path.substr(scheme.size());
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      return {rest.substr(0, slash), slash < rest.size() ? rest.substr(slash + 1) : ""};
    }
    if (path.starts_with('/')) return {bucket_, path.substr(1)};
    return {bucket_, prefix_ + path};
  }

  LocalFile local_file(store::ObjectReader reader) const {
    const auto num_bytes = static_cast<std::int64_t>(reader.size());
    const bool is_plain = !reader.info().properties.is_sealed();
    if (is_plain && reader.parts().size() == 1 && reader.parts()[0].is_whole_file()) {
      auto lease = std::make_shared<const store::ObjectReader>(std::move(reader));
      return {lease->parts()[0].path(), num_bytes, lease};
    }
    const std::lock_guard lock(mutex_);
    std::weak_ptr<const Joined>& kept = joined_[reader.info().id];
    if (auto joined = kept.lock()) return {joined->path, num_bytes, joined};
    // Engines want one file. It is a copy for this process alone, so nothing has to be durable.
    auto joined = std::make_shared<const Joined>(store_, store_.stage_path(".joined"));
    const auto file = store_.disk().create(joined->path);
    std::string buffer(std::size_t{1} << 20, '\0');
    for (std::uint64_t at = 0; at < reader.size();) {
      const std::size_t count = reader.read(at, buffer);
      if (count == 0) break;
      file->append(std::string_view(buffer).substr(0, count));
      at += count;
    }
    kept = joined;
    std::erase_if(joined_, [](const auto& entry) { return entry.second.expired(); });
    return {joined->path, num_bytes, joined};
  }

  // Syncs the files, many at once: a disk takes them in hardly more time than one.
  void adopt_staged(const std::vector<NewFile>& files) {
    std::vector<fs::path> waiting;
    {
      const std::lock_guard lock(mutex_);
      for (const NewFile& file : files)
        if (!staged_.contains(file.staged)) waiting.push_back(file.staged);
    }
    run_side_by_side(waiting.size(), kSyncsAtOnce, [&](std::size_t i) {
      store::StagedBlob blob = store_.adopt(waiting[i], {.plain_file = true});
      // Kept until a commit succeeds: a conflict lets go of the blob that the change took.
      const std::lock_guard lock(mutex_);
      staged_.emplace(waiting[i], std::move(blob));
    });
  }

  store::PutObject put_staged(const NewFile& file) {
    const std::lock_guard lock(mutex_);
    const store::StagedBlob& blob = staged_.at(file.staged);
    // Not the bytes' MD5, which nobody needs of a data file; the form is that of an object put in parts.
    std::string etag = to_hex(checksum(ChecksumKind::Md5, blob.digest(ChecksumKind::XxHash64) + std::to_string(blob.size()))) + "-1";
    return {.bucket = bucket_, .key = prefix_ + file.path, .content = store::ObjectContent::of(blob), .etag = std::move(etag)};
  }

  void forget(const std::vector<NewFile>& files) {
    std::set<fs::path> folders;
    {
      const std::lock_guard lock(mutex_);
      for (const NewFile& file : files) {
        staged_.erase(file.staged);
        for (fs::path folder = file.staged.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
          if (stages_.erase(folder) > 0) folders.insert(folder);
      }
    }
    for (const fs::path& folder : folders) store_.discard_stage(folder);
  }

  store::Store& store_;
  const std::string bucket_, prefix_, uri_;
  const store::Origin origin_;
  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, std::weak_ptr<const Joined>> joined_;  // by object version
  std::map<fs::path, store::StagedBlob> staged_;
  std::set<fs::path> stages_;
};

}  // namespace

std::shared_ptr<TableStorage> storage_over_bucket(store::Store& store, std::string bucket, std::string prefix, store::Origin origin) {
  while (prefix.ends_with('/')) prefix.pop_back();
  while (prefix.starts_with('/')) prefix.erase(0, 1);
  return std::make_shared<BucketStorage>(store, std::move(bucket), std::move(prefix), std::move(origin));
}

}  // namespace lab::lake::delta
