#include "engine/arrow_form.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>

#include "base/error.h"
#include "engine/conditions.h"
#include "types/arrow_schema.h"

namespace lab::engine {
namespace {

using types::DataType;
using types::TypeKind;

void check(const arrow::Status& status) {
  if (!status.ok()) throw Error(conditions::kInternalError, {{"message", "Arrow: " + status.ToString()}});
}
template <typename T>
T check(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

bool needs_copy(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::CalendarInterval:
    case TypeKind::Null: return true;
    case TypeKind::Array: return needs_copy(type.element());
    case TypeKind::Map: return needs_copy(type.key()) || needs_copy(type.value());
    case TypeKind::Struct:
      for (const auto& field : type.fields()) {
        if (needs_copy(field.type)) return true;
      }
      return type.fields().empty();
    default: return false;
  }
}

// Same buffers under another type of the same layout.
std::shared_ptr<arrow::ArrayData> retyped(const std::shared_ptr<arrow::ArrayData>& data, const std::shared_ptr<arrow::DataType>& type) {
  auto copy = data->Copy();
  copy->type = type;
  for (std::size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = retyped(copy->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return copy;
}

// Equal but for names, nullability and time zones: then the buffers mean the same.
bool same_layout(const arrow::DataType& left, const arrow::DataType& right) {
  if (left.id() != right.id() || left.num_fields() != right.num_fields()) return false;
  if (left.id() == arrow::Type::TIMESTAMP) {
    return static_cast<const arrow::TimestampType&>(left).unit() == static_cast<const arrow::TimestampType&>(right).unit();
  }
  if (left.num_fields() == 0) return left.Equals(right);
  for (int i = 0; i < left.num_fields(); ++i) {
    if (!same_layout(*left.field(i)->type(), *right.field(i)->type())) return false;
  }
  return true;
}

std::shared_ptr<arrow::ArrayData> null_booleans(std::int64_t length) {
  return check(arrow::MakeArrayOfNull(arrow::boolean(), length))->data();
}

std::shared_ptr<arrow::ArrayData> split_intervals(const std::shared_ptr<arrow::ArrayData>& data, const std::shared_ptr<arrow::DataType>& type) {
  const arrow::MonthDayNanoIntervalArray array(data);
  arrow::Int32Builder months, days;
  arrow::Int64Builder micros;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    const auto value = array.IsNull(i) ? arrow::MonthDayNanoIntervalType::MonthDayNanos{} : array.GetValue(i);
    check(months.Append(value.months));
    check(days.Append(value.days));
    check(micros.Append(value.nanoseconds / 1000));
  }
  std::shared_ptr<arrow::Buffer> validity;
  if (array.null_count() > 0) {
    validity = check(arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(), array.offset(), array.length()));
  }
  return arrow::ArrayData::Make(type, array.length(), {validity},
                                {check(months.Finish())->data(), check(days.Finish())->data(), check(micros.Finish())->data()},
                                array.null_count());
}

std::shared_ptr<arrow::ArrayData> join_intervals(const std::shared_ptr<arrow::ArrayData>& data) {
  const arrow::StructArray array(data);
  const auto months = std::static_pointer_cast<arrow::Int32Array>(array.field(0));
  const auto days = std::static_pointer_cast<arrow::Int32Array>(array.field(1));
  const auto micros = std::static_pointer_cast<arrow::Int64Array>(array.field(2));
  arrow::MonthDayNanoIntervalBuilder builder;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) {
      check(builder.AppendNull());
    } else {
      check(builder.Append({months->Value(i), days->Value(i), micros->Value(i) * 1000}));
    }
  }
  return check(builder.Finish())->data();
}

}  // namespace

std::shared_ptr<arrow::DataType> plain_arrow(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Null: return arrow::boolean();
    case TypeKind::YearMonthInterval: return arrow::int32();
    case TypeKind::DayTimeInterval: return arrow::int64();
    case TypeKind::CalendarInterval:
      return arrow::struct_({arrow::field("f0", arrow::int32()), arrow::field("f1", arrow::int32()), arrow::field("f2", arrow::int64())});
    case TypeKind::Variant: return arrow::struct_({arrow::field("f0", arrow::binary()), arrow::field("f1", arrow::binary())});
    case TypeKind::Array: return arrow::list(plain_arrow(type.element()));
    case TypeKind::Map: return arrow::map(plain_arrow(type.key()), plain_arrow(type.value()));
    case TypeKind::Struct: {
      arrow::FieldVector fields;
      for (const auto& field : type.fields()) fields.push_back(arrow::field("f" + std::to_string(fields.size()), plain_arrow(field.type)));
      if (fields.empty()) fields.push_back(arrow::field("f0", arrow::boolean()));
      return arrow::struct_(std::move(fields));
    }
    default: return types::to_arrow(type, "UTC");
  }
}

