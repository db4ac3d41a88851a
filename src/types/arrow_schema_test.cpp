#include "types/arrow_schema.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "types/type_text.h"

namespace lab::types {

TEST(ArrowSchema, keeps_every_type_through_arrow_and_back) {
  const auto schema = parse_schema(
      "a boolean not null, b tinyint, c smallint, d int, e bigint, f float, g double, h decimal(20,3), i string, j binary, k date, "
      "l timestamp, m timestamp_ntz, n interval day to second, o interval year to month, p interval, q array<int>, "
      "r map<string,struct<x:int not null>>, s void, t variant");
  const auto arrow_schema = to_arrow(schema, "Europe/Berlin");
  EXPECT_EQ(from_arrow(*arrow_schema), schema);
}

TEST(ArrowSchema, sends_what_spark_sends) {
  EXPECT_EQ(to_arrow(DataType(TypeKind::Timestamp), "UTC")->ToString(), "timestamp[us, tz=UTC]");
  EXPECT_EQ(to_arrow(DataType(TypeKind::TimestampNtz), "UTC")->ToString(), "timestamp[us]");
  EXPECT_EQ(to_arrow(DataType::array(TypeKind::Int), "UTC")->ToString(), "list<element: int32>");
  EXPECT_EQ(to_arrow(DataType::day_time(), "UTC")->ToString(), "duration[us]");
  EXPECT_EQ(to_arrow(DataType::varchar(3), "UTC")->ToString(), "string");
}

TEST(ArrowSchema, takes_what_pandas_sends) {
  EXPECT_EQ(from_arrow(*arrow::large_utf8()), DataType(TypeKind::String));
  EXPECT_EQ(from_arrow(*arrow::timestamp(arrow::TimeUnit::NANO, "UTC")), DataType(TypeKind::Timestamp));
  EXPECT_EQ(from_arrow(*arrow::dictionary(arrow::int8(), arrow::utf8())), DataType(TypeKind::String));
  EXPECT_THROW(from_arrow(*arrow::uint32()), Error);
}

}  // namespace lab::types
