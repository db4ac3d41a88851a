#pragma once

#include <chrono>
#include <string>

#include "base/error.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// One line of a bucket's access log in S3's format ("Amazon S3 server access log format"), without its end. `target` is the
/// request's as it was sent, `failure` what it ended with, if it did.
std::string write_access_line(const Call& call, std::string_view target, const net::Response& response, const Error* failure,
                              std::chrono::milliseconds took, const std::string& bucket_owner);

}  // namespace lab::s3
