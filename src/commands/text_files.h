#pragma once

#include <filesystem>

#include "commands/statement.h"

namespace lab::commands {

/// Runs the rows into CSV, JSON-lines or text files in `directory`, one a partition, by Spark's writer options (keys in lower case:
/// header, sep, quote, escape, quoteAll, nullValue, emptyValue, dateFormat, timestampFormat, compression, ignoreNullFields, lineSep …).
/// Throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for types that the format cannot hold.
std::vector<engine::WrittenFile> write_text_files(const plan::bound::Query& rows, const std::string& format, const std::vector<int>& partition_by,
                                                  const plan::Options& options, const std::filesystem::path& directory, Statement& context);

}  // namespace lab::commands
