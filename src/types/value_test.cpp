#include "types/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lab::types {

TEST(Value, compares_nested_values_by_content) {
  const auto items = [](std::int64_t last) { return Value{Elements{std::make_shared<const Values>(Values{{std::int64_t{1}}, {last}})}}; };
  EXPECT_TRUE(items(2) == items(2));
  EXPECT_FALSE(items(2) == items(3));
  EXPECT_TRUE(Value{Elements{}} == Value{Elements{std::make_shared<const Values>()}});
  EXPECT_FALSE(Value{} == Value{false});
  EXPECT_TRUE(Value{std::nan("")} == Value{std::nan("")});
  EXPECT_FALSE((Value{Decimal{10, 1}} == Value{Decimal{100, 2}}));
}

TEST(Value, prints_decimals_plainly) {
  EXPECT_EQ(decimal_text(0, 0), "0");
  EXPECT_EQ(decimal_text(0, 2), "0.00");
  EXPECT_EQ(decimal_text(-5, 2), "-0.05");
  EXPECT_EQ(decimal_text(12345, 2), "123.45");
  EXPECT_EQ(decimal_text(12, -2), "1200");
  const Int128 smallest = static_cast<Int128>(1) << 127;
  EXPECT_EQ(decimal_text(smallest, 0), "-170141183460469231731687303715884105728");
}

}  // namespace lab::types
