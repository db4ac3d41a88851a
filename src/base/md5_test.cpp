#include "base/md5.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/checksum.h"

namespace lab {
namespace {

std::string some_bytes(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  for (char& each : bytes) each = static_cast<char>((seed = seed * 1'664'525 + 1'013'904'223) >> 24);
  return bytes;
}

TEST(Md5, is_the_sum_that_others_compute_of_every_length) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = some_bytes(size, static_cast<unsigned>(size));
    for (const std::size_t first : {std::size_t{0}, size / 3, size}) {
      Md5 sum;
      sum.update(std::string_view(bytes).substr(0, first));
      sum.update(std::string_view(bytes).substr(first));
      EXPECT_EQ(sum.finish(), checksum(ChecksumKind::Md5, bytes)) << size << " " << first;
    }
  }
}

TEST(Md5, is_the_same_when_several_are_taken_further_together) {
  for (const std::size_t count : {1, 2, 3, 4, 5, 7, 8, 11}) {
    std::vector<std::string> bytes;
    std::vector<Md5> sums(count);
    std::vector<Md5Input> inputs;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(some_bytes(1 + i * 7'919 % 40'000, static_cast<unsigned>(i)));
    for (std::size_t i = 0; i < count; ++i) {
      // Not at the beginning of a block.
      sums[i].update(bytes[i].substr(0, i % 3));
      inputs.push_back({&sums[i], std::string_view(bytes[i]).substr(std::min(i % 3, bytes[i].size()))});
    }
    while (!inputs.empty()) {
      advance_md5(inputs, 1'000);
      std::erase_if(inputs, [](const Md5Input& each) { return each.bytes.empty(); });
    }
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(sums[i].finish(), checksum(ChecksumKind::Md5, bytes[i])) << count << " " << i;
  }
}

}  // namespace
}  // namespace lab
