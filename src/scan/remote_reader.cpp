#include "scan/remote_reader.h"

#include <arrow/buffer.h>

#include <algorithm>

namespace lab::scan {
namespace {

class RangeReader final : public arrow::io::RandomAccessFile {
 public:
  explicit RangeReader(std::shared_ptr<const RemoteFile> file) : file_(std::move(file)) {}

  using arrow::io::RandomAccessFile::Read;
  using arrow::io::RandomAccessFile::ReadAt;
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(file_->object().num_bytes); }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t count, void* out) override {
    const auto size = static_cast<std::int64_t>(file_->object().num_bytes);
    count = std::max<std::int64_t>(0, std::min(count, size - position));
    file_->read(static_cast<std::uint64_t>(position), {static_cast<char*>(out), static_cast<std::size_t>(count)});
    return count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t count) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(count));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t num_read, ReadAt(position, count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(num_read));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Result<std::int64_t> Read(std::int64_t count, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t num_read, ReadAt(position_, count, out));
    position_ += num_read;
    return num_read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t count) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, count));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Status Seek(std::int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override {
    is_closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return is_closed_; }

 private:
  const std::shared_ptr<const RemoteFile> file_;
  std::int64_t position_ = 0;
  bool is_closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> open_remote(std::shared_ptr<const RemoteFile> file) { return std::make_shared<RangeReader>(std::move(file)); }

}  // namespace lab::scan
