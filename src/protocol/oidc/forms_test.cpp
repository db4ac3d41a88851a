#include "protocol/oidc/forms.h"

#include <gtest/gtest.h>

namespace lab::oidc {
namespace {

TEST(OidcForms, everything_but_plain_letters_is_encoded) {
  EXPECT_EQ(encode_fields({{"a", "b c&d=e"}, {"ü", "-._~"}}), "a=b%20c%26d%3De&%C3%BC=-._~");
  EXPECT_EQ(with_query("https://id/a?b=c#d", {{"e", "/"}}), "https://id/a?b=c&e=%2F");
  EXPECT_EQ(with_query("https://id/a", {{"e", "f"}}), "https://id/a?e=f");
}

// The example of RFC 7636, appendix B.
TEST(OidcForms, the_challenge_is_the_verifiers_hash) { EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"); }

TEST(OidcForms, parts_of_basic_authorization_are_encoded_first) {
  // The example of RFC 6749, 2.3.1.
  EXPECT_EQ(basic_authorization("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"), "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
  EXPECT_NE(basic_authorization("a:b", "c"), basic_authorization("a", "b:c"));
}

}  // namespace
}  // namespace lab::oidc
