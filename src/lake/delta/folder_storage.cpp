#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/error.h"
#include "base/ids.h"
#include "base/side_by_side.h"
#include "lake/delta/storages.h"

namespace lab::lake::delta {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStagePrefix = ".dflab-stage-";
constexpr std::size_t kFolderSyncsAtOnce = 8;

std::int64_t modified_millis(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

class FolderStorage final : public TableStorage {
 public:
  FolderStorage(fs::path folder, Disk& disk) : root_(std::move(folder)), uri_("file:" + root_.string()), disk_(disk) {}

  const std::string& uri() const override { return uri_; }

  std::vector<Entry> list(std::string_view folder, std::string_view start_after, std::string_view end_before) const override {
    std::vector<Entry> entries;
    list_below(std::string(folder), start_after, end_before, entries);
    std::sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) { return left.path < right.path; });
    return entries;
  }

  std::optional<std::string> read(std::string_view path) const override {
    const auto place = place_of(std::string(path));
    if (!place) return std::nullopt;
    try {
      return read_file(disk_, *place);
    } catch (const Error& failure) {
      if (&failure.condition() == &lab::conditions::kFileNotFound) return std::nullopt;
      throw;
    }
  }

  std::vector<std::optional<LocalFile>> open(const std::vector<std::string>& paths) const override {
    std::vector<std::optional<LocalFile>> result(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
      auto place = place_of(paths[i]);
      if (!place) continue;
      struct stat status {};
      if (::stat(place->c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      result[i] = LocalFile{std::move(*place), static_cast<std::int64_t>(status.st_size), nullptr};
    }
    return result;
  }

  fs::path stage_directory() override {
    make_folders(disk_, root_);
    sweep_stages();
    fs::path stage = root_ / (std::string(kStagePrefix) + random_hex(8));
    disk_.make_folder(stage);
    return stage;
  }

  bool commit(const std::vector<NewFile>& files, std::string_view log_path, std::string_view log_bytes) override {
    const fs::path log = root_ / log_path;
    make_folders(disk_, log.parent_path());
    // A disk takes many files in hardly more time than one.
    run_side_by_side(files.size(), kFolderSyncsAtOnce, [&](std::size_t i) { sync_staged(files[i].staged); });
    std::set<fs::path> folders;
    for (const NewFile& file : files) move_in(file.path, file.staged, folders);
    const std::vector<fs::path> entered(folders.begin(), folders.end());
    run_side_by_side(entered.size(), kFolderSyncsAtOnce, [&](std::size_t i) { disk_.sync_folder(entered[i]); });
    remove_stages(files);
    // link() makes the whole entry appear under a name that must be free: of two writers one wins, whichever program they are.
    const fs::path draft = log.parent_path() / ("." + log.filename().string() + "." + random_hex(8) + ".tmp");
    {
      const auto draft_file = disk_.create(draft);
      draft_file->write(0, log_bytes);
      draft_file->sync();
    }
    bool is_new = true;
    try {
      disk_.link(draft, log);
    } catch (const Error& failure) {
      disk_.remove(draft);
      if (&failure.condition() != &lab::conditions::kFileAlreadyExists) throw;
      is_new = false;
    }
    if (is_new) {
      disk_.remove(draft);
      disk_.sync_folder(log.parent_path());
    }
    return is_new;
  }

  void discard(const std::vector<NewFile>& files) override {
    // Whether or not they were moved in already: no entry of the log names them.
    for (const NewFile& file : files) {
      disk_.remove(file.staged);
      disk_.remove(root_ / file.path);
    }
    remove_stages(files);
  }

  void write(std::string_view path, std::string_view bytes) override {
    const fs::path place = root_ / path;
    make_folders(disk_, place.parent_path());
    write_file_atomically(disk_, place, bytes);
  }

  void adopt(std::string_view path, const fs::path& staged) override {
    std::set<fs::path> folders;
    sync_staged(staged);
    move_in(std::string(path), staged, folders);
    for (const fs::path& folder : folders) disk_.sync_folder(folder);
    // More files of the same stage may still be waiting: the folder goes with the last of them.
    const fs::path stage = staged.parent_path();
    std::error_code ignored;
    if (stage.filename().string().starts_with(kStagePrefix) && fs::is_empty(stage, ignored)) disk_.remove_folder(stage);
  }

 private:
  // Nothing for what lies in a bucket.
  std::optional<fs::path> place_of(const std::string& path) const {
    if (path.starts_with('/')) return fs::path(path);
    if (path.starts_with("file:/")) return fs::path("/" + path.substr(std::min(path.find_first_not_of('/', 5), path.size())));
    if (path.find("://") != std::string::npos) return std::nullopt;
    return root_ / path;
  }

  void list_below(const std::string& folder, std::string_view start_after, std::string_view end_before, std::vector<Entry>& entries) const {
    std::error_code error;
    for (fs::directory_iterator each(folder.empty() ? root_ : root_ / folder, error), end; !error && each != end; each.increment(error)) {
      std::string path = (folder.empty() ? "" : folder + "/") + each->path().filename().string();
      if (!end_before.empty() && path >= end_before) continue;
      std::error_code ignored;
      if (each->is_directory(ignored)) {
        const std::string below = path + "/";
        // Nothing in it can sort behind the start when even its end does not.
        if (start_after.empty() || below + "\xff" > start_after) list_below(path, start_after, end_before, entries);
        continue;
      }
      if (!start_after.empty() && path <= start_after) continue;
      struct stat status {};
      if (::stat(each->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      entries.push_back({std::move(path), static_cast<std::int64_t>(status.st_size), modified_millis(status)});
    }
  }

  // After a conflict the file is where it belongs already.
  void sync_staged(const fs::path& staged) {
    if (disk_.find_status(staged)) disk_.open_to_write(staged)->sync();
  }

  void move_in(const std::string& path, const fs::path& staged, std::set<fs::path>& folders) {
    const fs::path place = root_ / path;
    if (!disk_.find_status(staged) && disk_.find_status(place)) return;
    make_folders(disk_, place.parent_path());
    disk_.rename(staged, place);
    folders.insert(place.parent_path());
  }

  void remove_stages(const std::vector<NewFile>& files) {
    std::set<fs::path> stages;
    for (const NewFile& file : files)
      for (fs::path folder = file.staged.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
        if (folder.filename().string().starts_with(kStagePrefix)) stages.insert(folder);
    for (const fs::path& stage : stages) {
      std::error_code ignored;
      fs::remove_all(stage, ignored);
    }
  }

  // What a program that was killed left behind a day ago or longer.
  void sweep_stages() {
    std::error_code error;
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (fs::directory_iterator each(root_, error), end; !error && each != end; each.increment(error)) {
      std::error_code ignored;
      if (each->path().filename().string().starts_with(kStagePrefix) && each->last_write_time(ignored) < long_ago) fs::remove_all(each->path(), ignored);
    }
  }

  const fs::path root_;
  const std::string uri_;
  Disk& disk_;
};

}  // namespace

std::shared_ptr<TableStorage> storage_over_folder(fs::path folder, Disk& disk) { return std::make_shared<FolderStorage>(std::move(folder), disk); }

}  // namespace lab::lake::delta
