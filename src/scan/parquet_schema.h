#pragma once

#include <compare>

#include "scan/table_source.h"
#include "types/data_type.h"

namespace lab::scan {

/// What columns of files that Spark did not write are taken for.
struct ParquetReading {
  bool nanos_as_long = false;         ///< instants in nanoseconds are their numbers; otherwise nobody reads them
  bool infers_timestamp_ntz = true;   ///< instants of no zone are TIMESTAMP_NTZ; otherwise all instants are TIMESTAMP

  auto operator<=>(const ParquetReading&) const = default;
};

/// Columns of a Parquet file by Spark's rules: the schema that Spark left in the footer, else the Arrow reading of the columns, all
/// nullable. Throws FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER for what is no Parquet file, PARQUET_TYPE_ILLEGAL for what Spark does not read.
types::Schema read_parquet_schema(const DataFile& file, const ParquetReading& reading = {});

}  // namespace lab::scan
