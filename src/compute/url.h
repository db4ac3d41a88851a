#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lab::compute {

/// As java.net.URLEncoder and URLDecoder over UTF-8. decode: nothing for a broken `%` sequence.
std::string url_encode(std::string_view text);
std::optional<std::string> url_decode(std::string_view text);

/// A part of a URL (`HOST PATH QUERY REF PROTOCOL FILE AUTHORITY USERINFO`), of QUERY the value of `key`. Throws
/// INVALID_URL when `raises`.
std::optional<std::string> parse_url(std::string_view url, std::string_view part, std::optional<std::string_view> key,
                                     bool raises);

}  // namespace lab::compute
