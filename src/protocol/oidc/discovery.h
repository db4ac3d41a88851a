#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab::oidc {

/// What a provider says of itself (OpenID Connect Discovery 1.0). Addresses that it does not name are empty.
struct Discovery {
  std::string issuer, authorization, token, keys, user_info, end_session;
  std::vector<std::string> token_ways;  ///< how clients prove themselves at `token`: `client_secret_basic` …
  bool names_itself = false;            ///< its answers carry `iss` (RFC 9207)
};

/// Where the document of an issuer lies.
std::string discovery_address(std::string_view issuer);

/// Throws OIDC_DISCOVERY_INVALID for what is no such document, is another issuer's, or lacks what a log-in needs.
Discovery parse_discovery(std::string_view text, std::string_view issuer);

}  // namespace lab::oidc
