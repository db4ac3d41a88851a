#include "lake/delta/deletion_vector.h"

#include <numeric>

#include "base/checksum.h"
#include "lake/delta/test_tables.h"

namespace lab::lake::delta {
namespace {

using namespace test;

// A RoaringBitmapArray of one bitmap for key 0 with the rows 3, 4, 7, 11, 18, 29.
const std::string kRows("\xD1\xD3\x39\x64" "\1\0\0\0\0\0\0\0" "\0\0\0\0" "\x3A\x30\0\0\1\0\0\0" "\0\0\5\0" "\x10\0\0\0" "\3\0\4\0\7\0\xB\0\x12\0\x1D\0", 44);

std::string encode_base85(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 4; ++k) word = word << 8 | static_cast<unsigned char>(bytes[i + k]);
    std::string group;
    for (int k = 0; k < 5; ++k, word /= 85) group.insert(group.begin(), kAlphabet[word % 85]);
    text += group;
  }
  return text;
}

const DeletionVector kInline{'i', encode_base85(kRows), std::nullopt, 44, 6};

TEST(DeletionVectors, inline_rows_are_read) {
  Place place(Place::Kind::Folder);
  EXPECT_EQ(read_deletion_vector(*place.storage(), kInline), (std::vector<std::uint64_t>{3, 4, 7, 11, 18, 29}));
}

TEST(DeletionVectors, a_text_of_another_layout_is_refused) {
  // The example in the protocol's text has a magic number that no reader knows.
  Place place(Place::Kind::Folder);
  const DeletionVector example{'i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", std::nullopt, 40, 6};
  EXPECT_EQ(error_of([&] { read_deletion_vector(*place.storage(), example); }), "DELTA_DELETION_VECTOR_SIZE_MISMATCH");
}

TEST(DeletionVectors, keys_are_the_high_halves_of_row_numbers) {
  std::string two = kRows.substr(0, 4) + std::string("\2\0\0\0\0\0\0\0", 8) + kRows.substr(12);
  two += std::string("\1\0\0\0", 4) + kRows.substr(16);
  const auto rows = parse_roaring_array(two, 12);
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[6], (std::uint64_t{1} << 32) + 3);
  EXPECT_EQ(error_of([&] { parse_roaring_array(two, 11); }), "DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH");
}

TEST(DeletionVectors, a_relative_vector_lies_under_its_prefix) {
  EXPECT_EQ(deletion_vector_path({'u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6}), "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
  EXPECT_EQ(deletion_vector_path({'p', "s3://b/x%20y.bin", 4, 40, 6}), "s3://b/x y.bin");
}

TEST(DeletionVectors, an_identity_has_the_offset) {
  EXPECT_EQ((DeletionVector{'u', "abc", 4, 40, 6}).unique_id(), "uabc@4");
  EXPECT_EQ(kInline.unique_id(), "i" + kInline.path_or_inline);
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

TEST(DeletionVectors, files_are_held_against_size_checksum_and_count) {
  Place place(Place::Kind::Folder);
  const auto storage = place.storage();
  const std::string data = kRows;
  const std::string good = "\x01" + big_endian(44) + data + checksum(ChecksumKind::Crc32, data);
  const DeletionVector stored{'u', "ab^-aqEH.-t@S}K{vb[*k^", 1, 44, 6};
  const std::string path = deletion_vector_path(stored);
  const auto outcome = [&](const std::string& bytes, DeletionVector vector) {
    storage->write(path, bytes);
    return error_of([&] { read_deletion_vector(*storage, vector); });
  };
  EXPECT_EQ(outcome(good, stored), "");
  EXPECT_EQ(read_deletion_vector(*storage, stored).size(), 6u);
  std::string flipped = good;
  flipped[20] ^= 1;
  EXPECT_EQ(outcome(flipped, stored), "DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH");
  EXPECT_EQ(outcome(good.substr(0, 30), stored), "DELTA_DELETION_VECTOR_SIZE_MISMATCH");
  DeletionVector other = stored;
  other.cardinality = 7;
  EXPECT_EQ(outcome(good, other), "DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH");
  other.cardinality = 5;
  EXPECT_EQ(outcome(good, other), "DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH");
  other = stored;
  other.offset = 1 << 30;
  EXPECT_EQ(outcome(good, other), "DELTA_DELETION_VECTOR_SIZE_MISMATCH");
  other.offset = -5;
  EXPECT_EQ(outcome(good, other), "DELTA_DELETION_VECTOR_SIZE_MISMATCH");
  other = stored;
  other.path_or_inline = "ab^-aqEH.-t@S}K{vb[*kk";
  EXPECT_EQ(error_of([&] { read_deletion_vector(*storage, other); }), "DELTA_FILE_NOT_FOUND");
}

TEST(DeletionVectors, bad_text_is_refused) {
  EXPECT_FALSE(decode_base85("abc"));
  EXPECT_FALSE(decode_base85("ab\"cd"));
  EXPECT_FALSE(decode_base85("#####"));
  EXPECT_EQ(decode_base85("HelloWorld"), "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B");
}

}  // namespace
}  // namespace lab::lake::delta
