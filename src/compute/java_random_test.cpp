#include "compute/java_random.h"

#include <gtest/gtest.h>

namespace lab::compute {
namespace {

TEST(SparkRandom, skips_as_if_it_had_drawn) {
  for (const std::uint64_t draws : {0ULL, 1ULL, 2ULL, 63ULL, 1000ULL, 65'537ULL}) {
    SparkRandom drawn(42), skipped(42);
    for (std::uint64_t i = 0; i < draws; ++i) drawn.next_double();
    skipped.skip(draws);
    EXPECT_EQ(drawn.next_double(), skipped.next_double()) << draws;
  }
}

}  // namespace
}  // namespace lab::compute
