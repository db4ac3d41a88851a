#include "lake/delta/json_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace lab::lake::delta {
namespace {

TEST(JsonReader, reads_members_in_order_and_keeps_digits) {
  JsonReader json(R"( {"a" : 1e2, "b\u0041":[true,null, {"x":{}}], "c":123456789012345678901234567890.5, "d":"q\"\\\n\u00e9\ud83d\ude00"} )");
  std::vector<std::string> keys;
  std::string decimal, text;
  std::int64_t number = 0;
  json.object([&](std::string_view key) {
    keys.emplace_back(key);
    if (key == "a")
      number = json.integer();
    else if (key == "c")
      decimal = json.token();
    else if (key == "d")
      text = json.text();
    else
      json.skip();
  });
  json.end();
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "bA", "c", "d"}));
  EXPECT_EQ(number, 100);
  EXPECT_EQ(decimal, "123456789012345678901234567890.5");
  EXPECT_EQ(text, "q\"\\\n\xC3\xA9\xF0\x9F\x98\x80");
}

TEST(JsonReader, refuses_what_is_no_json) {
  for (const char* bad : {"", "{", "{\"a\"}", "{\"a\":}", "[1,]", "[1 2]", "{\"a\":1,}", "tru", "01", "1.", "-", "\"x", "\"\\q\"", "\"\\ud800\"", "\"\\u12", "nul", "{a:1}",
                          "[1]x", "+1", "\"a\\"}) {
    EXPECT_THROW(
        {
          JsonReader json(bad);
          json.raw();
          json.end();
          if (std::string_view(bad).starts_with('"')) JsonReader(bad).text();
        },
        JsonError)
        << bad;
  }
}

TEST(JsonReader, does_not_follow_endless_nesting) {
  const std::string deep(100'000, '[');
  JsonReader json(deep);
  EXPECT_THROW(json.skip(), JsonError);
}

TEST(JsonReader, whole_numbers_only_where_they_are_asked_for) {
  EXPECT_EQ(JsonReader("-7").integer(), -7);
  EXPECT_EQ(JsonReader("3.0").integer(), 3);
  EXPECT_THROW(JsonReader("3.5").integer(), JsonError);
  EXPECT_THROW(JsonReader("99999999999999999999").integer(), JsonError);
}

}  // namespace
}  // namespace lab::lake::delta
