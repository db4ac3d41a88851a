#include "base/error.h"

#include <gtest/gtest.h>

namespace lab {

TEST(Error, fills_its_parameters_into_the_template) {
  const Error error(conditions::kTableOrViewNotFound, {{"relationName", "`t`"}});
  EXPECT_EQ(error.message().find("The table or view `t` cannot be found."), 0u);
  EXPECT_EQ(std::string(error.what()).find("[TABLE_OR_VIEW_NOT_FOUND] The table"), 0u);
}

TEST(Error, leaves_an_unknown_parameter_standing) {
  EXPECT_EQ(Error(conditions::kInternalError, {}).message(), "<message>");
}

TEST(Error, finds_a_registered_condition_by_name) {
  register_condition(conditions::kInternalError);
  EXPECT_EQ(find_condition("INTERNAL_ERROR"), &conditions::kInternalError);
  EXPECT_EQ(find_condition("NO_SUCH_THING"), nullptr);
}

}  // namespace lab
