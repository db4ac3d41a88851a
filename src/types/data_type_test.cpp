#include "types/data_type.h"

#include <gtest/gtest.h>

namespace lab::types {

TEST(DataType, compares_by_structure) {
  EXPECT_EQ(DataType::decimal(10, 2), DataType::decimal(10, 2));
  EXPECT_NE(DataType::decimal(10, 2), DataType::decimal(10, 3));
  EXPECT_EQ(DataType::array(TypeKind::Int), DataType::array(TypeKind::Int));
  EXPECT_NE(DataType::array(TypeKind::Int), DataType::array(TypeKind::Int, false));
  EXPECT_NE(DataType::array(TypeKind::Int), DataType::array(TypeKind::Long));
  EXPECT_NE(DataType::string("UNICODE"), DataType::string());
  EXPECT_EQ(DataType::structure({}), DataType(TypeKind::Struct));
  EXPECT_NE(DataType::structure({{"a", TypeKind::Int, true, {}}}), DataType::structure({{"A", TypeKind::Int, true, {}}}));
}

TEST(DataType, has_the_same_shape_whatever_may_be_null) {
  const auto strict = DataType::structure({{"a", DataType::array(TypeKind::Int, false), false, R"({"comment":"x"})"}});
  const auto loose = DataType::structure({{"a", DataType::array(TypeKind::Int, true), true, {}}});
  EXPECT_NE(strict, loose);
  EXPECT_TRUE(same_shape(strict, loose));
  EXPECT_FALSE(same_shape(strict, DataType::structure({{"A", DataType::array(TypeKind::Int), true, {}}})));
  EXPECT_EQ(as_nullable(strict).fields()[0].type, DataType::array(TypeKind::Int));
  EXPECT_TRUE(as_nullable(strict).fields()[0].nullable);
}

TEST(DataType, knows_its_families) {
  EXPECT_TRUE(DataType(TypeKind::Short).is_integral());
  EXPECT_TRUE(DataType::decimal(1, 0).is_numeric());
  EXPECT_FALSE(DataType::decimal(1, 0).is_fractional());
  EXPECT_TRUE(DataType::varchar(3).is_text());
  EXPECT_FALSE(DataType(TypeKind::Null).is_atomic());
}

}  // namespace lab::types
