#pragma once

#include <string>

#include "scan/table_source.h"
#include "types/data_type.h"

namespace lab::scan {

/// Columns of a Parquet file by Spark's rules: the schema that Spark left in the footer, else the Arrow reading of the columns, all
/// nullable. Throws FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER for what is no Parquet file.
types::Schema read_parquet_schema(const DataFile& file);

}  // namespace lab::scan
