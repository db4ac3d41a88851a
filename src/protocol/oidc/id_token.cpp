#include "protocol/oidc/id_token.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "protocol/oidc/conditions.h"

namespace lab::oidc {
namespace {

void require(bool holds, std::string reason, std::string fix) {
  if (!holds) throw Error(conditions::kTokenRefused, {{"reason", std::move(reason)}, {"fix", std::move(fix)}});
}

}  // namespace

void check_id_token(const SignedToken& token, const ExpectedIdToken& expected) {
  require(token.issuer == expected.issuer, "it was issued by " + token.issuer + " and not by " + expected.issuer, "hub.oidc.issuer must be the very name that the provider gives itself.");
  const bool is_for_us = std::ranges::find(token.audiences, expected.client_id) != token.audiences.end();
  require(is_for_us, "it is for another client", "hub.oidc.client_id must be the client that the lab is registered as.");
  const bool names_party = !token.authorized_party.empty();
  require(token.audiences.size() == 1 || names_party, "it is for several clients and does not say whose log-in it is (azp)", "Have the provider issue ID tokens for this client alone.");
  require(!names_party || token.authorized_party == expected.client_id, "it was issued for the log-in of another client (azp)", "hub.oidc.client_id must be the client that the lab is registered as.");
  require(!token.nonce.empty() && equal_in_constant_time(token.nonce, expected.nonce), "it belongs to another log-in (nonce)", "Begin the log-in anew.");
  const std::string clocks = "Begin the log-in anew; when it stays so, the clocks of the provider and of this machine differ.";
  require(token.expires + kClockSkew > expected.now, "it has expired", clocks);
  require(!token.not_before || *token.not_before <= expected.now + kClockSkew, "it is not valid yet", clocks);
  require(token.issued.has_value(), "it does not say when it was issued (iat)", "The provider does not follow OpenID Connect Core.");
  require(*token.issued <= expected.now + kClockSkew, "it was issued in the future", clocks);
}

}  // namespace lab::oidc
