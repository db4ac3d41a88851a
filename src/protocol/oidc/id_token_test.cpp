#include "protocol/oidc/id_token.h"

#include <functional>

#include <gtest/gtest.h>

#include "base/error.h"
#include "protocol/oidc/conditions.h"

namespace lab::oidc {
namespace {

constexpr std::chrono::sys_seconds kNow(std::chrono::seconds(1'700'000'000));

SignedToken good_token() {
  SignedToken token;
  token.issuer = "https://id.example.org";
  token.subject = "7";
  token.audiences = {"lab"};
  token.nonce = "once";
  token.expires = kNow + std::chrono::seconds(300);
  token.issued = kNow;
  return token;
}

bool is_taken(const std::function<void(SignedToken&)>& change) {
  SignedToken token = good_token();
  change(token);
  try {
    check_id_token(token, {"https://id.example.org", "lab", "once", kNow});
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kTokenRefused);
    return false;
  }
  return true;
}

TEST(IdToken, each_claim_counts) {
  EXPECT_TRUE(is_taken([](SignedToken&) {}));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.issuer += "/"; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.audiences = {"other"}; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.audiences = {}; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.audiences = {"lab", "other"}; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.authorized_party = "other"; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.nonce = ""; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.nonce = "twice"; }));
  EXPECT_FALSE(is_taken([](SignedToken& token) { token.issued.reset(); }));
  EXPECT_TRUE(is_taken([](SignedToken& token) {
    token.audiences = {"lab", "other"};
    token.authorized_party = "lab";
  }));
}

TEST(IdToken, clocks_may_be_a_minute_apart_and_no_more) {
  const auto late = std::chrono::seconds(30), too_late = std::chrono::seconds(90);
  EXPECT_TRUE(is_taken([&](SignedToken& token) { token.expires = kNow - late; }));
  EXPECT_FALSE(is_taken([&](SignedToken& token) { token.expires = kNow - too_late; }));
  EXPECT_TRUE(is_taken([&](SignedToken& token) { token.not_before = kNow + late; }));
  EXPECT_FALSE(is_taken([&](SignedToken& token) { token.not_before = kNow + too_late; }));
  EXPECT_TRUE(is_taken([&](SignedToken& token) { token.issued = kNow + late; }));
  EXPECT_FALSE(is_taken([&](SignedToken& token) { token.issued = kNow + too_late; }));
}

TEST(Claims, those_inside_of_others_have_a_dot) {
  const Claims claims = parse_claims(R"({"sub": "7", "realm": {"roles": ["a", "b"], "deep": {"er": true}}, "list": [1, {"x": 2}], "none": []})");
  EXPECT_EQ(claims.at("realm.roles"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(claims.at("realm.deep.er"), std::vector<std::string>{"true"});
  EXPECT_EQ(claims.at("list"), std::vector<std::string>{"1"});
  EXPECT_FALSE(claims.contains("none"));
  EXPECT_THROW(parse_claims("[]"), Error);
}

}  // namespace
}  // namespace lab::oidc
