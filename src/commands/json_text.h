#pragma once

#include <optional>
#include <string>

#include "compute/zone.h"
#include "types/value.h"

namespace arrow {
class Array;
}

namespace lab::compute {
class DatetimePattern;
}

namespace lab::commands {

/// Prints rows as Spark's JSON writer (Jackson) does, straight from Arrow columns. Not thread-safe.
class JsonPrinter {
 public:
  /// Patterns of dateFormat, timestampFormat and timestampNTZFormat; `zone` outlives this.
  JsonPrinter(const std::string& date, const std::string& timestamp, const std::string& timestamp_ntz, const compute::Zone& zone, bool keeps_nulls, bool escapes_non_ascii);

  /// A field of an object: nothing for NULL unless nulls are kept.
  void append_field(std::string& out, bool& is_first, const std::string& name, const arrow::Array& column, std::int64_t row, const types::DataType& type);

 private:
  void append_value(std::string& out, const arrow::Array& column, std::int64_t row, const types::DataType& type);
  void append_key(std::string& out, const arrow::Array& column, std::int64_t row, const types::DataType& type);
  void append_text(std::string& out, std::string_view text);

  const compute::DatetimePattern &date_, &timestamp_, &timestamp_ntz_;
  const compute::Zone &zone_, &utc_;
  bool keeps_nulls_, escapes_non_ascii_;
};

}  // namespace lab::commands
