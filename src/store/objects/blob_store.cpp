#include "store/objects/blob_store.h"

#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "base/log.h"
#include "store/conditions.h"
#include "store/objects/blob_state.h"
#include "store/objects/layout.h"

namespace lab::store {
namespace {

std::optional<std::int64_t> parse_hex(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::size_t kCopyBytes = 1 << 20;

}  // namespace

void PinTable::pin(BlobId id) {
  const std::lock_guard lock(mutex_);
  ++counts_[id.value];
}

void PinTable::unpin(BlobId id) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(id.value);
  if (--found->second == 0) counts_.erase(found);
}

bool PinTable::is_pinned(BlobId id) const {
  const std::lock_guard lock(mutex_);
  return counts_.contains(id.value);
}

BlobStore::BlobStore(const std::filesystem::path& directory, Disk& disk, Health& health)
    : blobs_(directory / "blobs"),
      stage_(directory / "stage"),
      disk_(disk),
      health_(health),
      syncs_(health),
      packs_(directory, disk, health) {
  make_folders(disk_, blobs_);
  make_folders(disk_, stage_);
  for (const auto& name : disk_.list(stage_)) remove_tree(disk_, stage_ / name);
  // A new process fills new folders, so that an id that an earlier one gave out before it died is never given again.
  for (const auto& name : disk_.list(blobs_))
    if (const auto folder = parse_hex(name)) first_folder_ = std::max(first_folder_, *folder + 1);
  next_id_ = first_folder_ * kBlobsPerFolder + 1;
  made_folder_ = first_folder_ - 1;
}

std::filesystem::path BlobStore::folder_path(std::int64_t folder) const {
  return layout::blob_folder(blobs_.parent_path(), BlobId{folder * kBlobsPerFolder});
}

std::filesystem::path BlobStore::path_of(BlobId id) const { return layout::blob_file(blobs_.parent_path(), id); }

BlobId BlobStore::next_id() {
  const std::lock_guard lock(mutex_);
  const BlobId id{next_id_};
  const auto folder = id.value / kBlobsPerFolder;
  if (folder != made_folder_) {
    disk_.make_folder(folder_path(folder));
    // Through the shared syncs, which remember a failure: it must not be asked for twice.
    sync_folder(blobs_);
    made_folder_ = folder;
  }
  ++next_id_;
  return id;
}

void BlobStore::sync_folder(const std::filesystem::path& folder) {
  syncs_.sync(folder, [&] { disk_.sync_folder(folder); });
}

BlobWriter BlobStore::create(BlobOptions options) {
  health_.check();
  const auto id = next_id();
  // Sealed bytes are bound to their blob's file; unknown sizes begin in memory.
  const bool is_packed = !options.plain_file && !options.seal_with && options.size_hint < PackStore::kFileSize;
  return BlobWriter(std::make_unique<BlobWriter::State>(*this, id, is_packed ? nullptr : create_file(id), options));
}

std::unique_ptr<File> BlobStore::create_file(BlobId id) { return disk_.create(path_of(id)); }

StagedBlob BlobStore::adopt(const std::filesystem::path& path, const BlobOptions& options) {
  health_.check();
  LAB_CHECK(std::mismatch(stage_.begin(), stage_.end(), path.begin(), path.end()).first == stage_.end(),
            "only files under stage/ can be adopted");
  const auto id = next_id();
  BlobHashers hashers(options.checksums);
  std::uint64_t size = 0;
  {
    const auto file = disk_.open_to_write(path);
    std::string buffer(kCopyBytes, '\0');
    while (const auto got = file->read(size, buffer)) {
      hashers.update(std::string_view(buffer).substr(0, got));
      size += got;
    }
    health_.guard_sync([&] { file->sync(); });
  }
  disk_.rename(path, path_of(id));
  auto state = std::make_shared<StagedBlob::State>(*this, id);
  state->size = size;
  state->digests = hashers.finish();
  return StagedBlob(std::move(state));
}

void BlobStore::make_durable(const std::vector<StagedBlob>& blobs) {
  std::set<std::int64_t> folders, packs;
  for (const auto& blob : blobs) {
    if (blob.state_->is_durable) continue;
    if (const auto place = blob.place())
      packs.insert(place->pack);
    else
      folders.insert(blob.id().value / kBlobsPerFolder);
  }
  for (const auto pack : packs) packs_.sync(pack);
  for (const auto folder : folders) sync_folder(folder_path(folder));
  for (const auto& blob : blobs) blob.state_->is_durable = true;
}

void BlobStore::mark_committed(std::vector<StagedBlob>& blobs) {
  for (auto& blob : blobs) blob.state_->is_committed = true;
}

PinnedFile BlobStore::pin(const BlobRange& range, const KeptBlob& kept) {
  return PinnedFile(std::make_shared<PinnedFile::State>(*this, pins_, checks_, range, kept));
}

std::filesystem::path BlobStore::stage_path(std::string_view suffix) {
  return stage_ / (random_hex(12) + std::string(suffix));
}

void BlobStore::discard_stage(const std::filesystem::path& path) {
  LAB_CHECK(std::mismatch(stage_.begin(), stage_.end(), path.begin(), path.end()).first == stage_.end() &&
            path != stage_);
  remove_tree(disk_, path);
}

void BlobStore::remove(BlobId id) { disk_.remove(path_of(id)); }

std::vector<std::int64_t> BlobStore::old_folders() {
  std::vector<std::int64_t> folders;
  for (const auto& name : disk_.list(blobs_))
    if (const auto folder = parse_hex(name); folder && *folder < first_folder_) folders.push_back(*folder);
  std::ranges::sort(folders);
  return folders;
}

std::vector<BlobId> BlobStore::list_folder(std::int64_t folder) {
  std::vector<BlobId> ids;
  for (const auto& name : disk_.list(folder_path(folder)))
    if (const auto id = parse_hex(name)) ids.push_back(BlobId{*id});
  std::ranges::sort(ids);
  return ids;
}

void BlobStore::remove_folder_if_empty(std::int64_t folder) {
  // The newest folder of an earlier process stays, or the next start would give its ids again.
  const auto path = folder_path(folder);
  if (folder < first_folder_ - 1 && disk_.list(path).empty()) disk_.remove_folder(path);
}

void remove_tree(Disk& disk, const std::filesystem::path& path) {
  const auto status = disk.find_status(path);
  if (!status) return;
  if (!status->is_folder) return disk.remove(path);
  for (const auto& name : disk.list(path)) remove_tree(disk, path / name);
  disk.remove_folder(path);
}

}  // namespace lab::store
