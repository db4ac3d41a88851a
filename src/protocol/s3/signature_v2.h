#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/s3/request_head.h"

namespace lab::s3 {

/// S3's first signature (HMAC-SHA1 over method, a few headers and the resource). Boto3 still makes its presigned URLs
/// with it when nobody asks for version 4.
struct AuthenticationV2 {
  std::string access_key;
  std::string signature;                             ///< base64
  std::optional<std::chrono::sys_seconds> expires;   ///< presigned
  std::optional<std::chrono::sys_seconds> time;      ///< of the Date header otherwise
};

/// Absent when the request carries no signature of version 2. Throws AccessDenied for one without a date.
std::optional<AuthenticationV2> parse_authentication_v2(const RequestHead& head);

/// Throws AccessDenied "Request has expired" or RequestTimeTooSkewed.
void check_time_v2(const AuthenticationV2& authentication, std::chrono::sys_seconds now);

/// `bucket` is the one of the Host header for virtual-host style, else empty.
std::string write_string_to_sign_v2(const RequestHead& head, const AuthenticationV2& authentication,
                                    std::string_view bucket);

/// HMAC-SHA1 in base64: what a POST policy of version 2 is signed with.
std::string sign_text_v2(std::string_view secret_key, std::string_view text);

/// Throws SignatureDoesNotMatch.
void verify_signature_v2(const RequestHead& head, const AuthenticationV2& authentication, std::string_view bucket,
                         std::string_view secret_key);

}  // namespace lab::s3
