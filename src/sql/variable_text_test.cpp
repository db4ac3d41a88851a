#include "sql/variable_text.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace lab::sql {
namespace {

std::string filled(std::string_view text) {
  static const std::map<std::string, std::string> kSettings = {
      {"zone", "UTC"}, {"outer", "<${zone}>"}, {"loop", "${loop}"}};
  return with_variables(text, [](const char* name) {
    const auto found = kSettings.find(name);
    return found == kSettings.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(VariableText, puts_settings_in_the_place_of_references) {
  EXPECT_EQ(filled("'${zone}', '${spark:zone}', '${hiveconf:zone}' ${outer}"), "'UTC', 'UTC', 'UTC' <UTC>");
  EXPECT_EQ(filled("'$${nope}' '${hivevar:nope}' 1 ${a.b:c}"), "'$' '' 1 ");
}

TEST(VariableText, leaves_what_is_no_reference) {
  for (const char* text :
       {"${a b}", "'${}' AS a", "${other:nope}", "${env:HOME}", "${system:user.home}", "$", "${", "${x"})
    EXPECT_EQ(filled(text), text);
}

TEST(VariableText, refuses_a_setting_that_needs_itself) { EXPECT_THROW(filled("${loop}"), Error); }

TEST(VariableText, refuses_what_grows_without_end) {
  // Each names the next one twice: `${0}` would be 2^60 of the last.
  const auto doubled = [](const char* name) -> std::optional<std::string> {
    const int number = std::stoi(name);
    if (number == 60) return "";
    const std::string next = "${" + std::to_string(number + 1) + "}";
    return next + next;
  };
  EXPECT_THROW(with_variables("${0}", doubled), Error);
  const auto deeper = [](const char* name) { return std::optional("${" + std::to_string(std::stoi(name) + 1) + "}"); };
  EXPECT_THROW(with_variables("${0}", deeper), Error);
}

}  // namespace
}  // namespace lab::sql
