#pragma once

#include <cstdint>
#include <string>

namespace lab {

/// A moment (microseconds since 1970) in UTC, by a format of strftime that gives at most 63 bytes; fractions of a second are cut off.
std::string utc_text(std::int64_t micros, const char* format);

}  // namespace lab
