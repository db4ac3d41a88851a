#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>

namespace lab::scan {

/// A file of which any range can be read, as Arrow's readers take it: a kind of file says its size and how a range is filled, GetSize() and
/// ReadAt() into given bytes, which gives fewer bytes at the end of the file. Those two are as thread-safe as the kind makes them; reading in
/// order is for one thread.
class RangedFile : public arrow::io::RandomAccessFile {
 public:
  using arrow::io::RandomAccessFile::ReadAt;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t count) final;
  arrow::Result<std::int64_t> Read(std::int64_t count, void* out) final;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t count) final;
  arrow::Status Seek(std::int64_t position) final;
  arrow::Result<std::int64_t> Tell() const final { return position_; }
  arrow::Status Close() final;
  bool closed() const final { return is_closed_; }

 private:
  std::int64_t position_ = 0;
  bool is_closed_ = false;
};

}  // namespace lab::scan
