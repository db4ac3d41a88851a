#include "store/backup.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "store/conditions.h"
#include "store/folder_lock.h"
#include "store/journal/sqlite.h"
#include "store/objects/blob_store.h"
#include "store/objects/layout.h"
#include "store/objects/tables.h"

namespace lab::store {
namespace {

using Path = std::filesystem::path;
constexpr std::size_t kBackupTurn = 1 << 20;

Error refused(const Path& path, std::string reason) { return Error(conditions::kBackupRefused, {{"path", path.string()}, {"reason", std::move(reason)}}); }

std::vector<std::string> list_if_there(Disk& disk, const Path& folder) { return disk.find_status(folder) ? disk.list(folder) : std::vector<std::string>(); }

/// A backup is renewed, or begun in an empty folder; nothing else is written to.
void check_target(Disk& disk, const Path& target, const SideFiles& files) {
  for (const auto& name : list_if_there(disk, target)) {
    // A lab that has run there wrote changes of its own.
    if (name == FolderLock::kFile) throw refused(target, "is the data folder of a lab, not a backup");
    const bool is_ours = name == "blobs" || name == "packs" || name == layout::kRootKey || name.starts_with(layout::kJournal) || std::ranges::find(files, name) != files.end();
    if (!is_ours) throw refused(target, "holds " + name + ", which is no part of a backup");
  }
}

/// Answers how many bytes there were; at most `limit`. Synced, under a name that is not.
std::uint64_t copy_file(Disk& disk, const Path& from, const Path& to, std::uint64_t limit) {
  const auto source = disk.open_to_read(from);
  disk.remove(to);
  const auto target = disk.create(to);
  std::string buffer(kBackupTurn, '\0');
  std::uint64_t done = 0;
  while (done < limit) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), limit - done));
    const auto got = source->read(done, std::span(buffer).subspan(0, wanted));
    if (got == 0) break;
    target->write(done, {buffer.data(), got});
    done += got;
  }
  target->sync();
  return done;
}

/// What rows name, counted and held against the hashes that they have.
class Tally {
 public:
  Tally(journal::Connection& rows, StoreProgress* progress) : rows_(rows), progress_(progress) {
    if (progress_ != nullptr) progress_->all_blobs = count_blobs(rows_);
    auto commit = rows_.prepare("SELECT max(seq) FROM commits");
    if (commit.step()) result_.commit = CommitNumber{commit.integer(0)};
  }

  /// Damage is noted; the rest of the store goes on.
  void check(Disk& disk, const KeptBlob& blob, const Path& path) {
    try {
      checks_.check(blob, *open_blob_file(disk, path));
    } catch (const Error& error) {
      checks_.set_damaged(blob.id, error.message());
    }
    count(blob);
  }

  void count(const KeptBlob& blob) {
    ++result_.blobs;
    result_.bytes += blob.size;
    if (progress_ == nullptr) return;
    progress_->blobs = result_.blobs;
    progress_->bytes = result_.bytes;
    if (progress_->is_cancelled) throw Error(conditions::kStoreStopped);
  }

  BackupResult finish(std::uint64_t copied) {
    result_.copied = copied;
    result_.damages = checks_.damages();
    for (auto& damage : result_.damages) damage.objects = find_blob_users(rows_, damage.blob);
    return std::move(result_);
  }

 private:
  journal::Connection& rows_;
  StoreProgress* const progress_;
  BlobChecks checks_;
  BackupResult result_;
};

/// Copies the bytes that the rows of one journal name from one data folder to another.
class ByteCopier {
 public:
  ByteCopier(Disk& disk, journal::Connection& rows, Path from, Path to, StoreProgress* progress)
      : disk_(disk), rows_(rows), from_(std::move(from)), to_(std::move(to)), tally_(rows, progress) {}

