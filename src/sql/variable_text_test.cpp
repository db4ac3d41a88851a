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

}  // namespace
}  // namespace lab::sql
