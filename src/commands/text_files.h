#pragma once

#include <filesystem>

#include "commands/statement.h"
#include "scan/packing.h"

namespace lab::commands {

/// The option maxRecordsPerFile or the setting; 0: no limit.
std::int64_t max_rows_per_file(const plan::Options& options, const Statement& context);
/// The option `compression` (or `codec`) of a text format. Throws CODEC_NOT_AVAILABLE for what is none.
scan::Packing text_packing(const plan::Options& options, const Statement& context);

/// Runs the rows into CSV, JSON-lines or text files in `directory`, one a partition, by Spark's writer options (keys in lower case:
/// header, sep, quote, escape, quoteAll, nullValue, emptyValue, dateFormat, timestampFormat, compression, ignoreNullFields, lineSep …).
/// Throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for types that the format cannot hold.
std::vector<engine::WrittenFile> write_text_files(const plan::bound::Query& rows, const std::string& format, const std::vector<int>& partition_by,
                                                  const plan::Options& options, const std::filesystem::path& directory, Statement& context);

}  // namespace lab::commands
