#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lake/delta/actions.h"
#include "scan/table_source.h"

namespace arrow {
class Array;
}

namespace lab::lake::delta {

/// What a file's `stats` say about columns.
struct FileStatistics {
  std::optional<std::int64_t> num_rows;
  std::vector<scan::ColumnStatistics> columns;
};

/// A column whose statistics are wanted: its name in the statistics and its type.
struct StatisticsColumn {
  std::string name;
  types::DataType type;
};

/// Reads the statistics of a file; bounds are widened by what Delta cuts off (milliseconds), counts that deletion vectors made
/// inexact are left out. What cannot be read counts as unknown.
FileStatistics parse_statistics(const AddFile& file, const std::vector<StatisticsColumn>& columns);
/// Rows of the file by its statistics, deleted ones included.
std::optional<std::int64_t> num_records(const AddFile& file);

/// The JSON form of a row of a checkpoint's `stats_parsed`.
std::string statistics_json(const arrow::Array& parsed, std::int64_t row);

}  // namespace lab::lake::delta
