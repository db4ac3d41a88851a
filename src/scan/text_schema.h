#pragma once

#include <string>

#include "scan/table_source.h"

namespace lab::scan {

/// What reading needs besides the options: the session's zone for timestamps, and the line of versions.
struct TextReading {
  std::string time_zone = "UTC";
  bool is_spark4 = false;
};

/// Columns of CSV files: names from the header (or `_c0`, `_c1` …; empty and repeated names as Spark makes them), types by `inferSchema`,
/// else strings. Columns of JSON files: by sampling, sorted by name as Spark has them. Text is `value string`; binary files have
/// path, modificationTime, length, content. An empty result: nothing to infer from.
types::Schema infer_schema(const TextScan& scan, const TextReading& reading);

}  // namespace lab::scan
