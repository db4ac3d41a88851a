#include "base/utc_text.h"

#include <gtest/gtest.h>

namespace lab {

TEST(UtcText, cuts_off_fractions_on_both_sides_of_1970) {
  EXPECT_EQ(utc_text(1'700'000'000'999'999, "%Y-%m-%dT%H:%M:%S"), "2023-11-14T22:13:20");
  EXPECT_EQ(utc_text(-1, "%H:%M:%S"), "23:59:59");
}

}  // namespace lab
