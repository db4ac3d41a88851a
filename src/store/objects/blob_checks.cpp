#include "store/objects/blob_checks.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/error.h"
#include "base/log.h"
#include "store/conditions.h"

namespace lab::store {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

}  // namespace

void BlobChecks::check(const KeptBlob& blob, File& file) {
  const auto start = blob.place ? blob.place->offset : 0;
  auto hasher = create_hasher(ChecksumKind::XxHash64);
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, blob.size)), '\0');
  std::uint64_t done = 0;
  while (done < blob.size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), blob.size - done));
    const auto got = file.read(start + done, std::span(buffer).subspan(0, wanted));
    hasher->update(std::string_view(buffer).substr(0, got));
    done += got;
    if (got < wanted) break;
  }
  std::string what;
  if (done < blob.size)
    what = "the bytes of a stored object are cut off";
  else if (hasher->finish() != blob.hash)
    what = "the bytes of a stored object have changed";
  if (what.empty()) return set_right(blob);
  set_damaged(blob.id, what);
  throw Error(conditions::kDataCorruption, {{"what", what + " (blob " + std::to_string(blob.id.value) + ")"}});
}

void BlobChecks::set_damaged(BlobId blob, const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto page = right_.find(blob.value / kPage); page != right_.end())
      page->second.reset(static_cast<std::size_t>(blob.value % kPage));
    if (std::ranges::any_of(damages_, [&](const auto& each) { return each.blob == blob; })) return;
    damages_.push_back({blob, what});
  }
  log::error("store", "{} (blob {}); `dflab objects scrub` names the objects", what, blob.value);
}

void BlobChecks::set_right(const KeptBlob& blob) {
  const std::lock_guard lock(mutex_);
  if (blob.size > kAlways) right_[blob.id.value / kPage].set(static_cast<std::size_t>(blob.id.value % kPage));
  std::erase_if(damages_, [&](const auto& each) { return each.blob == blob.id; });
}

bool BlobChecks::is_due(const KeptBlob& blob) const {
  if (blob.size <= kAlways) return true;
  if (blob.size > kOnce) return false;
  const std::lock_guard lock(mutex_);
  const auto page = right_.find(blob.id.value / kPage);
  return page == right_.end() || !page->second.test(static_cast<std::size_t>(blob.id.value % kPage));
}

void BlobChecks::forget(BlobId blob) {
  const std::lock_guard lock(mutex_);
  if (const auto page = right_.find(blob.value / kPage); page != right_.end()) {
    page->second.reset(static_cast<std::size_t>(blob.value % kPage));
    if (page->second.none()) right_.erase(page);
  }
  std::erase_if(damages_, [&](const auto& each) { return each.blob == blob; });
}

std::vector<Damage> BlobChecks::damages() const {
  const std::lock_guard lock(mutex_);
  return damages_;
}

std::unique_ptr<File> open_blob_file(Disk& disk, const std::filesystem::path& path) {
  try {
    return disk.open_to_read(path);
  } catch (const Error& error) {
    if (error.kind() != Kind::NotFound) throw;
    throw Error(conditions::kDataCorruption, {{"what", "the bytes of a stored object are gone (" + path.string() + ")"}});
  }
}

}  // namespace lab::store
