#pragma once

#include <optional>
#include <string_view>

namespace lab::s3 {

inline constexpr std::string_view kStandardClass = "STANDARD";

/// Where a storage class stands on the way that lifecycle rules move objects along, from STANDARD (0) to DEEP_ARCHIVE; they never
/// move back. Absent for a name that S3 does not know.
std::optional<int> find_storage_rank(std::string_view storage_class);

}  // namespace lab::s3
