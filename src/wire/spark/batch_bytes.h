#pragma once

#include <grpcpp/support/slice.h>

#include <memory>
#include <vector>

namespace arrow {
class RecordBatch;
}

namespace lab::wire::spark {

/// The bytes of something, in pieces that share the memory they were made of.
struct PieceList {
  std::vector<grpc::Slice> pieces;
  std::size_t num_bytes = 0;
};

/// A batch as an IPC stream of its own, which is how clients read it. Its columns are not copied: the pieces hold on to them.
PieceList encode_batch(const std::shared_ptr<arrow::RecordBatch>& batch);

}  // namespace lab::wire::spark
