#include "base/disk_recording.h"

namespace lab {

using OperationKind = DiskOperation::Kind;

class RecordedFile final : public File {
 public:
  RecordedFile(RecordingDisk& disk, Disk::Path path, std::unique_ptr<File> below)
      : disk_(disk), path_(std::move(path)), below_(std::move(below)) {}

  std::size_t read(std::uint64_t offset, std::span<char> into) override { return below_->read(offset, into); }
  void write(std::uint64_t offset, std::string_view bytes) override {
    below_->write(offset, bytes);
    disk_.note({.kind = OperationKind::Write, .path = path_, .offset = offset, .bytes = std::string(bytes)});
  }
  void append(std::string_view bytes) override { write(below_->size(), bytes); }
  void truncate(std::uint64_t size) override {
    below_->truncate(size);
    disk_.note({.kind = OperationKind::Truncate, .path = path_, .offset = size});
  }
  void sync() override {
    const auto begun = disk_.num_operations();
    below_->sync();
    disk_.note({.kind = OperationKind::Sync, .path = path_, .begun = begun});
  }
  std::uint64_t size() override { return below_->size(); }
  int descriptor() const override { return below_->descriptor(); }

 private:
  RecordingDisk& disk_;
  const Disk::Path path_;
  const std::unique_ptr<File> below_;
};

std::vector<DiskOperation> RecordingDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

void RecordingDisk::forget() {
  const std::lock_guard lock(mutex_);
  operations_.clear();
}

std::size_t RecordingDisk::num_operations() const {
  const std::lock_guard lock(mutex_);
  return operations_.size();
}

void RecordingDisk::leave_out(std::function<bool(const DiskOperation&)> matches) {
  const std::lock_guard lock(mutex_);
  is_left_out_ = std::move(matches);
}

void RecordingDisk::note(DiskOperation operation) {
  const std::lock_guard lock(mutex_);
  if (is_left_out_ && is_left_out_(operation)) return;
  operations_.push_back(std::move(operation));
}

std::unique_ptr<File> RecordingDisk::open_to_read(const Path& path) { return below_.open_to_read(path); }

std::unique_ptr<File> RecordingDisk::open_to_write(const Path& path) {
  return std::make_unique<RecordedFile>(*this, path, below_.open_to_write(path));
}

std::unique_ptr<File> RecordingDisk::create(const Path& path) {
  auto file = below_.create(path);
  note({.kind = OperationKind::Create, .path = path});
  return std::make_unique<RecordedFile>(*this, path, std::move(file));
}

void RecordingDisk::make_folder(const Path& path) {
  below_.make_folder(path);
  note({.kind = OperationKind::MakeFolder, .path = path});
}

void RecordingDisk::rename(const Path& from, const Path& to) {
  below_.rename(from, to);
  note({.kind = OperationKind::Rename, .path = from, .to = to});
}

void RecordingDisk::link(const Path& from, const Path& to) {
  below_.link(from, to);
  note({.kind = OperationKind::Link, .path = from, .to = to});
}

void RecordingDisk::remove(const Path& path) {
  below_.remove(path);
  note({.kind = OperationKind::Remove, .path = path});
}

void RecordingDisk::remove_folder(const Path& path) {
  below_.remove_folder(path);
  note({.kind = OperationKind::RemoveFolder, .path = path});
}

std::vector<std::string> RecordingDisk::list(const Path& folder) { return below_.list(folder); }

std::optional<FileStatus> RecordingDisk::find_status(const Path& path) { return below_.find_status(path); }

void RecordingDisk::sync_folder(const Path& folder) {
  const auto begun = num_operations();
  below_.sync_folder(folder);
  note({.kind = OperationKind::SyncFolder, .path = folder, .begun = begun});
}

DiskSpace RecordingDisk::space(const Path& path) { return below_.space(path); }

}  // namespace lab
