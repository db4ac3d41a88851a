#include "catalog/location.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/ids.h"
#include "base/side_by_side.h"
#include "catalog/conditions.h"
#include "catalog/glob.h"
#include "lake/delta/storages.h"

namespace lab::catalog {

namespace fs = std::filesystem;

namespace {

std::string trim_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

/// Hadoop's readers do not see these, but for partition folders such as `_k=1`.
bool is_hidden(std::string_view path) {
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view part = path.substr(start, end - start);
    if (part.starts_with('.') || (part.starts_with('_') && part.find('=') == std::string_view::npos)) return true;
    start = end + 1;
  }
  return false;
}

std::string join(const std::string& left, const std::string& right) { return left.empty() ? right : right.empty() ? left : left + "/" + right; }

/// As Java's URI quotes a path: what is neither a letter nor allowed there, bytes beyond ASCII stay.
std::string quoted_for_uri(std::string_view path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != 0x7F && std::string_view("\"#%<>?[\\]^`{|}").find(c) == std::string_view::npos) {
      quoted += c;
    } else {
      quoted += '%';
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    }
  }
  return quoted;
}

std::int64_t millis(Timestamp time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

std::int64_t modified_millis(const fs::directory_entry& entry) {
  const auto time = std::chrono::file_clock::to_sys(entry.last_write_time());
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

Location parse_location(const std::string& text) {
  Location location;
  location.text = text;
  const std::size_t colon = text.find(":/");
  const std::string scheme = colon == std::string::npos || text.substr(0, colon).find('/') != std::string::npos ? "" : text.substr(0, colon);
  if (scheme == "s3a" || scheme == "s3" || scheme == "s3n") {
    const std::string rest = trim_slashes(std::string_view(text).substr(colon + 1));
    const std::size_t slash = rest.find('/');
    location.kind = Location::Kind::Bucket;
    location.bucket = rest.substr(0, slash);
    location.key = slash == std::string::npos ? "" : trim_slashes(std::string_view(rest).substr(slash + 1));
    location.text = scheme + "://" + join(location.bucket, location.key);
    return location;
  }
  if (!scheme.empty() && scheme != "file") throw Error(conditions::kUnsupportedScheme, {{"scheme", scheme}, {"path", text}});
  std::string path = scheme == "file" ? text.substr(colon + 1) : text;
  while (path.starts_with("//")) path.erase(0, 1);
  location.folder = fs::absolute(path).lexically_normal();
  if (location.folder.has_relative_path() && !location.folder.has_filename()) location.folder = location.folder.parent_path();
  location.text = "file:" + location.folder.string();
  return location;
}

Location Location::child(const std::string& name) const {
  Location result = *this;
  if (kind == Kind::Bucket) {
    result.key = join(key, name);
  } else {
    result.folder /= name;
  }
  result.text = join(text, name);
  return result;
}

struct Places::Cache {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<lake::delta::Table>> tables;
};

Places::Places(store::Store& store, Disk& disk, const Clock& clock, RemoteStores* remotes, OwnEndpoint own, FenceOf fence_of)
    : store_(store), disk_(disk), clock_(clock), remotes_(remotes), own_(std::move(own)), fence_of_(std::move(fence_of)), cache_(std::make_shared<Cache>()) {}

Location Places::locate(const std::string& text, const std::string& user, const SettingLookup& setting) const {
  Location location = parse_location(text);
  if (location.kind == Location::Kind::Folder && fence_of_) {
    location.fence = fence_of_(user);
    location.fence->check_contents(location.folder);
  }
  if (location.kind != Location::Kind::Bucket || remotes_ == nullptr) return location;
  if (const auto store = find_remote_store(location.bucket, setting, own_)) location.remote = remotes_->open(*store, location.bucket);
  return location;
}

std::shared_ptr<lake::delta::TableStorage> Places::delta_storage(const Location& location, const store::Origin& origin) const {
  if (location.remote) return lake::delta::storage_over_remote(location.remote, location.key, store_);
  if (location.kind == Location::Kind::Bucket) return lake::delta::storage_over_bucket(store_, location.bucket, location.key, origin);
  return lake::delta::storage_over_folder(location.folder, disk_);
}

std::shared_ptr<lake::delta::Table> Places::delta_table(const Location& location, const store::Origin& origin) const {
  // Keyed by user too, because a storage commits in the name of one.
  constexpr std::size_t kMaxKept = 512;
  std::string place = location.kind == Location::Kind::Bucket ? "s3://" + location.bucket + "/" + location.key : location.folder.string();
  if (location.remote) place = location.remote->identity() + "\n" + place;
  const std::string key = origin.actor + "\n" + place;
  const std::lock_guard lock(cache_->mutex);
  auto& tables = cache_->tables;
  if (const auto found = tables.find(key); found != tables.end()) return found->second;
  if (tables.size() >= kMaxKept) tables.clear();
  auto table = lake::delta::Table::at(delta_storage(location, origin), clock_);
  tables.emplace(key, table);
  return table;
}

bool Places::exists(const Location& location) const {
  if (location.kind == Location::Kind::Folder) return fs::exists(location.folder);
  if (location.remote) {
    if (location.key.empty()) return !location.remote->list("", "", 1).empty();
    return location.remote->find(location.key) || !location.remote->list(location.key + "/", "", 1).empty();
  }
  if (!store_.objects().find_bucket(location.bucket)) return false;
  if (location.key.empty()) return true;
  if (store_.objects().find(location.bucket, location.key)) return true;
  return !store_.objects().list(location.bucket, {.prefix = location.key + "/", .limit = 1}).objects.empty();
}

namespace {

/// Objects of a bucket, the lab's own or another's, as listing a location sees them.
struct ListedObject {
  std::string key;
  std::int64_t num_bytes = 0, modified_millis = 0;
};

std::vector<ListedObject> objects_below(store::Store& store, const Location& location, const std::string& prefix) {
  std::vector<ListedObject> found;
  if (location.remote) {
    for (RemoteObject& object : location.remote->list(prefix)) found.push_back({std::move(object.key), static_cast<std::int64_t>(object.num_bytes), object.modified_millis});
    return found;
  }
  store::ListQuery query{.prefix = prefix};
  for (;;) {
    const store::ListPage page = store.objects().list(location.bucket, query);
    for (const auto& object : page.objects) found.push_back({object.key, static_cast<std::int64_t>(object.size), millis(object.modified)});
    if (!page.is_truncated) return found;
    query.start_after = page.next_start_after;
  }
}

std::optional<ListedObject> find_object(store::Store& store, const Location& location) {
  if (location.key.empty()) return std::nullopt;
  if (location.remote) {
    const auto object = location.remote->find(location.key);
    if (!object) return std::nullopt;
    return ListedObject{object->key, static_cast<std::int64_t>(object->num_bytes), object->modified_millis};
  }
  const auto object = store.objects().find(location.bucket, location.key);
  if (!object) return std::nullopt;
  return ListedObject{location.key, static_cast<std::int64_t>(object->size), millis(object->modified)};
}

std::vector<FoundFile> list_bucket(store::Store& store, const Location& location) {
  std::vector<FoundFile> files;
  if (!location.remote && !store.objects().find_bucket(location.bucket)) return files;
  if (has_glob(location.key)) {
    // Everything behind the part before the first special character, matched part by part; a match of a folder stands for its files.
    const std::string prefix = location.key.substr(0, location.key.find_first_of(kGlobCharacters));
    for (const ListedObject& object : objects_below(store, location, prefix))
      if (matches_glob_or_below(location.key, object.key) && !object.key.ends_with('/') && !is_hidden(object.key.substr(std::min(object.key.size(), prefix.rfind('/') + 1))))
        files.push_back({object.key, object.num_bytes, object.modified_millis});
    return files;
  }
  if (const auto object = find_object(store, location)) return {{"", object->num_bytes, object->modified_millis}};
  const std::string prefix = location.key.empty() ? "" : location.key + "/";
  for (const ListedObject& object : objects_below(store, location, prefix)) {
    const std::string relative = object.key.substr(prefix.size());
    if (relative.empty() || relative.ends_with('/') || is_hidden(relative)) continue;
    files.push_back({relative, object.num_bytes, object.modified_millis});
  }
  return files;
}

void list_below(const fs::path& root, const fs::path& base, std::vector<FoundFile>& files) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string relative = entry->path().lexically_relative(base).string();
    if (is_hidden(entry->path().lexically_relative(root).string())) {
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file()) files.push_back({relative, static_cast<std::int64_t>(entry->file_size()), modified_millis(*entry)});
  }
}

std::vector<FoundFile> list_folder(const Location& location) {
  std::vector<FoundFile> files;
  const std::string text = location.folder.string();
  if (has_glob(text) && !fs::exists(location.folder)) {
    const std::string head = text.substr(0, text.find_first_of(kGlobCharacters));
    const fs::path root = head.substr(0, head.rfind('/') + 1);
    std::vector<FoundFile> below;
    list_below(root, "/", below);
    for (FoundFile& file : below)
      if (matches_glob_or_below(text, "/" + file.path)) files.push_back({"/" + file.path, file.num_bytes, file.modified_millis});
  } else if (fs::is_regular_file(location.folder)) {
    const fs::directory_entry entry(location.folder);
    files.push_back({"", static_cast<std::int64_t>(entry.file_size()), modified_millis(entry)});
  } else {
    list_below(location.folder, location.folder, files);
  }
  std::sort(files.begin(), files.end(), [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

bool Places::is_folder(const Location& location) const {
  if (location.kind == Location::Kind::Folder) return fs::is_directory(location.folder);
  return exists(location) && !find_object(store_, location);
}

std::vector<FoundFile> Places::list(const Location& location) const {
  auto files = location.kind == Location::Kind::Bucket ? list_bucket(store_, location) : list_folder(location);
  if (files.empty() && !exists(location)) throw Error(conditions::kPathNotFound, {{"path", location.text}});
  return files;
}

std::vector<scan::DataFile> Places::open(const Location& location, const std::vector<FoundFile>& files) const {
  std::vector<scan::DataFile> result;
  result.reserve(files.size());
  if (location.kind == Location::Kind::Folder) {
    for (const FoundFile& file : files) {
      scan::DataFile data;
      data.path = file.path.empty() ? location.folder.string() : file.path.starts_with('/') ? file.path : (location.folder / file.path).string();
      if (location.fence) location.fence->check(data.path);
      data.num_bytes = file.num_bytes;
      data.modified_millis = file.modified_millis;
      data.uri = "file://" + quoted_for_uri(data.path);
      result.push_back(std::move(data));
    }
    return result;
  }
  // The storage of a Delta table knows how to lend an object as a local file, also one of several parts.
  Location root = location;
  root.key.clear();
  const auto storage = delta_storage(root, {"system", "spark", "read"});
  std::vector<std::string> keys;
  for (const FoundFile& file : files) keys.push_back(has_glob(location.key) ? file.path : join(location.key, file.path));
  const auto opened = storage->open(keys);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!opened[i]) throw Error(conditions::kPathNotFound, {{"path", "s3a://" + location.bucket + "/" + keys[i]}});
    scan::DataFile data;
    data.path = opened[i]->path.string();
    data.num_bytes = opened[i]->num_bytes;
    data.remote = opened[i]->remote;
    data.lease = opened[i]->lease;
    data.modified_millis = files[i].modified_millis;
    data.uri = location.text.substr(0, location.text.find(':')) + "://" + location.bucket + "/" + quoted_for_uri(keys[i]);
    result.push_back(std::move(data));
  }
  return result;
}

void Places::fetch(std::vector<scan::DataFile>& files) {
  constexpr std::size_t kFilesAtOnce = 8;
  run_side_by_side(files.size(), kFilesAtOnce, [&](std::size_t i) {
    scan::DataFile& file = files[i];
    if (!file.remote) return;
    const auto copy = file.remote->local_copy();
    file.path = copy->path().string();
    file.lease = copy;
    file.remote = nullptr;
  });
}

fs::path Places::stage_directory(const Location& location) const { return delta_storage(location, {"system", "spark", "stage"})->stage_directory(); }

void Places::adopt(const Location& location, const std::vector<lake::delta::TableStorage::NewFile>& files,
                   const std::function<bool(const std::string&)>& is_replaced, const store::Origin& origin) const {
  if (location.kind == Location::Kind::Folder) {
    const auto storage = delta_storage(location, origin);
    // Plain folders have no atomic replace: old files go after the new ones are durable.
    const auto old = fs::exists(location.folder) ? list_folder(location) : std::vector<FoundFile>{};
    for (const auto& file : files) storage->adopt(file.path, file.staged);
    for (const FoundFile& file : old)
      if (is_replaced(file.path)) fs::remove(location.folder / file.path);
    return;
  }
  if (location.remote) {
    const auto old = list_bucket(store_, location);
    std::vector<std::pair<std::string, fs::path>> uploads;
    std::optional<std::string> mark;  // says that the rest is there
    for (const auto& file : files) {
      if (file.path == "_SUCCESS") {
        mark = join(location.key, file.path);
      } else {
        uploads.emplace_back(join(location.key, file.path), file.staged);
      }
    }
    location.remote->put_files(uploads);
    std::vector<std::string> gone;
    for (const FoundFile& file : old)
      if (is_replaced(file.path)) gone.push_back(join(location.key, file.path));
    location.remote->remove(gone);
    if (mark) location.remote->put(*mark, "");
    if (!files.empty()) store_.discard_stage(files.front().staged.parent_path());
    return;
  }
  store::Change change(origin);
  for (const FoundFile& file : list_bucket(store_, location))
    if (is_replaced(file.path)) change.delete_object({location.bucket, join(location.key, file.path)});
  std::vector<store::PutObject> puts;
  for (const auto& file : files) {
    store::StagedBlob blob = store_.adopt(file.staged, {.checksums = {ChecksumKind::Md5}, .plain_file = true});
    std::string etag = to_hex(blob.digest(ChecksumKind::Md5));
    puts.push_back({location.bucket, join(location.key, file.path), store::ObjectContent::of(std::move(blob)), std::move(etag)});
  }
  change.put_objects(std::move(puts));
  store_.apply(std::move(change));
}

void Places::remove(const Location& location, const store::Origin& origin) const {
  if (location.kind == Location::Kind::Folder) {
    fs::remove_all(location.folder);
    return;
  }
  if (location.remote) {
    std::vector<std::string> keys;
    for (const RemoteObject& object : location.remote->list(location.key + "/")) keys.push_back(object.key);
    location.remote->remove(keys);
    return;
  }
  store::Change change(origin);
  for (const FoundFile& file : list_bucket(store_, location)) change.delete_object({location.bucket, join(location.key, file.path)});
  // Logs and other hidden files are part of what lies there.
  store::ListQuery query{.prefix = location.key + "/"};
  for (;;) {
    const store::ListPage page = store_.objects().list(location.bucket, query);
    for (const auto& object : page.objects) change.delete_object({location.bucket, object.key});
    if (!page.is_truncated) break;
    query.start_after = page.next_start_after;
  }
  store_.apply(std::move(change));
}

}  // namespace lab::catalog
