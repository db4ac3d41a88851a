#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/error.h"
#include "lake/delta/storages.h"

namespace lab::lake::delta {
namespace {

class RemoteStorage final : public TableStorage {
 public:
  RemoteStorage(std::shared_ptr<RemoteBucket> bucket, const std::string& prefix, store::Store& store)
      : bucket_(std::move(bucket)), store_(store), prefix_(prefix.empty() ? "" : prefix + "/"), uri_("s3://" + bucket_->name() + (prefix.empty() ? "" : "/" + prefix)) {}

  const std::string& uri() const override { return uri_; }

  std::vector<Entry> list(std::string_view folder, std::string_view start_after, std::string_view end_before) const override {
    std::vector<Entry> entries;
    const std::string below = prefix_ + (folder.empty() ? "" : std::string(folder) + "/");
    for (RemoteObject& object : bucket_->list(below, start_after.empty() ? "" : prefix_ + std::string(start_after))) {
      std::string path = object.key.substr(prefix_.size());
      if (!end_before.empty() && path >= end_before) break;
      entries.push_back({std::move(path), static_cast<std::int64_t>(object.num_bytes), object.modified_millis});
    }
    return entries;
  }

  std::optional<std::string> read(std::string_view path) const override {
    const Place place = place_of(std::string(path));
    return place.bucket->read(place.key);
  }

  std::vector<std::optional<LocalFile>> open(const std::vector<std::string>& paths) const override {
    std::vector<std::optional<LocalFile>> result(paths.size());
    std::map<std::string, std::vector<std::size_t>> unknown;  // by bucket
    std::vector<Place> places;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      places.push_back(place_of(paths[i]));
      if (auto known = find_known(places[i])) {
        result[i] = std::move(known);
      } else {
        unknown[places[i].bucket->name()].push_back(i);
      }
    }
    for (const auto& [name, indices] : unknown) {
      std::vector<std::string> keys;
      for (const std::size_t i : indices) keys.push_back(places[i].key);
      auto found = places[indices.front()].bucket->find_many(keys);
      for (std::size_t k = 0; k < indices.size(); ++k) {
        if (!found[k]) continue;
        const Place& place = places[indices[k]];
        result[indices[k]] = know(place, place.bucket->open(std::move(*found[k])));
      }
    }
    return result;
  }

  std::filesystem::path stage_directory() override {
    std::filesystem::path folder = store_.stage_path("");
    store_.disk().make_folder(folder);
    const std::lock_guard lock(mutex_);
    stages_.insert(folder);
    return folder;
  }

  bool commit(const std::vector<NewFile>& files, std::string_view log_path, std::string_view log_bytes) override {
    upload(files);
    if (!bucket_->put_if_absent(prefix_ + std::string(log_path), log_bytes)) return false;
    forget(files);
    return true;
  }

  void discard(const std::vector<NewFile>& files) override {
    std::vector<std::string> keys;
    {
      const std::lock_guard lock(mutex_);
      for (const NewFile& file : files)
        if (uploaded_.contains(file.staged)) keys.push_back(prefix_ + file.path);
    }
    bucket_->remove(keys);
    forget(files);
  }

  void write(std::string_view path, std::string_view bytes) override { bucket_->put(prefix_ + std::string(path), bytes); }

  void adopt(std::string_view path, const std::filesystem::path& staged) override {
    const std::vector<NewFile> files = {{std::string(path), staged}};
    upload(files);
    forget(files);
  }

 private:
  struct Place {
    std::shared_ptr<RemoteBucket> bucket;
    std::string key;
  };

  // Absolute paths name other buckets of the same store, never files of this machine.
  Place place_of(const std::string& path) const {
    for (const std::string_view scheme : {"s3://", "s3a://", "s3n://"}) {
      if (!path.starts_with(scheme)) continue;
      const std::string rest = path.substr(scheme.size());
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      const std::string name = rest.substr(0, slash);
      return {name == bucket_->name() ? bucket_ : bucket_->sibling(name), slash < rest.size() ? rest.substr(slash + 1) : ""};
    }
    if (path.starts_with('/')) return {bucket_, path.substr(1)};
    return {bucket_, prefix_ + path};
  }

  // Data files of a Delta table are never written again under their name, so asking once is enough. Others are asked for each time.
  std::optional<LocalFile> find_known(const Place& place) const {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(place.bucket->name() + "/" + place.key);
    if (found == known_.end()) return std::nullopt;
    return local_file(found->second);
  }
  LocalFile know(const Place& place, std::shared_ptr<const RemoteFile> file) const {
    constexpr std::size_t kMaxKnown = 200'000;
    LocalFile result = local_file(file);
    const std::size_t name = place.key.rfind('/') + 1;
    // Spark, delta-rs and the lab give data files names with a UUID; plain folders (an empty prefix) may hold anything.
    const bool is_immutable = !prefix_.empty() && place.key.compare(name, 5, "part-") == 0;
    if (!is_immutable) return result;
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    known_.insert_or_assign(place.bucket->name() + "/" + place.key, std::move(file));
    return result;
  }
  static LocalFile local_file(const std::shared_ptr<const RemoteFile>& file) {
    return {file->name(), static_cast<std::int64_t>(file->object().num_bytes), nullptr, file};
  }

  void upload(const std::vector<NewFile>& files) {
    std::vector<std::pair<std::string, std::filesystem::path>> uploads;
    {
      // After a conflict the same files come again; they are there already.
      const std::lock_guard lock(mutex_);
      for (const NewFile& file : files)
        if (!uploaded_.contains(file.staged)) uploads.emplace_back(prefix_ + file.path, file.staged);
    }
    bucket_->put_files(uploads);
    const std::lock_guard lock(mutex_);
    for (const NewFile& file : files) uploaded_.insert(file.staged);
  }

  void forget(const std::vector<NewFile>& files) {
    std::set<std::filesystem::path> folders;
    {
      const std::lock_guard lock(mutex_);
      for (const NewFile& file : files) {
        uploaded_.erase(file.staged);
        for (auto folder = file.staged.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
          if (stages_.erase(folder) > 0) folders.insert(folder);
      }
    }
    for (const auto& folder : folders) store_.discard_stage(folder);
  }

  const std::shared_ptr<RemoteBucket> bucket_;
  store::Store& store_;
  const std::string prefix_, uri_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const RemoteFile>> known_;
  std::set<std::filesystem::path> stages_, uploaded_;
};

}  // namespace

std::shared_ptr<TableStorage> storage_over_remote(std::shared_ptr<RemoteBucket> bucket, std::string prefix, store::Store& store) {
  while (prefix.ends_with('/')) prefix.pop_back();
  while (prefix.starts_with('/')) prefix.erase(0, 1);
  return std::make_shared<RemoteStorage>(std::move(bucket), prefix, store);
}

}  // namespace lab::lake::delta
