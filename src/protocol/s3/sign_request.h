#pragma once

#include <string>
#include <string_view>

#include "protocol/s3/signature.h"

namespace lab::s3 {

/// The `Authorization` header of a request that a client sends: `head` has method, decoded path, query and every header (`host` too);
/// all of them are signed. `payload_hash` is what `x-amz-content-sha256` says.
std::string sign_request(const RequestHead& head, const CredentialScope& scope, std::string_view secret_key, std::string_view timestamp,
                         std::string_view payload_hash);

/// Path and query of the request line, encoded as the signature wants them.
std::string encode_target(const RequestHead& head);

}  // namespace lab::s3
