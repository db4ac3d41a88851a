#pragma once

#include <string>

#include "scan/table_source.h"

namespace lab::engine {

/// `file:///…` as messages and `input_file_name()` have it.
std::string file_uri(const scan::DataFile& file);

/// Ends a scan that cannot read `file`, for the reason given: Spark 3.5 tells it, 4 only names the file.
[[noreturn]] void raise_unreadable(const scan::DataFile& file, bool is_spark4, const std::string& reason);

/// Of a catch block: ends a scan with what DuckDB threw while it read `file`, as FAILED_READ_FILE. Errors of ours, cancellations and
/// lacks of memory pass as they are.
[[noreturn]] void rethrow_as_unreadable(const scan::DataFile& file, bool is_spark4);

}  // namespace lab::engine
