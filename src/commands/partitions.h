#pragma once

#include <set>
#include <string>
#include <vector>

#include "types/value.h"

namespace lab::commands {

/// The folder of a file of a read.
struct LeafFolder {
  std::string path;             ///< as Spark prints it: `file:/data/t/year=2020`, `s3a://bucket/t/year=2020`
  std::size_t store_length = 0;  ///< how much of it names the store: `file:/`, `s3a://bucket/`
  bool is_root = false;          ///< the user named this folder, or the file itself
};

struct PartitionRules {
  bool infers_types = true;       ///< spark.sql.sources.partitionColumnTypeInference.enabled
  bool validates = true;          ///< spark.sql.sources.validatePartitionColumns: else values that do not fit are NULL
  bool is_case_sensitive = false;
  bool is_ansi = true;            ///< dates and times that are none are errors
  const types::Schema* schema = nullptr;  ///< the user's, whose columns keep their types
  std::string time_zone;
};

/// `k=v` folders of a set of files, as columns (Spark's PartitioningUtils).
struct Partitions {
  std::vector<types::Field> columns;              ///< empty: not partitioned
  std::vector<std::size_t> kept;                  ///< the files that count: those below such folders, or right in the root without any
  std::vector<std::vector<types::Value>> values;  ///< by kept file
};
/// `folders` by file; folders at and above `base_paths` name no columns. Types are inferred (int, bigint, decimal, double, timestamp,
/// date, else string; void when all is NULL) unless the rules say otherwise. Throws EMPTY_PARTITION_COLUMN_NAME and …_VALUE,
/// CONFLICTING_PARTITION_COLUMN_NAMES when the folders do not agree, CONFLICTING_DIRECTORY_STRUCTURES when they begin in different
/// places, INVALID_PARTITION_VALUE.
Partitions discover_partitions(const std::vector<LeafFolder>& folders, const std::set<std::string>& base_paths, const PartitionRules& rules);

/// Undoes Hive's escaping (`%3A`).
std::string unescape_path(const std::string& text);

}  // namespace lab::commands
