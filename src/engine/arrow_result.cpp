#include "engine/arrow_result.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>

#include <algorithm>

#include "duckdb/common/arrow/arrow_appender.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "engine/arrow_form.h"
#include "engine/duck_type.h"
#include "engine/engine_error.h"
#include "types/arrow_schema.h"

namespace lab::engine {
namespace {

// Bytes that the rows of `column` take as Arrow; near enough to cut batches by.
std::size_t byte_size(duckdb::Vector& column, std::size_t num_rows) {
  const auto physical = column.GetType().InternalType();
  if (physical == duckdb::PhysicalType::VARCHAR) {
    duckdb::UnifiedVectorFormat format;
    column.ToUnifiedFormat(num_rows, format);
    const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
    std::size_t total = 4 * num_rows;
    for (std::size_t i = 0; i < num_rows; ++i) {
      const auto at = format.sel->get_index(i);
      if (format.validity.RowIsValid(at)) total += texts[at].GetSize();
    }
    return total;
  }
  if (duckdb::TypeIsConstantSize(physical)) return duckdb::GetTypeIdSize(physical) * num_rows;
  return column.GetAllocationSize(num_rows);
}

std::size_t byte_size(duckdb::DataChunk& chunk) {
  std::size_t total = chunk.size() / 8;
  for (auto& column : chunk.data) total += byte_size(column, chunk.size());
  return std::max<std::size_t>(total, 1);
}

class ArrowResult : public ResultStream {
 public:
  ArrowResult(std::unique_ptr<StatementRun> run, const Statement& statement)
      : run_(std::move(run)), schema_(statement.schema), arrow_schema_(types::to_arrow(statement.schema, statement.time_zone)) {
    plain_schema_ = plain_arrow(schema_);
    for (const auto& field : schema_) types_.push_back(to_duck(field.type));
    result_ = run_->start(statement.sql);
    LAB_CHECK(result_->types.size() >= schema_.size(), "the statement gives the columns of its schema");
    for (std::size_t i = 0; i < types_.size(); ++i) needs_cast_ = needs_cast_ || result_->types[i] != types_[i];
  }

  std::shared_ptr<arrow::Schema> arrow_schema() const override { return arrow_schema_; }

  std::shared_ptr<arrow::RecordBatch> next(std::size_t max_bytes) override {
    duckdb::ClientProperties properties = run_->context().GetClientProperties();
    properties.arrow_offset_size = duckdb::ArrowOffsetSize::REGULAR;
    std::optional<duckdb::ArrowAppender> rows;
    std::size_t num_bytes = 0;
    try {
      while (num_bytes < max_bytes && refill()) {
        const std::size_t size = chunk_->size();
        // A batch is about as long as the one before: room for it at once, or its columns are copied again and again.
        if (!rows) rows.emplace(types_, std::max<duckdb::idx_t>(size, num_rows_before_), properties, duckdb::unordered_map<duckdb::idx_t, const duckdb::shared_ptr<duckdb::ArrowTypeExtensionData>>{});
        const std::size_t row_bytes = chunk_bytes_ / size + 1;
        const std::size_t room = std::max<std::size_t>((max_bytes - num_bytes) / row_bytes, num_bytes == 0 ? 1 : 0);
        if (room == 0) break;
        const std::size_t end = std::min(size, position_ + room);
        rows->Append(*chunk_, position_, end, size);
        num_bytes += row_bytes * (end - position_);
        position_ = end;
      }
    } catch (const std::exception& exception) {
      if (dynamic_cast<const Error*>(&exception)) throw;
      throw rebuild(duckdb::ErrorData(exception));
    }
    if (!rows) return nullptr;
    ArrowArray array = rows->Finalize();
    num_rows_before_ = static_cast<std::size_t>(array.length);
    auto batch = arrow::ImportRecordBatch(&array, plain_schema_);
    LAB_CHECK(batch.ok(), batch.status().ToString());
    return from_plain(*batch, schema_, arrow_schema_);
  }

 private:
  // Makes sure that unread rows are in chunk_; false at the end.
  bool refill() {
    while (!chunk_ || position_ == chunk_->size()) {
      // A result that has given its last chunk is closed, and must not be asked again.
      if (finished_) return false;
      position_ = 0;
      chunk_ = run_->fetch(*result_);
      finished_ = !chunk_;
      if (finished_) return false;
      if (needs_cast_) cast();
      chunk_bytes_ = byte_size(*chunk_);
    }
    return true;
  }

  void cast() {
    auto wanted = duckdb::make_uniq<duckdb::DataChunk>();
    wanted->Initialize(duckdb::Allocator::DefaultAllocator(), types_, std::max<duckdb::idx_t>(chunk_->size(), STANDARD_VECTOR_SIZE));
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (chunk_->data[i].GetType() == types_[i]) {
        wanted->data[i].Reference(chunk_->data[i]);
      } else {
        duckdb::VectorOperations::DefaultCast(chunk_->data[i], wanted->data[i], chunk_->size(), true);
      }
    }
    wanted->SetCardinality(chunk_->size());
    chunk_ = std::move(wanted);
  }

  // The result reads from the connection in run_ and must go first.
  std::unique_ptr<StatementRun> run_;
  types::Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_, plain_schema_;
  duckdb::vector<duckdb::LogicalType> types_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  duckdb::unique_ptr<duckdb::DataChunk> chunk_;
  std::size_t chunk_bytes_ = 0, position_ = 0, num_rows_before_ = 0;
  bool needs_cast_ = false, finished_ = false;
};

}  // namespace

std::unique_ptr<ResultStream> open_arrow_result(std::unique_ptr<StatementRun> run, const Statement& statement) {
  return std::make_unique<ArrowResult>(std::move(run), statement);
}

}  // namespace lab::engine
