#pragma once

#include <string>
#include <vector>

#include "commands/statement.h"

namespace lab::commands {

/// The files that a read of locations means, and the partition columns that their folders name.
struct SourceFiles {
  std::vector<scan::DataFile> files;  ///< with their partition values
  std::vector<types::Field> partition_columns;
};
/// Lists by the options pathGlobFilter, recursiveFileLookup, modifiedBefore, modifiedAfter, basePath and ignoreMissingFiles: files right
/// in a location, or below `k=v` folders of it. `schema` is the user's, whose types partition columns take.
/// Throws PATH_NOT_FOUND, CONFLICTING_PARTITION_COLUMN_NAMES, CONFLICTING_DIRECTORY_STRUCTURES.
SourceFiles find_source_files(const Statement& statement, const std::vector<catalog::Location>& locations, const plan::Options& options,
                              const types::Schema* schema);

}  // namespace lab::commands
