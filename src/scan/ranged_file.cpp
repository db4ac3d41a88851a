#include "scan/ranged_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>

namespace lab::scan {

arrow::Result<std::shared_ptr<arrow::Buffer>> RangedFile::ReadAt(std::int64_t position, std::int64_t count) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(count));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t num_read, ReadAt(position, count, buffer->mutable_data()));
  ARROW_RETURN_NOT_OK(buffer->Resize(num_read));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<std::int64_t> RangedFile::Read(std::int64_t count, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t num_read, ReadAt(position_, count, out));
  position_ += num_read;
  return num_read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RangedFile::Read(std::int64_t count) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, count));
  position_ += buffer->size();
  return buffer;
}

arrow::Status RangedFile::Seek(std::int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status RangedFile::Close() {
  is_closed_ = true;
  return arrow::Status::OK();
}

}  // namespace lab::scan
