#include "commands/arrow_rows.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>

#include "base/error.h"
#include "types/arrow_schema.h"

namespace lab::commands {

using types::DataType;
using types::TypeKind;
using types::Value;
using types::Values;

namespace {

void check(const arrow::Status& status) { LAB_CHECK(status.ok(), status.ToString()); }

template <typename Builder, typename Native>
void append_as(arrow::ArrayBuilder& builder, Native value) {
  check(static_cast<Builder&>(builder).Append(value));
}

void append(arrow::ArrayBuilder& builder, const DataType& type, const Value& value) {
  if (value.is_null()) return check(builder.AppendNull());
  switch (type.kind()) {
    case TypeKind::Null: return check(builder.AppendNull());
    case TypeKind::Boolean: return append_as<arrow::BooleanBuilder>(builder, value.boolean());
    case TypeKind::Byte: return append_as<arrow::Int8Builder>(builder, static_cast<std::int8_t>(value.integer()));
    case TypeKind::Short: return append_as<arrow::Int16Builder>(builder, static_cast<std::int16_t>(value.integer()));
    case TypeKind::Int: return append_as<arrow::Int32Builder>(builder, static_cast<std::int32_t>(value.integer()));
    case TypeKind::Long: return append_as<arrow::Int64Builder>(builder, value.integer());
    case TypeKind::Float: return append_as<arrow::FloatBuilder>(builder, static_cast<float>(value.real()));
    case TypeKind::Double: return append_as<arrow::DoubleBuilder>(builder, value.real());
    case TypeKind::Decimal: {
      const types::Int128 unscaled = std::get<types::Decimal>(value.data).unscaled;
      return append_as<arrow::Decimal128Builder>(builder, arrow::Decimal128(static_cast<std::int64_t>(unscaled >> 64), static_cast<std::uint64_t>(unscaled)));
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return append_as<arrow::StringBuilder>(builder, std::string_view(value.text()));
    case TypeKind::Binary: return append_as<arrow::BinaryBuilder>(builder, std::string_view(std::get<types::Binary>(value.data).bytes));
    case TypeKind::Date: return append_as<arrow::Date32Builder>(builder, static_cast<std::int32_t>(value.integer()));
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return append_as<arrow::TimestampBuilder>(builder, value.integer());
    case TypeKind::DayTimeInterval: return append_as<arrow::DurationBuilder>(builder, value.integer());
    case TypeKind::YearMonthInterval: return append_as<arrow::MonthIntervalBuilder>(builder, static_cast<std::int32_t>(value.integer()));
    case TypeKind::CalendarInterval: {
      const auto& interval = std::get<types::CalendarInterval>(value.data);
      return append_as<arrow::MonthDayNanoIntervalBuilder>(
          builder, arrow::MonthDayNanoIntervalType::MonthDayNanos{interval.months, interval.days, interval.microseconds * 1000});
    }
    case TypeKind::Array: {
      auto& list = static_cast<arrow::ListBuilder&>(builder);
      check(list.Append());
      for (const Value& item : *std::get<types::Elements>(value.data).items) append(*list.value_builder(), type.element(), item);
      return;
    }
    case TypeKind::Map: {
      auto& map = static_cast<arrow::MapBuilder&>(builder);
      check(map.Append());
      const auto& entries = std::get<types::MapEntries>(value.data);
      for (std::size_t i = 0; i < entries.keys->size(); ++i) {
        append(*map.key_builder(), type.key(), (*entries.keys)[i]);
        append(*map.item_builder(), type.value(), (*entries.values)[i]);
      }
      return;
    }
    case TypeKind::Struct: {
      auto& structure = static_cast<arrow::StructBuilder&>(builder);
      check(structure.Append());
      const Values& items = *std::get<types::Elements>(value.data).items;
      for (std::size_t i = 0; i < items.size(); ++i) append(*structure.field_builder(static_cast<int>(i)), type.fields()[i].type, items[i]);
      return;
    }
    case TypeKind::Variant: check_failed("variant rows", __FILE__, __LINE__);
  }
}

}  // namespace

std::shared_ptr<const std::string> rows_to_stream(const types::Schema& schema, const std::vector<Values>& rows, const std::string& time_zone) {
  const auto arrow_schema = types::to_arrow(schema, time_zone);
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    check(arrow::MakeBuilder(arrow::default_memory_pool(), arrow_schema->field(static_cast<int>(i))->type(), &builder));
    for (const Values& row : rows) append(*builder, schema[i].type, row[i]);
    columns.push_back(builder->Finish().ValueOrDie());
  }
  const auto batch = arrow::RecordBatch::Make(arrow_schema, static_cast<std::int64_t>(rows.size()), std::move(columns));
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto writer = arrow::ipc::MakeStreamWriter(sink, arrow_schema).ValueOrDie();
  check(writer->WriteRecordBatch(*batch));
  check(writer->Close());
  const auto buffer = sink->Finish().ValueOrDie();
  return std::make_shared<const std::string>(buffer->ToString());
}

Value read_cell(const arrow::Array& array, std::int64_t row, const DataType& type) {
  if (array.IsNull(row)) return {};
  const auto integer = [](auto v) { return Value{std::int64_t{v}}; };
  switch (type.kind()) {
    case TypeKind::Null: return {};
    case TypeKind::Boolean: return {static_cast<const arrow::BooleanArray&>(array).Value(row)};
    case TypeKind::Byte: return integer(static_cast<const arrow::Int8Array&>(array).Value(row));
    case TypeKind::Short: return integer(static_cast<const arrow::Int16Array&>(array).Value(row));
    case TypeKind::Int: return integer(static_cast<const arrow::Int32Array&>(array).Value(row));
    case TypeKind::Long: return integer(static_cast<const arrow::Int64Array&>(array).Value(row));
    case TypeKind::Float: return {double{static_cast<const arrow::FloatArray&>(array).Value(row)}};
    case TypeKind::Double: return {static_cast<const arrow::DoubleArray&>(array).Value(row)};
    case TypeKind::Decimal: {
      const arrow::Decimal128 decimal(static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
      return {types::Decimal{(static_cast<types::Int128>(decimal.high_bits()) << 64) | decimal.low_bits(), type.scale()}};
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return {static_cast<const arrow::StringArray&>(array).GetString(row)};
    case TypeKind::Binary: return {types::Binary{static_cast<const arrow::BinaryArray&>(array).GetString(row)}};
    case TypeKind::Date: return integer(static_cast<const arrow::Date32Array&>(array).Value(row));
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return integer(static_cast<const arrow::TimestampArray&>(array).Value(row));
    case TypeKind::DayTimeInterval: return integer(static_cast<const arrow::DurationArray&>(array).Value(row));
    case TypeKind::YearMonthInterval: return integer(static_cast<const arrow::MonthIntervalArray&>(array).Value(row));
    case TypeKind::CalendarInterval: {
      const auto interval = static_cast<const arrow::MonthDayNanoIntervalArray&>(array).GetValue(row);
      return {types::CalendarInterval{interval.months, interval.days, interval.nanoseconds / 1000}};
    }
    case TypeKind::Array: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      Values items;
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) items.push_back(read_cell(*list.values(), i, type.element()));
      return {types::Elements{std::make_shared<const Values>(std::move(items))}};
    }
    case TypeKind::Map: {
      const auto& map = static_cast<const arrow::MapArray&>(array);
      Values keys, values;
      for (auto i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        keys.push_back(read_cell(*map.keys(), i, type.key()));
        values.push_back(read_cell(*map.items(), i, type.value()));
      }
      return {types::MapEntries{std::make_shared<const Values>(std::move(keys)), std::make_shared<const Values>(std::move(values))}};
    }
    case TypeKind::Struct: {
      const auto& structure = static_cast<const arrow::StructArray&>(array);
      Values items;
      for (std::size_t i = 0; i < type.fields().size(); ++i) items.push_back(read_cell(*structure.field(static_cast<int>(i)), row, type.fields()[i].type));
      return {types::Elements{std::make_shared<const Values>(std::move(items))}};
    }
    case TypeKind::Variant: check_failed("variant cells", __FILE__, __LINE__);
  }
  return {};
}

void read_rows(const arrow::RecordBatch& batch, const types::Schema& schema, std::vector<Values>& rows) {
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    Values values;
    values.reserve(schema.size());
    for (std::size_t column = 0; column < schema.size(); ++column) values.push_back(read_cell(*batch.column(static_cast<int>(column)), row, schema[column].type));
    rows.push_back(std::move(values));
  }
}

}  // namespace lab::commands
