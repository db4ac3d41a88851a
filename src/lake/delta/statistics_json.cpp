#include <arrow/api.h>

#include <cmath>

#include "lake/delta/parsed_statistics.h"
#include "lake/delta/time_text.h"
#include "lake/delta/values.h"
#include "types/field_comment.h"

namespace lab::lake::delta {
namespace {

std::int64_t to_micros(std::int64_t value, arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return value * 1'000'000;
    case arrow::TimeUnit::MILLI: return value * 1'000;
    case arrow::TimeUnit::MICRO: return value;
    case arrow::TimeUnit::NANO: return value / 1'000;
  }
  return value;
}

// False: nothing to say (NULL, or a type that has no place in statistics).
bool append(std::string& out, const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return false;
  switch (array.type_id()) {
    case arrow::Type::STRUCT: {
      const auto& group = static_cast<const arrow::StructArray&>(array);
      out += '{';
      bool first = true;
      for (int i = 0; i < group.num_fields(); ++i) {
        std::string value;
        if (!append(value, *group.field(i), row)) continue;
        if (!first) out += ',';
        first = false;
        types::append_json_string(out, group.struct_type()->field(i)->name());
        out += ':' + value;
      }
      out += '}';
      return true;
    }
    case arrow::Type::BOOL: out += static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false"; return true;
    case arrow::Type::INT8: out += std::to_string(static_cast<const arrow::Int8Array&>(array).Value(row)); return true;
    case arrow::Type::INT16: out += std::to_string(static_cast<const arrow::Int16Array&>(array).Value(row)); return true;
    case arrow::Type::INT32: out += std::to_string(static_cast<const arrow::Int32Array&>(array).Value(row)); return true;
    case arrow::Type::INT64: out += std::to_string(static_cast<const arrow::Int64Array&>(array).Value(row)); return true;
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: {
      const bool is_float = array.type_id() == arrow::Type::FLOAT;
      const double value = is_float ? double{static_cast<const arrow::FloatArray&>(array).Value(row)} : static_cast<const arrow::DoubleArray&>(array).Value(row);
      if (!std::isfinite(value)) return false;
      out += java_text(value, is_float);
      return true;
    }
    case arrow::Type::DECIMAL128: out += static_cast<const arrow::Decimal128Array&>(array).FormatValue(row); return true;
    case arrow::Type::STRING: types::append_json_string(out, static_cast<const arrow::StringArray&>(array).GetView(row)); return true;
    case arrow::Type::DATE32: types::append_json_string(out, date_text(static_cast<const arrow::Date32Array&>(array).Value(row))); return true;
    case arrow::Type::TIMESTAMP: {
      const auto& type = static_cast<const arrow::TimestampType&>(*array.type());
      const std::int64_t micros = to_micros(static_cast<const arrow::TimestampArray&>(array).Value(row), type.unit());
      types::append_json_string(out, timestamp_text(micros, 6) + (type.timezone().empty() ? "" : "Z"));
      return true;
    }
    default: return false;
  }
}

}  // namespace

std::string statistics_json(const arrow::Array& parsed, std::int64_t row) {
  std::string json;
  if (!append(json, parsed, row)) return {};
  return json;
}

}  // namespace lab::lake::delta
