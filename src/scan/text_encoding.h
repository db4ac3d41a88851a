#pragma once

#include <string>
#include <string_view>

namespace lab::scan {

/// UTF-8 under any of the names that Java has for it.
bool is_utf8(std::string_view encoding);
/// Whether decode_text() knows it.
bool is_known_encoding(std::string_view encoding);
/// Bytes of a text in an encoding by its Java name (ISO-8859-1, US-ASCII, UTF-16, UTF-16LE, UTF-16BE, UTF-32 …) as UTF-8; what has no
/// meaning becomes U+FFFD. Throws INVALID_PARAMETER_VALUE.CHARSET for names that are none here.
std::string decode_text(std::string_view bytes, const std::string& encoding);
/// The way back; what the encoding cannot say becomes `?`. UTF-16 begins with a mark when `is_first`.
std::string encode_text(std::string_view text, const std::string& encoding, bool is_first);

}  // namespace lab::scan
