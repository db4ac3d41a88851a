#pragma once

#include <string>

#include "types/data_type.h"

namespace lab::engine {

/// DuckDB type, as SQL text, that makes DuckDB's Parquet writer write what Spark writes for `type`: user's field names,
/// nothing else changed from engine/duck_type.h.
std::string file_type_sql(const types::DataType& type);

}  // namespace lab::engine
