#include "wire/spark/batch_bytes.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include "base/error.h"

namespace lab::wire::spark {
namespace {

void check_arrow(const arrow::Status& status) {
  if (!status.ok()) throw Error(conditions::kInternalError, {{"message", status.ToString()}});
}

/// Takes large buffers as they are; what is small, framing above all, is copied together.
class PieceStream final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override {
    flush();
    is_closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return is_closed_; }
  arrow::Result<std::int64_t> Tell() const override { return static_cast<std::int64_t>(list_.num_bytes + small_.size()); }

  arrow::Status Write(const void* data, std::int64_t size) override {
    small_.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    return arrow::Status::OK();
  }
  arrow::Status Write(const std::shared_ptr<arrow::Buffer>& buffer) override {
    if (buffer->size() < kSmall) return Write(buffer->data(), buffer->size());
    flush();
    auto* owner = new std::shared_ptr<arrow::Buffer>(buffer);
    add(grpc::Slice(
        const_cast<std::uint8_t*>(buffer->data()), static_cast<std::size_t>(buffer->size()),
        [](void* held) { delete static_cast<std::shared_ptr<arrow::Buffer>*>(held); }, owner));
    return arrow::Status::OK();
  }

  PieceList take() {
    flush();
    return std::move(list_);
  }

 private:
  static constexpr std::int64_t kSmall = 4096;

  void add(grpc::Slice slice) {
    list_.num_bytes += slice.size();
    list_.pieces.push_back(std::move(slice));
  }
  void flush() {
    if (!small_.empty()) add(grpc::Slice(small_));
    small_.clear();
  }

  PieceList list_;
  std::string small_;
  bool is_closed_ = false;
};

}  // namespace

PieceList encode_batch(const std::shared_ptr<arrow::RecordBatch>& batch) {
  PieceStream stream;
  const auto writer = arrow::ipc::MakeStreamWriter(&stream, batch->schema());
  check_arrow(writer.status());
  check_arrow((*writer)->WriteRecordBatch(*batch));
  check_arrow((*writer)->Close());
  return stream.take();
}

}  // namespace lab::wire::spark
