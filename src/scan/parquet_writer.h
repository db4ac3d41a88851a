#pragma once

#include <set>
#include <string>

#include "scan/table_source.h"

namespace lab::scan {

/// Who wrote a Parquet file, as far as it tells by which calendar its days are counted.
struct ParquetWriter {
  bool is_known = false;           ///< a version of Spark, which tells
  bool has_hybrid_days = false;    ///< by the calendar of Spark 2
  bool has_hybrid_int96 = false;
  std::string time_zone;           ///< where the writer's clock stood; empty: not told
  std::set<std::string> int96_columns;  ///< columns that are or hold instants in 96 bits
};

/// Reads the file's footer. Throws FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER.
ParquetWriter read_parquet_writer(const DataFile& file);

}  // namespace lab::scan
