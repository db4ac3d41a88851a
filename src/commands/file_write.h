#pragma once

#include "commands/statement.h"

/// Writing CSV, JSON, text and Parquet files: folders of part files as Spark leaves them.
namespace lab::commands {

struct FileWrite {
  plan::bound::Query rows;
  std::string format;
  catalog::Location location;
  plan::SaveMode mode = plan::SaveMode::ErrorIfExists;
  std::vector<std::string> partition_by;
  plan::Options options;
  std::string static_folder;  ///< `k=v/` that an INSERT OVERWRITE … PARTITION (k = v) replaces; empty: everything
};
/// Throws PATH_ALREADY_EXISTS, DATA_SOURCE_NOT_FOUND, and UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for types the format cannot hold.
void write_files(FileWrite write, Statement& context);

/// INSERT into a table of such files.
void append_to_file_table(const catalog::Table& entry, plan::bound::Query rows, bool overwrite, Statement& context);
/// INSERT OVERWRITE … PARTITION (k = v): `static_folder` (`k=v/`) is all that goes.
void overwrite_file_table(const catalog::Table& entry, plan::bound::Query rows, std::string static_folder, Statement& context);

}  // namespace lab::commands
