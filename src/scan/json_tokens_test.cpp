#include "scan/json_tokens.h"

#include <gtest/gtest.h>

namespace lab::scan {
namespace {

bool is_json(const std::string& text, const JsonOptions& options = {}) {
  JsonTokens tokens(options);
  tokens.begin(text);
  tokens.next();
  return tokens.skip_children();
}

std::string again(const std::string& text, bool exact = false) {
  const JsonOptions options;
  JsonTokens tokens(options);
  tokens.begin(text);
  tokens.next();
  std::string out;
  return tokens.append_value(out, exact) ? out : "bad";
}

TEST(JsonTokens, is_as_strict_as_jackson) {
  for (const char* good : {"1", "-0.5e+3", "\"x\"", "{}", "[]", "[1, {\"a\": null}]", "'x'", "NaN", "-INF", "true", "{\"a\":1} trailing"}) EXPECT_TRUE(is_json(good)) << good;
  for (const char* bad : {"01", "1.", ".5", "+1", "-", "1e", "tru", "truex", "\"x", "{\"a\"}", "{\"a\":1,}", "[1,]", "[1 2]", "{a:1}", "\"\\x\"", "\"a\tb\"", "INF", "[}", "\"\xff\""})
    EXPECT_FALSE(is_json(bad)) << bad;
}

TEST(JsonTokens, options_allow_more) {
  JsonOptions options;
  options.allows_comments = options.allows_unquoted_names = options.allows_leading_zeros = options.allows_any_escape = options.allows_control_characters = true;
  for (const char* good : {"/* c */ {a: 007 // end\n}", "\"\\x\"", "\"a\tb\""}) EXPECT_TRUE(is_json(good, options)) << good;
  options.allows_single_quotes = options.allows_special_numbers = false;
  for (const char* bad : {"'x'", "NaN", "[-Infinity]"}) EXPECT_FALSE(is_json(bad, options)) << bad;
}

TEST(JsonTokens, nesting_has_a_limit) {
  EXPECT_TRUE(is_json(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(is_json(std::string(1001, '[') + std::string(1001, ']')));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST(JsonTokens, escapes_become_text) {
  const JsonOptions options;
  JsonTokens tokens(options);
  tokens.begin(R"("a\n\u00e9\ud83d\ude00\ud83d")");
  ASSERT_EQ(tokens.next(), JsonToken::String);
  EXPECT_EQ(tokens.text(), "a\né😀?");
}

TEST(JsonTokens, prints_values_as_jackson_or_as_they_are) {
  EXPECT_EQ(again(R"({"a" : 1.10, "b":[ 1e2,"\u0041", NaN ]} x)"), R"({"a":1.1,"b":[100.0,"A","NaN"]})");
  EXPECT_EQ(again(R"({"a" : 1.10} x)", true), R"({"a" : 1.10})");
  EXPECT_EQ(again("[1"), "bad");
}

}  // namespace
}  // namespace lab::scan
