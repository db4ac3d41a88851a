#pragma once

#include <string>
#include <string_view>

namespace lab::lake::delta {

/// A path of the log as it is: `%20` decoded, `file:///a` and `file:/a` as `/a`.
std::string decode_path(std::string_view text);
/// The inverse as Hadoop writes URIs: bytes that may not stand in one become `%20`; letters beyond ASCII stay.
std::string encode_path(std::string_view path);

}  // namespace lab::lake::delta
