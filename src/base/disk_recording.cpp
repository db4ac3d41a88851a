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
    disk_.record({.kind = OperationKind::Write, .path = path_, .offset = offset, .bytes = std::string(bytes)});
  }
  void append(std::string_view bytes) override { write(below_->size(), bytes); }
  void truncate(std::uint64_t size) override {
    below_->truncate(size);
    disk_.record({.kind = OperationKind::Truncate, .path = path_, .offset = size});
  }
  void sync() override {
    below_->sync();
    disk_.record({.kind = OperationKind::Sync, .path = path_});
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

void RecordingDisk::record(DiskOperation operation) {
  const std::lock_guard lock(mutex_);
  operations_.push_back(std::move(operation));
}

std::unique_ptr<File> RecordingDisk::open_to_read(const Path& path) { return below_.open_to_read(path); }

std::unique_ptr<File> RecordingDisk::open_to_write(const Path& path) {
  return std::make_unique<RecordedFile>(*this, path, below_.open_to_write(path));
}

std::unique_ptr<File> RecordingDisk::create(const Path& path) {
  auto file = below_.create(path);
  record({.kind = OperationKind::Create, .path = path});
  return std::make_unique<RecordedFile>(*this, path, std::move(file));
}

void RecordingDisk::make_folder(const Path& path) {
  below_.make_folder(path);
  record({.kind = OperationKind::MakeFolder, .path = path});
}

void RecordingDisk::rename(const Path& from, const Path& to) {
  below_.rename(from, to);
  record({.kind = OperationKind::Rename, .path = from, .to = to});
}

void RecordingDisk::link(const Path& from, const Path& to) {
  below_.link(from, to);
  record({.kind = OperationKind::Link, .path = from, .to = to});
}

void RecordingDisk::remove(const Path& path) {
  below_.remove(path);
  record({.kind = OperationKind::Remove, .path = path});
}

void RecordingDisk::remove_folder(const Path& path) {
  below_.remove_folder(path);
  record({.kind = OperationKind::RemoveFolder, .path = path});
}

std::vector<std::string> RecordingDisk::list(const Path& folder) { return below_.list(folder); }

std::optional<FileStatus> RecordingDisk::find_status(const Path& path) { return below_.find_status(path); }

void RecordingDisk::sync_folder(const Path& folder) {
  below_.sync_folder(folder);
  record({.kind = OperationKind::SyncFolder, .path = folder});
}

DiskSpace RecordingDisk::space(const Path& path) { return below_.space(path); }

}  // namespace lab
