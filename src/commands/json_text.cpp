#include "commands/json_text.h"

#include <arrow/array.h>
#include <arrow/util/decimal.h>

#include <cmath>

#include "compute/datetime_pattern.h"
#include "compute/decimal.h"
#include "compute/interval_text.h"
#include "compute/json_text.h"
#include "compute/real_math.h"

namespace lab::commands {

using types::DataType;
using types::TypeKind;

namespace {

void append_base64(std::string& text, std::string_view bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63];
  }
}

void append_code_units(std::string& out, std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  std::uint32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t k = 1; k < length && i + k < text.size(); ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
  i += length - 1;
  char unit[16];
  if (code < 0x10000) {
    std::snprintf(unit, sizeof unit, "\\u%04X", code);
  } else {
    code -= 0x10000;
    std::snprintf(unit, sizeof unit, "\\u%04X\\u%04X", 0xD800 + (code >> 10), 0xDC00 + (code & 0x3FFU));
  }
  out += unit;
}

template <typename ArrayType>
auto cell(const arrow::Array& column, std::int64_t row) {
  return static_cast<const ArrayType&>(column).Value(row);
}

compute::Int128 unscaled(const arrow::Array& column, std::int64_t row) {
  const arrow::Decimal128 decimal(static_cast<const arrow::Decimal128Array&>(column).GetValue(row));
  return static_cast<compute::Int128>(decimal.high_bits()) << 64 | decimal.low_bits();
}

}  // namespace

JsonPrinter::JsonPrinter(const std::string& date, const std::string& timestamp, const std::string& timestamp_ntz, const compute::Zone& zone, bool keeps_nulls,
                         bool escapes_non_ascii)
    : date_(compute::DatetimePattern::find(date)), timestamp_(compute::DatetimePattern::find(timestamp)), timestamp_ntz_(compute::DatetimePattern::find(timestamp_ntz)),
      zone_(zone), utc_(compute::Zone::find("UTC")), keeps_nulls_(keeps_nulls), escapes_non_ascii_(escapes_non_ascii) {}

void JsonPrinter::append_text(std::string& out, std::string_view text) {
  if (!escapes_non_ascii_) return compute::append_json_string(out, text);
  std::string ascii;
  compute::append_json_string(ascii, text);
  for (std::size_t i = 0; i < ascii.size(); ++i) {
    if (static_cast<unsigned char>(ascii[i]) < 0x80) {
      out += ascii[i];
    } else {
      append_code_units(out, ascii, i);
    }
  }
}

void JsonPrinter::append_field(std::string& out, bool& is_first, const std::string& name, const arrow::Array& column, std::int64_t row, const DataType& type) {
  const bool is_null = column.IsNull(row) || type.is(TypeKind::Null);
  if (is_null && !keeps_nulls_) return;
  if (!is_first) out += ',';
  is_first = false;
  append_text(out, name);
  out += ':';
  if (is_null) {
    out += "null";
  } else {
    append_value(out, column, row, type);
  }
}

// Spark asks the key for its toString: dates and instants are numbers there.
void JsonPrinter::append_key(std::string& out, const arrow::Array& column, std::int64_t row, const DataType& type) {
  if (type.is(TypeKind::Date)) {
    out += '"' + std::to_string(cell<arrow::Date32Array>(column, row)) + '"';
  } else if (type.is(TypeKind::Timestamp) || type.is(TypeKind::TimestampNtz)) {
    out += '"' + std::to_string(cell<arrow::TimestampArray>(column, row)) + '"';
  } else {
    std::string text;
    append_value(text, column, row, type);
    if (text.starts_with('"')) {
      out += text;
    } else {
      append_text(out, text);
    }
  }
}

void JsonPrinter::append_value(std::string& out, const arrow::Array& column, std::int64_t row, const DataType& type) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  const auto real = [&](double number, const std::string& text) {
    if (std::isfinite(number)) {
      out += text;
    } else {
      out += '"' + text + '"';
    }
  };
  switch (type.kind()) {
    case TypeKind::Boolean: out += cell<arrow::BooleanArray>(column, row) ? "true" : "false"; return;
    case TypeKind::Byte: out += std::to_string(cell<arrow::Int8Array>(column, row)); return;
    case TypeKind::Short: out += std::to_string(cell<arrow::Int16Array>(column, row)); return;
    case TypeKind::Int: out += std::to_string(cell<arrow::Int32Array>(column, row)); return;
    case TypeKind::Long: out += std::to_string(cell<arrow::Int64Array>(column, row)); return;
    case TypeKind::Float: return real(cell<arrow::FloatArray>(column, row), compute::real_text(cell<arrow::FloatArray>(column, row)));
    case TypeKind::Double: return real(cell<arrow::DoubleArray>(column, row), compute::real_text(cell<arrow::DoubleArray>(column, row)));
    case TypeKind::Decimal: out += compute::decimal_string(unscaled(column, row), type.scale()); return;
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return append_text(out, static_cast<const arrow::StringArray&>(column).GetView(row));
    case TypeKind::Binary:
      out += '"';
      append_base64(out, static_cast<const arrow::BinaryArray&>(column).GetView(row));
      out += '"';
      return;
    case TypeKind::Date: return append_text(out, date_.format({cell<arrow::Date32Array>(column, row) * compute::kMicrosPerDay}, utc_));
    case TypeKind::Timestamp: return append_text(out, timestamp_.format({cell<arrow::TimestampArray>(column, row)}, zone_));
    case TypeKind::TimestampNtz: return append_text(out, timestamp_ntz_.format({cell<arrow::TimestampArray>(column, row)}, utc_));
    case TypeKind::YearMonthInterval:
      return append_text(out, compute::year_month_text(cell<arrow::MonthIntervalArray>(column, row), static_cast<int>(type.year_month_from()), static_cast<int>(type.year_month_to())));
    case TypeKind::DayTimeInterval:
      return append_text(out, compute::day_time_text(cell<arrow::DurationArray>(column, row), static_cast<int>(type.day_time_from()), static_cast<int>(type.day_time_to())));
    case TypeKind::Array: {
      const auto& list = static_cast<const arrow::ListArray&>(column);
      out += '[';
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        if (i > list.value_offset(row)) out += ',';
        append_value(out, *list.values(), i, type.element());
      }
      out += ']';
      return;
    }
    case TypeKind::Map: {
      const auto& map = static_cast<const arrow::MapArray&>(column);
      out += '{';
      for (auto i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
        if (i > map.value_offset(row)) out += ',';
        append_key(out, *map.keys(), i, type.key());
        out += ':';
        append_value(out, *map.items(), i, type.value());
      }
      out += '}';
      return;
    }
    case TypeKind::Struct: {
      const auto& structure = static_cast<const arrow::StructArray&>(column);
      out += '{';
      bool is_first = true;
      for (std::size_t i = 0; i < type.fields().size(); ++i)
        append_field(out, is_first, type.fields()[i].name, *structure.field(static_cast<int>(i)), row, type.fields()[i].type);
      out += '}';
      return;
    }
    default: out += "null";
  }
}

}  // namespace lab::commands
