#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab::oidc {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// `name=value&…`, all but letters, digits and `-._~` percent-encoded: a query and a form alike.
std::string encode_fields(const Fields& fields);
/// `address` with `fields` added to the query that it may have already.
std::string with_query(std::string_view address, const Fields& fields);
/// RFC 7636 (S256): base64 for URLs of the verifier's SHA-256.
std::string challenge_of(std::string_view verifier);
/// HTTP's basic authentication as RFC 6749 2.3.1 wants it: both parts form-encoded first.
std::string basic_authorization(std::string_view client_id, std::string_view secret);

}  // namespace lab::oidc