  BackupResult run() {
    for (const auto* folder : {"blobs", "packs"}) make_folders(disk_, to_ / folder);
    copy_packs();
    copy_files();
    // New ids lie behind the newest folder, of blobs in packs too.
    auto newest = rows_.prepare("SELECT max(id) FROM blobs");
    if (newest.step() && !newest.is_null(0)) make_folder(BlobId{newest.integer(0)});
    for (const auto& folder : folders_) disk_.sync_folder(folder);
    for (const auto* folder : {"blobs", "packs"}) disk_.sync_folder(to_ / folder);
    return tally_.finish(copied_);
  }

  /// What an earlier backup had and this one does not name.
  void remove_others() {
    for (const auto& name : disk_.list(to_ / "packs"))
      if (!packs_.contains(to_ / "packs" / name)) disk_.remove(to_ / "packs" / name);
    for (const auto& folder : disk_.list(to_ / "blobs"))
      for (const auto& name : disk_.list(to_ / "blobs" / folder))
        if (!files_.contains(to_ / "blobs" / folder / name)) disk_.remove(to_ / "blobs" / folder / name);
  }

 private:
  bool has_right_bytes(const KeptBlob& blob, const Path& path) {
    const auto status = disk_.find_status(path);
    const auto end = blob.size + (blob.place ? blob.place->offset : 0);
    if (!status || status->size < end) return false;
    try {
      BlobChecks().check(blob, *disk_.open_to_read(path));
      return true;
    } catch (const Error& error) {
      if (error.kind() != Kind::Corruption) throw;
      return false;
    }
  }

  void make_folder(BlobId id) {
    const auto folder = layout::blob_folder(to_, id);
    if (folders_.insert(folder).second) disk_.make_folder(folder);
  }

  /// What was copied is read again, from where it lies now; an absent source is damage that this tells.
  void copy_if_there(const Path& from, const Path& to, std::uint64_t limit) {
    if (disk_.find_status(from)) copied_ += copy_file(disk_, from, to, limit);
  }

  void copy_files() {
    auto statement = rows_.prepare("SELECT id, size, hash, pack, pack_offset FROM blobs WHERE shares > 0 AND pack IS NULL ORDER BY id");
    while (statement.step()) {
      const auto blob = read_blob(statement);
      const auto target = layout::blob_file(to_, blob.id);
      make_folder(blob.id);
      files_.insert(target);
      if (has_right_bytes(blob, target)) {
        tally_.count(blob);
        continue;
      }
      copy_if_there(layout::blob_file(from_, blob.id), target, blob.size);
      tally_.check(disk_, blob, target);
    }
  }

  void copy_packs() {
    auto statement = rows_.prepare("SELECT id, size, hash, pack, pack_offset FROM blobs WHERE shares > 0 AND pack IS NOT NULL ORDER BY pack, pack_offset");
    std::vector<KeptBlob> of_one;
    while (statement.step()) {
      auto blob = read_blob(statement);
      if (!of_one.empty() && of_one[0].place->pack != blob.place->pack) copy_pack(std::exchange(of_one, {}));
      of_one.push_back(std::move(blob));
    }
    if (!of_one.empty()) copy_pack(of_one);
  }

  /// Packs grow behind what rows name; only that is copied.
  void copy_pack(const std::vector<KeptBlob>& blobs) {
    const auto pack = blobs[0].place->pack;
    const auto target = layout::pack_file(to_, pack), copy = Path(target) += ".new";
    packs_.insert(target);
    if (std::ranges::all_of(blobs, [&](const auto& blob) { return has_right_bytes(blob, target); })) {
      for (const auto& blob : blobs) tally_.count(blob);
      return;
    }
    // Renamed into place: an earlier backup may have the shorter one.
    copy_if_there(layout::pack_file(from_, pack), copy, blobs.back().place->offset + blobs.back().size);
    if (disk_.find_status(copy)) disk_.rename(copy, target);
    for (const auto& blob : blobs) tally_.check(disk_, blob, target);
  }

  Disk& disk_;
  journal::Connection& rows_;
  const Path from_, to_;
  Tally tally_;
  std::uint64_t copied_ = 0;
  std::set<Path> folders_, files_, packs_;
};

