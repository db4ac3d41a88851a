#include "hub/server_sizes.h"

#include <gtest/gtest.h>

namespace lab::hub {
namespace {

TEST(ServerSizes, a_list_names_cores_and_memory) {
  const auto sizes = parse_server_sizes("small=1/512MiB,very-large=16/64GiB");
  ASSERT_TRUE(sizes.has_value());
  ASSERT_EQ(sizes->size(), 2U);
  EXPECT_EQ((*sizes)[0].name, "small");
  EXPECT_EQ((*sizes)[0].cores, 1U);
  EXPECT_EQ((*sizes)[0].memory_bytes, 512ULL << 20U);
  EXPECT_EQ((*sizes)[1].name, "very-large");
  EXPECT_EQ((*sizes)[1].cores, 16U);
  EXPECT_EQ((*sizes)[1].memory_bytes, 64ULL << 30U);
  EXPECT_TRUE(parse_server_sizes("")->empty());
}

TEST(ServerSizes, what_is_of_another_form_is_none) {
  for (const char* text : {"small", "small=1", "small=1/1", "small=1/1TB", "small=0/1GiB", "small=2000/1GiB", "small=1/1MiB", "=1/1GiB", "Small=1/1GiB", "standard=1/1GiB", "a=1/1GiB,a=2/2GiB", "a=1/1GiB;b=1/1GiB", "a=1/99999999999999999999GiB", "a=1/1GiB,,b=1/1GiB"})
    EXPECT_FALSE(parse_server_sizes(text).has_value()) << text;
}

}  // namespace
}  // namespace lab::hub
