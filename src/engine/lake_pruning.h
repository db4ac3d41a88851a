#pragma once

#include "duckdb/common/types.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "scan/table_source.h"

namespace lab::engine {

/// False when the statistics or partition values of `file` show that no row passes all `filters` (keyed by position in `columns`).
bool may_match(const scan::FileScan& scan, const scan::DataFile& file, const duckdb::vector<duckdb::column_t>& columns,
               const duckdb::TableFilterSet& filters);

/// What the table says of a column (data columns, then partition columns) in one file.
duckdb::BaseStatistics file_statistics(const scan::FileScan& scan, const scan::DataFile& file, std::size_t column);

}  // namespace lab::engine
