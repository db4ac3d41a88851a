#pragma once

#include <memory>
#include <string>
#include <vector>

#include "types/value.h"

namespace arrow {
class Array;
class RecordBatch;
}  // namespace arrow

namespace lab::commands {

/// Rows as one Arrow IPC stream, by the types' Arrow forms.
std::shared_ptr<const std::string> rows_to_stream(const types::Schema& schema, const std::vector<types::Values>& rows, const std::string& time_zone);
/// One cell. The array has the type's Arrow form.
types::Value read_cell(const arrow::Array& array, std::int64_t row, const types::DataType& type);
void read_rows(const arrow::RecordBatch& batch, const types::Schema& schema, std::vector<types::Values>& rows);

}  // namespace lab::commands
