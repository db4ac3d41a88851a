#include "store/objects/pack_store.h"

#include <algorithm>
#include <charconv>

#include "store/conditions.h"
#include "store/objects/layout.h"

namespace lab::store {
namespace {

constexpr std::string_view kSuffix = ".pack";

std::optional<std::int64_t> parse_pack_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
  if (code != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace

PackStore::PackStore(const std::filesystem::path& directory, Disk& disk, Health& health)
    : packs_(directory / "packs"), disk_(disk), health_(health), syncs_(health) {
  make_folders(disk_, packs_);
  for (const auto& name : disk_.list(packs_))
    if (const auto pack = parse_pack_name(name)) next_pack_ = std::max(next_pack_, *pack + 1);
}

std::filesystem::path PackStore::path_of(std::int64_t pack) const { return layout::pack_file(packs_.parent_path(), pack); }

void PackStore::begin_pack() {
  // The number is spent even when this fails: what the failed call left is not known.
  const auto pack = next_pack_++;
  std::shared_ptr<File> file = disk_.create(path_of(pack));
  open_[pack] = std::move(file);
  unnamed_.insert(pack);
  current_ = pack;
  end_ = 0;
}

PackPlace PackStore::append(std::string_view bytes) {
  health_.check();
  const std::lock_guard lock(mutex_);
  if (current_ < 0 || end_ + bytes.size() > kFullPack) begin_pack();
  const PackPlace place{current_, end_};
  open_.at(current_)->write(end_, bytes);
  end_ += bytes.size();
  ++staged_[current_];
  return place;
}

void PackStore::sync(std::int64_t pack) {
  std::shared_ptr<File> file;
  bool is_unnamed = false;
  {
    const std::lock_guard lock(mutex_);
    file = open_.at(pack);
    is_unnamed = unnamed_.contains(pack);
  }
  if (is_unnamed) {
    // Here and not where the pack begins: there every other append would wait for it.
    syncs_.sync(packs_, [this] { disk_.sync_folder(packs_); });
    const std::lock_guard lock(mutex_);
    unnamed_.erase(pack);
  }
  syncs_.sync(path_of(pack), [&] { file->sync(); });
}

void PackStore::release(std::int64_t pack) {
  const std::lock_guard lock(mutex_);
  if (--staged_.at(pack) == 0) staged_.erase(pack);
}

std::shared_ptr<File> PackStore::open(std::int64_t pack) {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(pack); found != open_.end()) return found->second;
  if (open_.size() >= kMaxOpen)
    std::erase_if(open_, [this](const auto& each) { return each.first != current_ && !staged_.contains(each.first); });
  try {
    return open_[pack] = disk_.open_to_read(path_of(pack));
  } catch (const Error& error) {
    open_.erase(pack);
    if (error.kind() != Kind::NotFound) throw;
    throw Error(conditions::kDataCorruption, {{"what", "a pack of stored objects is gone (" + path_of(pack).string() + ")"}});
  }
}

std::vector<PackStore::ClosedPack> PackStore::closed_packs() {
  const std::lock_guard lock(mutex_);
  std::vector<ClosedPack> closed;
  for (const auto& name : disk_.list(packs_)) {
    const auto pack = parse_pack_name(name);
    if (!pack || *pack == current_ || staged_.contains(*pack)) continue;
    if (const auto status = disk_.find_status(packs_ / name)) closed.push_back({*pack, status->size});
  }
  std::ranges::sort(closed, {}, &ClosedPack::pack);
  return closed;
}

void PackStore::remove(std::int64_t pack) {
  const std::lock_guard lock(mutex_);
  open_.erase(pack);
  disk_.remove(path_of(pack));
}

}  // namespace lab::store
