#pragma once

#include <string>
#include <vector>

#include "types/value.h"

namespace lab::commands {

/// `k=v` folders of a set of files, as columns (Spark's PartitioningUtils).
struct Partitions {
  std::vector<types::Field> columns;              ///< empty: not partitioned
  std::vector<std::size_t> kept;                  ///< the files that count: those below such folders, or right in the root without any
  std::vector<std::vector<types::Value>> values;  ///< by kept file
};
/// `paths` are the files' below the root that was asked for. Types are inferred (int, bigint, decimal, double, timestamp, date, else
/// string) unless `infer_types` is false or `schema` names the column. Throws CONFLICTING_PARTITION_COLUMN_NAMES when the folders do not
/// agree, CONFLICTING_DIRECTORY_STRUCTURES when they begin at different depths.
Partitions discover_partitions(const std::vector<std::string>& paths, bool infer_types, const types::Schema* schema, const std::string& time_zone);

/// Undoes Hive's escaping (`%3A`).
std::string unescape_path(const std::string& text);

}  // namespace lab::commands
