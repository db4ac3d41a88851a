#include "base/letter_case.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

TEST(LetterCase, lowers_ascii_letters_alone) {
  EXPECT_EQ(lower_case("Ab[Z]É"), "ab[z]É");
  EXPECT_EQ(lower_case(""), "");
}

TEST(LetterCase, compares_without_regard_to_case) {
  EXPECT_TRUE(equal_ignoring_case("OrderId", "orderID"));
  EXPECT_FALSE(equal_ignoring_case("order", "orders"));
  EXPECT_FALSE(equal_ignoring_case("a@", "a`"));
}

}  // namespace
}  // namespace lab
