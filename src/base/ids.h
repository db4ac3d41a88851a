#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lab {

/// Bytes from the system's cryptographic source.
std::string random_bytes(std::size_t count);
/// Lower-case hex of `num_bytes` random bytes.
std::string random_hex(std::size_t num_bytes);
/// A random (version 4) UUID as 36 lower-case characters.
std::string random_uuid();

/// Whether `text` is a UUID in the form 8-4-4-4-12, any version, either case.
bool is_uuid(std::string_view text);
std::string to_hex(std::string_view bytes);

/// Takes the same time wherever the first difference is. For secrets.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace lab
