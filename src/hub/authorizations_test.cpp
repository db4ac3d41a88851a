#include "hub/authorizations.h"

#include <gtest/gtest.h>

namespace lab::hub {
namespace {

class AuthorizationsTest : public testing::Test {
 protected:
  std::string issue(std::string challenge = {}) {
    return codes_.issue({.user = "ann", .client = "jupyterhub-user-ann", .redirect_uri = "/user/ann/oauth_callback", .session = {}, .scopes = {}, .challenge = std::move(challenge)});
  }
  bool redeem(const std::string& code, const std::string& client = "jupyterhub-user-ann", const std::string& uri = "/user/ann/oauth_callback", const std::string& verifier = {}) {
    return codes_.redeem(code, client, uri, verifier).has_value();
  }

  ManualClock clock_;
  Authorizations codes_{clock_};
};

TEST_F(AuthorizationsTest, a_code_is_good_once) {
  const auto code = issue();
  EXPECT_TRUE(redeem(code));
  EXPECT_FALSE(redeem(code));
}

TEST_F(AuthorizationsTest, a_code_is_good_for_its_client_and_address_alone_and_used_up_by_others) {
  const auto stolen = issue();
  EXPECT_FALSE(redeem(stolen, "jupyterhub-user-ben"));
  EXPECT_FALSE(redeem(stolen));
  EXPECT_FALSE(redeem(issue(), "jupyterhub-user-ann", "https://elsewhere/"));
}

TEST_F(AuthorizationsTest, a_code_ends) {
  const auto code = issue();
  clock_.advance(std::chrono::minutes(1));
  EXPECT_FALSE(redeem(code));
}

// The pair of RFC 7636, appendix B.
TEST_F(AuthorizationsTest, a_challenge_wants_its_verifier) {
  const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_TRUE(redeem(issue(challenge), "jupyterhub-user-ann", "/user/ann/oauth_callback", verifier));
  EXPECT_FALSE(redeem(issue(challenge), "jupyterhub-user-ann", "/user/ann/oauth_callback", "another"));
}

}  // namespace
}  // namespace lab::hub
