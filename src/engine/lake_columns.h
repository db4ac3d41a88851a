#pragma once

#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "scan/table_source.h"

namespace lab::engine {

/// Columns x0…xn of a FileScan as DuckDB's multi-file reader knows them: data columns by their names in the files, then partition columns.
duckdb::vector<duckdb::MultiFileColumnDefinition> lake_columns(const scan::FileScan& scan);

/// `columns` with the names that this file has for them: by field id where the table says so, else by name in any case; names of
/// list elements and map entries are taken as the file has them.
duckdb::vector<duckdb::MultiFileColumnDefinition> map_to_file(const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                                                              const duckdb::vector<duckdb::MultiFileColumnDefinition>& file_columns,
                                                              const scan::FileScan& scan);

/// Makes the file's TIMESTAMPs the kind (with or without time zone) that `columns`, mapped to this file, have in their place.
void read_zones_of(duckdb::vector<duckdb::MultiFileColumnDefinition>& file_columns,
                   const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns);

}  // namespace lab::engine
