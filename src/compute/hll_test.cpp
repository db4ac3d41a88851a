#include "compute/hll.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

// The numbers are those of tests/golden/functions/hll.json, where a real Spark made the sketches.
namespace lab::compute {
namespace {

HllSketch range(int lg_k, std::int64_t from, std::int64_t to, std::int64_t step = 1) {
  HllSketch sketch(lg_k);
  for (std::int64_t i = from; i < to; i += step) sketch.add(i);
  return sketch;
}

TEST(HllSketch, keeps_few_values_as_a_list) {
  const std::string bytes = range(12, 1, 4).bytes();
  ASSERT_EQ(bytes.size(), 40U);
  EXPECT_EQ(bytes.substr(0, 12), std::string("\x02\x01\x07\x0C\x03\x00\x03\x08\x2B\xF2\xFB\x06", 12));
}

TEST(HllSketch, estimates_as_datasketches) {
  EXPECT_EQ(std::llround(range(12, 0, 30'000).estimate()), 30'397);
  HllSketch united(4);
  for (std::int64_t first = 0; first < 4; ++first) united.unite(range(4, first, 1000, 4), 4, false);
  EXPECT_EQ(std::llround(united.estimate()), 828);
}

TEST(HllSketch, reads_what_it_wrote) {
  for (const int lg_k : {4, 8, 12})
    for (const std::int64_t count : {0, 5, 40, 5000}) {
      const HllSketch sketch = range(lg_k, 0, count);
      const auto read = HllSketch::decode(sketch.bytes());
      ASSERT_TRUE(read) << lg_k << " " << count;
      EXPECT_EQ(read->bytes(), sketch.bytes());
      EXPECT_EQ(read->estimate(), sketch.estimate());
    }
}

TEST(HllSketch, takes_no_torn_bytes) {
  for (const std::int64_t count : {5, 40, 5000}) {
    const std::string bytes = range(10, 0, count).bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A list is told by its number of coupons: the empty places behind may be gone.
      if (count == 5 && size >= 28) break;
      EXPECT_FALSE(HllSketch::decode(std::string_view(bytes).substr(0, size))) << size;
    }
  }
}

}  // namespace
}  // namespace lab::compute
