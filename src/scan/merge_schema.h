#pragma once

#include <optional>

#include "types/data_type.h"

namespace lab::scan {

/// Spark's StructType.merge of two files' schemas: columns of one name must be of one type, but that structs are merged in turn and
/// decimals of one scale take the wider precision. Columns that only `right` has come last. Nothing: they do not go together.
std::optional<types::Schema> merge_schemas(const types::Schema& left, const types::Schema& right, bool is_case_sensitive);

}  // namespace lab::scan
