#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab::s3 {

/// Names and values in the order in which they came. Header names are lower-case here.
using NameValues = std::vector<std::pair<std::string, std::string>>;

/// The first value of that name; absent when there is none. The view lives as long as the list.
std::optional<std::string_view> find_value(const NameValues& list, std::string_view name);

/// Percent-encodes all but `A-Z a-z 0-9 - . _ ~` (and `/` if it is to be kept), upper-case hex: SigV4's rule, and what
/// `encoding-type=url` asks for.
std::string encode_uri(std::string_view bytes, bool keep_slash);

/// Undoes percent-encoding; absent when a `%` is not followed by two hex digits. `+` stays.
std::optional<std::string> decode_uri(std::string_view text);

/// The parameters of a raw query string, decoded (`+` is a space there). Throws InvalidURI.
NameValues parse_query(std::string_view raw);

std::string encode_base64(std::string_view bytes);
/// Strict: padding as RFC 4648 wants it; absent otherwise.
std::optional<std::string> decode_base64(std::string_view text);

std::string to_lower_ascii(std::string_view text);
std::string_view trim_spaces(std::string_view text);
/// A whole text of decimal digits that fits; absent otherwise.
std::optional<std::uint64_t> parse_number(std::string_view text);
bool is_valid_utf8(std::string_view text);

}  // namespace lab::s3
