#include "remote/s3/local_copies.h"

#include "base/error.h"
#include "base/side_by_side.h"

namespace lab::remote::s3 {
namespace {

constexpr std::uint64_t kRangeBytes = 8 << 20;
constexpr std::size_t kNumRanges = 6;

/// `.csv.gz` of a key: readers look at how a file's name ends.
std::string ending_of(const std::string& key) {
  constexpr std::size_t kMaxLength = 32;
  const std::string name = key.substr(key.rfind('/') + 1);
  const std::size_t dot = name.find('.', name.size() > kMaxLength ? name.size() - kMaxLength : 0);
  return dot == std::string::npos ? "" : name.substr(dot);
}

class StagedCopy final : public LocalCopy {
 public:
  StagedCopy(Stage& stage, const std::string& suffix) : stage_(stage), path_(stage.make_path(suffix)) {}
  ~StagedCopy() override {
    try {
      stage_.discard(path_);
    } catch (const std::exception&) {
      // The next start removes what is left in the stage.
    }
  }
  StagedCopy(const StagedCopy&) = delete;
  StagedCopy& operator=(const StagedCopy&) = delete;
  const std::filesystem::path& path() const override { return path_; }

 private:
  Stage& stage_;
  const std::filesystem::path path_;
};

}  // namespace

std::shared_ptr<const LocalCopy> LocalCopies::get(const RemoteFile& file) {
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [](const auto& each) { return each.second.use_count() == 1 && each.second->copy.expired(); });
    auto& found = entries_[file.name()];
    if (!found) found = std::make_shared<Entry>();
    entry = found;
  }
  const std::lock_guard fetching(entry->fetching);
  if (auto copy = entry->copy.lock()) return copy;
  auto copy = fetch(file);
  entry->copy = copy;
  keep(copy, file.object().num_bytes);
  return copy;
}

std::shared_ptr<const LocalCopy> LocalCopies::fetch(const RemoteFile& file) {
  auto copy = std::make_shared<const StagedCopy>(stage_, ending_of(file.object().key));
  const auto local = stage_.disk().create(copy->path());
  const std::uint64_t size = file.object().num_bytes;
  std::mutex writing;
  run_side_by_side((size + kRangeBytes - 1) / kRangeBytes, kNumRanges, [&](std::size_t i) {
    const std::uint64_t begin = i * kRangeBytes;
    std::string bytes(std::min(kRangeBytes, size - begin), '\0');
    file.read(begin, bytes);
    const std::lock_guard lock(writing);
    local->write(begin, bytes);
  });
  return copy;
}

void LocalCopies::keep(std::shared_ptr<const LocalCopy> copy, std::uint64_t num_bytes) {
  std::list<std::pair<std::shared_ptr<const LocalCopy>, std::uint64_t>> dropped;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (num_bytes > max_kept_bytes_) return;
  kept_.emplace_front(std::move(copy), num_bytes);
  num_kept_bytes_ += num_bytes;
  while (num_kept_bytes_ > max_kept_bytes_) {
    num_kept_bytes_ -= kept_.back().second;
    dropped.splice(dropped.end(), kept_, std::prev(kept_.end()));
  }
}

}  // namespace lab::remote::s3
