#pragma once

#include <string>
#include <vector>

#include "types/value.h"

namespace lab::commands {

/// A row as one JSON object, as Spark's writer (Jackson) prints it: fields that are NULL are left out unless `keeps_nulls`. Columns of
/// `columns` only.
void append_json_row(std::string& out, const types::Schema& schema, const std::vector<std::size_t>& columns, const types::Values& row, bool keeps_nulls);

}  // namespace lab::commands
