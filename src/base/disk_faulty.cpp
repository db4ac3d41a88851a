#include "base/disk_faulty.h"

namespace lab {

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyDisk& disk, Disk::Path path, std::unique_ptr<File> below)
      : disk_(disk), path_(std::move(path)), below_(std::move(below)) {}

  std::size_t read(std::uint64_t offset, std::span<char> into) override { return below_->read(offset, into); }

  void write(std::uint64_t offset, std::string_view bytes) override {
    try {
      disk_.count("write", path_);
    } catch (...) {
      below_->write(offset, bytes.substr(0, bytes.size() / 2));
      throw;
    }
    below_->write(offset, bytes);
  }
  void append(std::string_view bytes) override { write(below_->size(), bytes); }
  void truncate(std::uint64_t size) override {
    disk_.count("truncate", path_);
    below_->truncate(size);
  }
  void sync() override {
    disk_.count("sync", path_);
    below_->sync();
  }
  std::uint64_t size() override { return below_->size(); }
  int descriptor() const override { return below_->descriptor(); }

 private:
  FaultyDisk& disk_;
  const Disk::Path path_;
  const std::unique_ptr<File> below_;
};

void FaultyDisk::fail_at(std::uint64_t nth, Fault fault, bool and_all_later) {
  const std::lock_guard lock(mutex_);
  calls_ = 0;
  fail_at_ = nth;
  fault_ = fault;
  later_too_ = and_all_later;
}

void FaultyDisk::fail_operation(std::string operation, Fault fault) {
  const std::lock_guard lock(mutex_);
  operation_ = std::move(operation);
  fault_ = fault;
}

void FaultyDisk::heal() {
  const std::lock_guard lock(mutex_);
  calls_ = 0;
  fail_at_ = 0;
  later_too_ = false;
  operation_.clear();
}

void FaultyDisk::set_space(std::optional<DiskSpace> space) {
  const std::lock_guard lock(mutex_);
  space_ = space;
}

void FaultyDisk::count(const char* operation, const Path& path) {
  const std::lock_guard lock(mutex_);
  const auto call = ++calls_;
  const bool is_due = fail_at_ != 0 && (call == fail_at_ || (later_too_ && call > fail_at_));
  if (!is_due && operation_ != operation) return;
  if (fault_ == Fault::Full) throw Error(conditions::kDiskFull, {{"operation", operation}, {"path", path.string()}});
  throw Error(conditions::kDiskFailure,
              {{"operation", operation}, {"path", path.string()}, {"reason", "ordered by a test"}});
}

std::unique_ptr<File> FaultyDisk::open_to_read(const Path& path) { return below_.open_to_read(path); }

std::unique_ptr<File> FaultyDisk::open_to_write(const Path& path) {
  return std::make_unique<FaultyFile>(*this, path, below_.open_to_write(path));
}

std::unique_ptr<File> FaultyDisk::create(const Path& path) {
  count("create", path);
  return std::make_unique<FaultyFile>(*this, path, below_.create(path));
}

void FaultyDisk::make_folder(const Path& path) {
  count("make_folder", path);
  below_.make_folder(path);
}

void FaultyDisk::rename(const Path& from, const Path& to) {
  count("rename", from);
  below_.rename(from, to);
}

void FaultyDisk::link(const Path& from, const Path& to) {
  count("link", from);
  below_.link(from, to);
}

void FaultyDisk::remove(const Path& path) {
  count("remove", path);
  below_.remove(path);
}

void FaultyDisk::remove_folder(const Path& path) {
  count("remove_folder", path);
  below_.remove_folder(path);
}

std::vector<std::string> FaultyDisk::list(const Path& folder) { return below_.list(folder); }

std::optional<FileStatus> FaultyDisk::find_status(const Path& path) { return below_.find_status(path); }

void FaultyDisk::sync_folder(const Path& folder) {
  count("sync_folder", folder);
  below_.sync_folder(folder);
}

DiskSpace FaultyDisk::space(const Path& path) {
  {
    const std::lock_guard lock(mutex_);
    if (space_) return *space_;
  }
  return below_.space(path);
}

}  // namespace lab
