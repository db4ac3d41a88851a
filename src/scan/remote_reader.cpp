#include "scan/remote_reader.h"

#include <algorithm>

#include "scan/ranged_file.h"

namespace lab::scan {
namespace {

class RangeReader final : public RangedFile {
 public:
  explicit RangeReader(std::shared_ptr<const RemoteFile> file) : file_(std::move(file)) {}

  using RangedFile::ReadAt;
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(file_->object().num_bytes); }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t count, void* out) override {
    const auto size = static_cast<std::int64_t>(file_->object().num_bytes);
    count = std::max<std::int64_t>(0, std::min(count, size - position));
    file_->read(static_cast<std::uint64_t>(position), {static_cast<char*>(out), static_cast<std::size_t>(count)});
    return count;
  }

 private:
  const std::shared_ptr<const RemoteFile> file_;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> open_remote(std::shared_ptr<const RemoteFile> file) { return std::make_shared<RangeReader>(std::move(file)); }

}  // namespace lab::scan
