#include "protocol/s3/web_identity.h"

#include <algorithm>

#include "protocol/oidc/conditions.h"
#include "protocol/s3/errors.h"

namespace lab::s3 {

WebIdentityToken parse_web_identity(std::string_view text) {
  try {
    WebIdentityToken token = oidc::parse_signed_token(text);
    const std::string& party = token.authorized_party;
    if (!party.empty() && std::ranges::find(token.audiences, party) == token.audiences.end()) token.audiences.push_back(party);
    return token;
  } catch (const Error& error) {
    if (&error.condition() != &oidc::conditions::kMalformedToken) throw;
    throw Error(conditions::kInvalidIdentityToken, {{"reason", error.message()}});
  }
}

}  // namespace lab::s3
