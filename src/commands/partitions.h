#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/location.h"
#include "types/value.h"

namespace lab::commands {

/// `k=v` folders of a set of files, as columns (Spark's PartitioningUtils).
struct Partitions {
  std::vector<types::Field> columns;          ///< empty: not partitioned
  std::vector<std::vector<types::Value>> values;  ///< by file
};
/// Types are inferred (int, bigint, double, date, timestamp, else string) unless `infer_types` is false or `schema` names the column.
/// Throws CONFLICTING_PARTITION_COLUMN_NAMES when the folders do not agree.
Partitions discover_partitions(const std::vector<catalog::FoundFile>& files, bool infer_types, const types::Schema* schema);

/// Undoes Hive's escaping (`%3A`).
std::string unescape_path(const std::string& text);

}  // namespace lab::commands
