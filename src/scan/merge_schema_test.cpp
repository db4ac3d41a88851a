#include "scan/merge_schema.h"

#include <gtest/gtest.h>

namespace lab::scan {

using types::DataType;
using types::Schema;
using types::TypeKind;

TEST(MergeSchema, columns_of_both_and_then_those_of_the_second) {
  const Schema left{{"id", TypeKind::Int, true, {}}, {"x", TypeKind::String, true, {}}};
  const Schema right{{"ID", TypeKind::Int, true, {}}, {"y", TypeKind::Double, true, {}}};
  const auto merged = merge_schemas(left, right, false);
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->size(), 3U);
  EXPECT_EQ((*merged)[0].name, "id");
  EXPECT_EQ((*merged)[2].name, "y");
  EXPECT_EQ(merge_schemas(left, right, true)->size(), 4U);
}

TEST(MergeSchema, decimals_of_one_scale_take_the_wider_precision) {
  const auto decimal = [](int precision, int scale) { return Schema{{"d", DataType::decimal(precision, scale), true, {}}}; };
  EXPECT_EQ((*merge_schemas(decimal(10, 2), decimal(12, 2), false))[0].type, DataType::decimal(12, 2));
  EXPECT_FALSE(merge_schemas(decimal(10, 2), decimal(10, 3), false));
}

TEST(MergeSchema, structs_are_merged_and_other_types_must_be_the_same) {
  const auto column = [](DataType type) { return Schema{{"s", DataType::array(std::move(type)), true, {}}}; };
  const DataType a = DataType::structure({{"a", TypeKind::Int, true, {}}}), b = DataType::structure({{"b", TypeKind::Int, true, {}}});
  EXPECT_EQ((*merge_schemas(column(a), column(b), false))[0].type.element().fields().size(), 2U);
  EXPECT_FALSE(merge_schemas(column(a), column(DataType{TypeKind::Int}), false));
  EXPECT_FALSE(merge_schemas({{"n", TypeKind::Int, true, {}}}, {{"n", TypeKind::Long, true, {}}}, false));
}

}  // namespace lab::scan
