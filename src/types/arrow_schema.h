#pragma once

#include <memory>
#include <string>

#include "types/data_type.h"

namespace arrow {
class DataType;
class Field;
class Schema;
}  // namespace arrow

namespace lab::types {

/// The Arrow form in which Spark Connect sends and takes each Spark type: TIMESTAMP in microseconds with `time_zone` (the
/// session's), TIMESTAMP_NTZ without, DECIMAL as decimal128, day-time intervals as duration[us], year-month as month
/// intervals, calendar intervals as month_day_nano, CHAR and VARCHAR as strings, VARIANT as a struct of two binaries.
std::shared_ptr<arrow::DataType> to_arrow(const DataType& type, const std::string& time_zone);
std::shared_ptr<arrow::Field> to_arrow(const Field& field, const std::string& time_zone);
std::shared_ptr<arrow::Schema> to_arrow(const Schema& schema, const std::string& time_zone);

/// The Spark type of an Arrow type that a client sent; any time unit, large and dictionary forms too.
/// Throws UNSUPPORTED_ARROWTYPE (unsigned integers, times of day, unions).
DataType from_arrow(const arrow::DataType& type);
Schema from_arrow(const arrow::Schema& schema);

}  // namespace lab::types
