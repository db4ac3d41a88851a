#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lab::s3 {

/// `Sun, 06 Nov 1994 08:49:37 GMT`; reading also takes the two older forms of RFC 9110.
std::string print_http_date(std::chrono::sys_seconds time);
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// `20130524T000000Z`, SigV4's form.
std::string print_basic_time(std::chrono::sys_seconds time);
std::optional<std::chrono::sys_seconds> parse_basic_time(std::string_view text);

/// `2013-05-24T00:00:00.000Z`, the form of S3's documents.
std::string print_iso_time(std::chrono::sys_time<std::chrono::milliseconds> time);
/// `2030-01-01T00:00:00Z`, with a fraction or an offset as clients write them.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_iso_time(std::string_view text);

/// HTTP's form or that of documents: SDKs differ in which they write.
std::optional<std::chrono::sys_seconds> parse_any_date(std::string_view text);

}  // namespace lab::s3
