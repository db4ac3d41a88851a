#pragma once

#include <memory>
#include <string>
#include <vector>

#include "types/data_type.h"

namespace arrow {
class ArrayData;
class DataType;
class RecordBatch;
class RecordBatchReader;
class Schema;
}  // namespace arrow

/// Between the Arrow form that Spark's clients see and the plain one that DuckDB reads and writes (engine/duck_type.h). Buffers are
/// shared; only calendar intervals are copied.
namespace lab::engine {

/// Arrow type of what DuckDB gives for a column of `type`.
std::shared_ptr<arrow::DataType> plain_arrow(const types::DataType& type);
/// Columns x0…xn.
std::shared_ptr<arrow::Schema> plain_arrow(const types::Schema& schema);

std::shared_ptr<arrow::ArrayData> to_plain(const std::shared_ptr<arrow::ArrayData>& data, const types::DataType& type);
/// `target` is types::to_arrow(type, zone).
std::shared_ptr<arrow::ArrayData> from_plain(const std::shared_ptr<arrow::ArrayData>& data, const types::DataType& type,
                                             const std::shared_ptr<arrow::DataType>& target);

std::shared_ptr<arrow::RecordBatch> from_plain(const std::shared_ptr<arrow::RecordBatch>& batch, const types::Schema& schema,
                                               const std::shared_ptr<arrow::Schema>& target);

/// Decodes an Arrow IPC stream and brings its columns, by position, to the plain form of `schema`; other time units, large and
/// dictionary forms are converted. Throws INTERNAL_ERROR for bytes that are no such stream.
std::vector<std::shared_ptr<arrow::RecordBatch>> decode_rows(const std::shared_ptr<const std::string>& ipc_stream, const types::Schema& schema);

}  // namespace lab::engine
