#pragma once

#include <string_view>

#include "base/error.h"
#include "net/http.h"

namespace lab::s3 {

/// An error of any module as S3 says it: the same for S3's own conditions, a fitting one for the store's and the
/// network's, and by Kind for all others.
Error translate_error(const Error& error);

/// The answer for an error. `resource` is the path that was asked for; bucket and key are put in where it names them.
net::Response error_response(const Error& error, std::string_view target, std::string_view host,
                             std::string_view request_id, std::string_view domain);

}  // namespace lab::s3
