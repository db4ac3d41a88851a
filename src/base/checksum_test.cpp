#include "base/checksum.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace lab {
namespace {

// Bit by bit, as the definition says; what the fast ways are held to.
std::string slow_crc(std::uint64_t polynomial, int width, std::string_view bytes) {
  const std::uint64_t mask = width == 64 ? ~0ull : (1ull << width) - 1;
  std::uint64_t state = mask;
  for (const char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) state = (state >> 1) ^ ((state & 1) != 0 ? polynomial : 0);
  }
  state ^= mask;
  std::string result;
  for (int shift = width - 8; shift >= 0; shift -= 8) result += static_cast<char>(state >> shift);
  return result;
}

TEST(Checksum, gives_the_published_check_values) {
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Crc32, "123456789")), "cbf43926");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Crc32c, "123456789")), "e3069283");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Crc64Nvme, "123456789")), "ae8b14860a799888");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Md5, "")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Sha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::Sha256, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::XxHash64, "")), "2d06800538d394c2");
  EXPECT_EQ(to_hex(checksum(ChecksumKind::XxHash128, "")), "99aa06d3014798d86001c324468d497f");
}

TEST(Checksum, is_the_same_for_every_length_and_every_way_of_cutting) {
  const auto bytes = random_bytes(1000);
  for (std::size_t length : {0, 1, 7, 8, 15, 63, 64, 65, 127, 128, 200, 511, 512, 513, 1000}) {
    const std::string_view part(bytes.data(), length);
    EXPECT_EQ(checksum(ChecksumKind::Crc32, part), slow_crc(0xEDB88320u, 32, part)) << length;
    EXPECT_EQ(checksum(ChecksumKind::Crc32c, part), slow_crc(0x82F63B78u, 32, part)) << length;
    EXPECT_EQ(checksum(ChecksumKind::Crc64Nvme, part), slow_crc(0x9A6C9329AC4BC9B5ull, 64, part)) << length;
  }
  for (const auto kind : {ChecksumKind::Crc32, ChecksumKind::Crc64Nvme, ChecksumKind::Md5, ChecksumKind::XxHash64}) {
    const auto hasher = create_hasher(kind);
    hasher->update(std::string_view(bytes).substr(0, 100));
    hasher->update("");
    hasher->update(std::string_view(bytes).substr(100, 301));
    hasher->update(std::string_view(bytes).substr(401));
    EXPECT_EQ(hasher->finish(), checksum(kind, bytes)) << checksum_name(kind);
  }
}

TEST(Checksum, joins_crcs_of_parts) {
  const auto bytes = random_bytes(777);
  for (const auto kind : {ChecksumKind::Crc32, ChecksumKind::Crc32c, ChecksumKind::Crc64Nvme}) {
    for (std::size_t cut : {0, 1, 300, 776, 777}) {
      const auto first = std::string_view(bytes).substr(0, cut);
      const auto second = std::string_view(bytes).substr(cut);
      EXPECT_EQ(combine_crc(kind, checksum(kind, first), checksum(kind, second), second.size()), checksum(kind, bytes))
          << checksum_name(kind) << " cut at " << cut;
    }
  }
}

TEST(Checksum, has_a_name_for_every_kind) {
  for (const auto kind : {ChecksumKind::Crc32, ChecksumKind::Crc32c, ChecksumKind::Crc64Nvme, ChecksumKind::Md5,
                          ChecksumKind::Sha1, ChecksumKind::Sha256, ChecksumKind::XxHash64, ChecksumKind::XxHash128}) {
    EXPECT_EQ(find_checksum_kind(checksum_name(kind)), kind);
    EXPECT_EQ(checksum(kind, "x").size(), checksum_size(kind));
  }
  EXPECT_FALSE(find_checksum_kind("CRC16"));
}

}  // namespace
}  // namespace lab
