#include "commands/listing.h"

#include <gtest/gtest.h>

namespace lab::commands {

TEST(Listing, a_pattern_has_stars_and_alternatives_and_no_case) {
  EXPECT_TRUE(matches_pattern("Sales_2024", "sales*"));
  EXPECT_TRUE(matches_pattern("costs", "sales*|cost?|costs"));
  EXPECT_FALSE(matches_pattern("costs", "sales*"));
  EXPECT_TRUE(matches_pattern("anything", std::nullopt));
  EXPECT_TRUE(matches_pattern("a", "*"));
  EXPECT_FALSE(matches_pattern("ab", "a"));
}

}  // namespace lab::commands
