#include "wire/s3/parquet_records.h"

#include <arrow/api.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>

#include "protocol/s3/errors.h"
#include "scan/ranged_file.h"

namespace lab::s3 {
namespace {

using select::Json;

constexpr std::int64_t kRowsAtOnce = 4096;

Error parquet_error(std::string reason) { return Error(conditions::kSelectParquetParsingError, {{"reason", std::move(reason)}}); }

template <typename T>
T require(arrow::Result<T> result) {
  if (!result.ok()) throw parquet_error(result.status().message());
  return std::move(result).ValueUnsafe();
}

/// The object as Arrow's readers take it: by ranges.
class ObjectFile final : public scan::RangedFile {
 public:
  explicit ObjectFile(std::shared_ptr<const store::ObjectReader> object) : object_(std::move(object)) {}

  std::uint64_t num_read() const { return num_read_; }

  using scan::RangedFile::ReadAt;
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(object_->size()); }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t count, void* out) override {
    count = std::max<std::int64_t>(0, std::min(count, static_cast<std::int64_t>(object_->size()) - position));
    if (count == 0) return 0;
    const auto num_read = object_->read(static_cast<std::uint64_t>(position), {static_cast<char*>(out), static_cast<std::size_t>(count)});
    num_read_ += num_read;
    return static_cast<std::int64_t>(num_read);
  }

 private:
  const std::shared_ptr<const store::ObjectReader> object_;
  std::uint64_t num_read_ = 0;
};

Json moment_text(std::int64_t value, arrow::TimeUnit::type unit) {
  std::int64_t micros = 0;
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      if (__builtin_mul_overflow(value, std::int64_t(1'000'000), &micros)) return nullptr;
      break;
    case arrow::TimeUnit::MILLI:
      if (__builtin_mul_overflow(value, std::int64_t(1'000), &micros)) return nullptr;
      break;
    case arrow::TimeUnit::MICRO: micros = value; break;
    case arrow::TimeUnit::NANO: micros = value / 1'000; break;
  }
  return select::print_moment({micros, 0});
}

/// A decimal as the number it is, or as the nearest that JSON's readers have.
Json decimal_number(const std::string& digits) {
  const auto number = select::find_number(digits);
  return number ? select::json_of(*number) : Json(digits);
}

template <typename Array>
const Array& as(const arrow::Array& array) {
  return static_cast<const Array&>(array);
}

Json cell(const arrow::Array& array, std::int64_t row);

template <typename List>
Json list_cell(const List& list, std::int64_t row) {
  Json values = Json::array();
  for (std::int64_t i = 0; i < list.value_length(row); ++i) values.push_back(cell(*list.values(), list.value_offset(row) + i));
  return values;
}

Json struct_cell(const arrow::StructArray& array, std::int64_t row) {
  Json object = Json::object();
  for (int i = 0; i < array.num_fields(); ++i) object[array.struct_type()->field(i)->name()] = cell(*array.field(i), row);
  return object;
}

Json cell(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return nullptr;
  switch (array.type_id()) {
    case arrow::Type::BOOL: return as<arrow::BooleanArray>(array).Value(row);
    case arrow::Type::INT8: return std::int64_t(as<arrow::Int8Array>(array).Value(row));
    case arrow::Type::INT16: return std::int64_t(as<arrow::Int16Array>(array).Value(row));
    case arrow::Type::INT32: return std::int64_t(as<arrow::Int32Array>(array).Value(row));
    case arrow::Type::INT64: return std::int64_t(as<arrow::Int64Array>(array).Value(row));
    case arrow::Type::UINT8: return std::int64_t(as<arrow::UInt8Array>(array).Value(row));
    case arrow::Type::UINT16: return std::int64_t(as<arrow::UInt16Array>(array).Value(row));
    case arrow::Type::UINT32: return std::int64_t(as<arrow::UInt32Array>(array).Value(row));
    case arrow::Type::UINT64: return std::uint64_t(as<arrow::UInt64Array>(array).Value(row));
    case arrow::Type::FLOAT: return double(as<arrow::FloatArray>(array).Value(row));
    case arrow::Type::DOUBLE: return as<arrow::DoubleArray>(array).Value(row);
    case arrow::Type::STRING: return as<arrow::StringArray>(array).GetString(row);
    case arrow::Type::LARGE_STRING: return as<arrow::LargeStringArray>(array).GetString(row);
    case arrow::Type::BINARY: return as<arrow::BinaryArray>(array).GetString(row);
    case arrow::Type::LARGE_BINARY: return as<arrow::LargeBinaryArray>(array).GetString(row);
    case arrow::Type::TIMESTAMP: return moment_text(as<arrow::TimestampArray>(array).Value(row), static_cast<const arrow::TimestampType&>(*array.type()).unit());
    case arrow::Type::DECIMAL128: return decimal_number(as<arrow::Decimal128Array>(array).FormatValue(row));
    case arrow::Type::DECIMAL256: return decimal_number(as<arrow::Decimal256Array>(array).FormatValue(row));
    case arrow::Type::LIST: return list_cell(as<arrow::ListArray>(array), row);
    case arrow::Type::LARGE_LIST: return list_cell(as<arrow::LargeListArray>(array), row);
    case arrow::Type::MAP: return list_cell(as<arrow::MapArray>(array), row);
    case arrow::Type::STRUCT: return struct_cell(as<arrow::StructArray>(array), row);
    default: break;
  }
  // Dates, times of day and what is rare, as Arrow writes them.
  return require(array.GetScalar(row))->ToString();
}

class ParquetRecords final : public select::RecordReader {
 public:
  explicit ParquetRecords(std::shared_ptr<const store::ObjectReader> object) : file_(std::make_shared<ObjectFile>(std::move(object))) {
    guarded([&] {
      // Reads where it is asked, on the thread that asks: reading ahead would hold the whole object in memory, and fail on threads
      // of Arrow's, where nobody catches.
      parquet::ArrowReaderProperties properties;
      properties.set_pre_buffer(false);
      properties.set_batch_size(kRowsAtOnce);
      reader_ = require(parquet::arrow::FileReader::Make(arrow::default_memory_pool(), parquet::ParquetFileReader::Open(file_), properties));
      batches_ = require(reader_->GetRecordBatchReader());
    });
  }

  bool next(select::Record& record) override {
    while (!batch_ || row_ == batch_->num_rows()) {
      guarded([&] { batch_ = require(batches_->Next()); });
      row_ = 0;
      if (!batch_) return false;
    }
    record.is_json = true;
    record.document = Json::object();
    for (int i = 0; i < batch_->num_columns(); ++i) record.document[batch_->column_name(i)] = cell(*batch_->column(i), row_);
    ++row_;
    return true;
  }

  const std::vector<std::string>* names() const override { return nullptr; }
  std::uint64_t num_read() const override { return file_->num_read(); }

 private:
  /// What Arrow finds wrong is said in S3's words.
  template <typename Work>
  static void guarded(Work work) {
    try {
      work();
    } catch (const parquet::ParquetException& failure) {
      throw parquet_error(failure.what());
    } catch (const std::bad_alloc&) {
      throw parquet_error("its pages claim more memory than there is");
    }
  }

  const std::shared_ptr<ObjectFile> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  ///< before reader_ it ends
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t row_ = 0;
};

}  // namespace

std::unique_ptr<select::RecordReader> open_parquet(std::shared_ptr<const store::ObjectReader> object) { return std::make_unique<ParquetRecords>(std::move(object)); }

}  // namespace lab::s3
