#pragma once

#include <string>
#include <string_view>

#include "engine/text_rows.h"

namespace lab::engine {

/// Ends a scan under FAILFAST: FAILED_READ_FILE around MALFORMED_RECORD_IN_PARSING, under the name of the line of versions.
[[noreturn]] void raise_malformed(const scan::TextScan& scan, std::size_t file, std::string_view record);
/// Ends a scan that cannot read a file, for the reason given: Spark 3.5 tells it, 4 only names the file.
[[noreturn]] void raise_unreadable(const scan::TextScan& scan, std::size_t file, const std::string& reason);

}  // namespace lab::engine
