#pragma once

#include "scan/csv_options.h"
#include "scan/text_schema.h"

namespace lab::scan {

/// infer_schema for CSV files.
types::Schema infer_csv_schema(const TextScan& scan, const TextReading& reading);

/// Column names of a header line: empty names become `_c<i>`, names that repeat in any case get their position behind them.
std::vector<std::string> csv_column_names(const std::vector<std::string>& header, const CsvOptions& options);

}  // namespace lab::scan