std::shared_ptr<arrow::Schema> plain_arrow(const types::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema) fields.push_back(arrow::field("x" + std::to_string(fields.size()), plain_arrow(field.type)));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::ArrayData> to_plain(const std::shared_ptr<arrow::ArrayData>& data, const DataType& type) {
  const auto target = plain_arrow(type);
  if (!needs_copy(type)) return retyped(data, target);
  switch (type.kind()) {
    case TypeKind::Null: return null_booleans(data->length);
    case TypeKind::CalendarInterval: return split_intervals(data, target);
    default: {
      auto copy = data->Copy();
      copy->type = target;
      if (type.is(TypeKind::Array)) {
        copy->child_data[0] = to_plain(data->child_data[0], type.element());
      } else if (type.is(TypeKind::Map)) {
        auto entries = data->child_data[0]->Copy();
        entries->type = target->field(0)->type();
        entries->child_data = {to_plain(data->child_data[0]->child_data[0], type.key()),
                               to_plain(data->child_data[0]->child_data[1], type.value())};
        copy->child_data[0] = entries;
      } else if (type.fields().empty()) {
        copy->child_data = {check(arrow::MakeArrayOfNull(arrow::boolean(), data->length + data->offset))->data()};
      } else {
        for (std::size_t i = 0; i < type.fields().size(); ++i) copy->child_data[i] = to_plain(data->child_data[i], type.fields()[i].type);
      }
      return copy;
    }
  }
}

std::shared_ptr<arrow::ArrayData> from_plain(const std::shared_ptr<arrow::ArrayData>& data, const DataType& type,
                                             const std::shared_ptr<arrow::DataType>& target) {
  if (!needs_copy(type)) return retyped(data, target);
  switch (type.kind()) {
    case TypeKind::Null: return check(arrow::MakeArrayOfNull(arrow::null(), data->length))->data();
    case TypeKind::CalendarInterval: return join_intervals(data);
    default: {
      auto copy = data->Copy();
      copy->type = target;
      if (type.is(TypeKind::Array)) {
        copy->child_data[0] = from_plain(data->child_data[0], type.element(), target->field(0)->type());
      } else if (type.is(TypeKind::Map)) {
        const auto entries_type = target->field(0)->type();
        auto entries = data->child_data[0]->Copy();
        entries->type = entries_type;
        entries->child_data = {from_plain(data->child_data[0]->child_data[0], type.key(), entries_type->field(0)->type()),
                               from_plain(data->child_data[0]->child_data[1], type.value(), entries_type->field(1)->type())};
        copy->child_data[0] = entries;
      } else if (type.fields().empty()) {
        copy->child_data.clear();
      } else {
        for (std::size_t i = 0; i < type.fields().size(); ++i) {
          copy->child_data[i] = from_plain(data->child_data[i], type.fields()[i].type, target->field(static_cast<int>(i))->type());
        }
      }
      return copy;
    }
  }
}

std::shared_ptr<arrow::RecordBatch> from_plain(const std::shared_ptr<arrow::RecordBatch>& batch, const types::Schema& schema,
                                               const std::shared_ptr<arrow::Schema>& target) {
  std::vector<std::shared_ptr<arrow::ArrayData>> columns;
  for (int i = 0; i < batch->num_columns(); ++i) {
    columns.push_back(from_plain(batch->column_data(i), schema[static_cast<std::size_t>(i)].type, target->field(i)->type()));
  }
  return arrow::RecordBatch::Make(target, batch->num_rows(), std::move(columns));
}

std::vector<std::shared_ptr<arrow::RecordBatch>> decode_rows(const std::shared_ptr<const std::string>& ipc_stream, const types::Schema& schema) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  if (!ipc_stream || ipc_stream->empty()) return batches;
  // The reader's buffers point into the caller's bytes, which outlive the statement.
  const auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(ipc_stream->data(), ipc_stream->size()));
  const auto reader = check(arrow::ipc::RecordBatchStreamReader::Open(input));
  const auto plain = plain_arrow(schema);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    check(reader->ReadNext(&batch));
    if (!batch) return batches;
    if (batch->num_columns() != static_cast<int>(schema.size()))
      throw Error(conditions::kInvalidArrowRows, {{"message", "it has " + std::to_string(batch->num_columns()) + " columns, its schema " + std::to_string(schema.size())}});
    // Clients send these: an offset or index out of range would be read as an address.
    if (const arrow::Status status = batch->ValidateFull(); !status.ok()) throw Error(conditions::kInvalidArrowRows, {{"message", status.message()}});
    std::vector<std::shared_ptr<arrow::ArrayData>> columns;
    for (int i = 0; i < batch->num_columns(); ++i) {
      const DataType& type = schema[static_cast<std::size_t>(i)].type;
      auto column = batch->column(i);
      const auto wanted = types::to_arrow(type, "UTC");
      if (same_layout(*column->type(), *wanted)) {
        column = arrow::MakeArray(retyped(column->data(), wanted));
      } else {
        static const arrow::Status initialized = arrow::compute::Initialize();
        check(initialized);
        column = check(arrow::compute::Cast(*column, wanted, arrow::compute::CastOptions::Unsafe(wanted)));
      }
      columns.push_back(to_plain(column->data(), type));
    }
    batches.push_back(arrow::RecordBatch::Make(plain, batch->num_rows(), std::move(columns)));
  }
}

}  // namespace lab::engine
