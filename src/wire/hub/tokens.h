#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "wire/hub/call.h"

namespace lab::wire::hub {

struct TokenWish {
  std::vector<std::string> scopes;  ///< none: `inherit`
  std::string note;
  std::optional<std::chrono::seconds> life;  ///< for ever without
};

/// Makes a token of `user` for `by`. It may do no more than its owner, nor more than whoever asks for it. Throws
/// UNKNOWN_SCOPE, and FORBIDDEN for a scope that the owner or `by` does not have.
access::CreatedToken make_token(Service& service, const Visitor& by, const std::string& user, const TokenWish& wish);

/// Ends a token; one that a notebook server got for a browser goes with all others of that server.
void revoke_token(Service& service, const Visitor& by, const std::string& user, const access::TokenInfo& token);

}  // namespace lab::wire::hub