/// The journal's copy lies in `to` under its unfinished name: fills the folder and gives the journal its own.
BackupResult finish_copy(Disk& disk, const Path& from, const Path& to, const SideFiles& files, StoreProgress* progress) {
  const auto journal = to / layout::kUnfinishedJournal;
  disk.open_to_write(journal)->sync();
  journal::Connection rows(journal, journal::Connection::Mode::QueryOnly);
  ByteCopier copier(disk, rows, from, to, progress);
  auto result = copier.run();
  // Behind the rows: a secret is written before the row that makes it count.
  auto all = files;
  all.push_back(layout::kRootKey);
  for (const auto& name : all)
    if (disk.find_status(from / name)) write_file_atomically(disk, to / name, read_file(disk, from / name));
  disk.sync_folder(to);
  disk.rename(journal, to / layout::kJournal);
  disk.sync_folder(to);
  copier.remove_others();
  return result;
}

void check_journal(journal::Connection& rows) {
  auto statement = rows.prepare("PRAGMA integrity_check(1)");
  if (!statement.step() || statement.text(0) != "ok") throw Error(conditions::kDataCorruption, {{"what", "the journal: " + std::string(statement.text(0))}});
}

void check_is_store(Disk& disk, const Path& directory) {
  if (disk.find_status(directory / layout::kJournal)) return;
  if (disk.find_status(directory / layout::kUnfinishedJournal)) throw refused(directory, "holds a backup that was not finished");
  throw refused(directory, "holds no store");
}

}  // namespace

BackupResult back_up(Store& store, const Path& target, const SideFiles& files, StoreProgress* progress) {
  auto& disk = store.disk();
  const auto folder = std::filesystem::absolute(target).lexically_normal();
  const auto inside = std::mismatch(store.directory().begin(), store.directory().end(), folder.begin(), folder.end()).first;
  if (inside == store.directory().end()) throw refused(folder, "lies in the data folder itself");
  check_target(disk, folder, files);
  make_folders(disk, folder);
  disk.remove(folder / layout::kUnfinishedJournal);
  const auto pause = store.pause_collection();
  journal::Connection(store.directory() / layout::kJournal, journal::Connection::Mode::QueryOnly).copy_into(folder / layout::kUnfinishedJournal);
  return finish_copy(disk, store.directory(), folder, files, progress);
}

BackupResult restore(Disk& disk, const Path& backup, const Path& target, const SideFiles& files, StoreProgress* progress) {
  check_is_store(disk, backup);
  if (disk.find_status(backup / FolderLock::kFile)) throw refused(backup, "is the data folder of a lab, not a backup");
  const auto folder = std::filesystem::absolute(target).lexically_normal();
  check_target(disk, folder, files);
  if (disk.find_status(folder / layout::kJournal)) throw refused(folder, "holds a store already");
  make_folders(disk, folder);
  copy_file(disk, backup / layout::kJournal, folder / layout::kUnfinishedJournal, UINT64_MAX);
  disk.sync_folder(folder);
  return finish_copy(disk, backup, folder, files, progress);
}

BackupResult verify(Disk& disk, const Path& directory, StoreProgress* progress) {
  check_is_store(disk, directory);
  std::optional<FolderLock> lock;
  if (disk.find_status(directory / FolderLock::kFile)) lock.emplace(disk, directory);
  journal::Connection rows(directory / layout::kJournal, journal::Connection::Mode::QueryOnly);
  check_journal(rows);
  Tally tally(rows, progress);
  auto statement = rows.prepare("SELECT id, size, hash, pack, pack_offset FROM blobs WHERE shares > 0 ORDER BY pack, id");
  while (statement.step()) {
    const auto blob = read_blob(statement);
    tally.check(disk, blob, blob.place ? layout::pack_file(directory, blob.place->pack) : layout::blob_file(directory, blob.id));
  }
  return tally.finish(0);
}

}  // namespace lab::store
