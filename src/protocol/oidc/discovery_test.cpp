#include "protocol/oidc/discovery.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "protocol/oidc/conditions.h"

namespace lab::oidc {
namespace {

using nlohmann::json;

json good_document() {
  return {{"issuer", "https://id.example.org/a"},
          {"authorization_endpoint", "https://id.example.org/a/in"},
          {"token_endpoint", "https://id.example.org/a/token"},
          {"jwks_uri", "https://keys.example.org/a"},
          {"token_endpoint_auth_methods_supported", json::array({"client_secret_post"})}};
}

void expect_refused(const std::string& text, std::string_view issuer = "https://id.example.org/a") {
  try {
    parse_discovery(text, issuer);
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kBadDiscovery) << text;
    return;
  }
  ADD_FAILURE() << text << " was taken";
}

TEST(Discovery, says_where_to_ask_what) {
  EXPECT_EQ(discovery_address("https://id.example.org/a/"), "https://id.example.org/a/.well-known/openid-configuration");
  const Discovery found = parse_discovery(good_document().dump(), "https://id.example.org/a");
  EXPECT_EQ(found.keys, "https://keys.example.org/a");
  EXPECT_EQ(found.token_ways, std::vector<std::string>{"client_secret_post"});
  EXPECT_TRUE(found.end_session.empty());
  EXPECT_FALSE(found.names_itself);
}

TEST(Discovery, what_cannot_be_used_is_refused) {
  for (const char* text : {"", "[]", "{}", "<html>", "null"}) expect_refused(text);
  expect_refused(good_document().dump(), "https://id.example.org/a/");
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    json lacking = good_document(), plain = good_document(), wrong = good_document();
    lacking.erase(name);
    expect_refused(lacking.dump());
    plain[name] = "http://id.example.org/a";
    expect_refused(plain.dump());
    wrong[name] = 7;
    expect_refused(wrong.dump());
  }
}

}  // namespace
}  // namespace lab::oidc
