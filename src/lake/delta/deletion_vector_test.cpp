#include "lake/delta/deletion_vector.h"

#include <numeric>

#include "base/checksum.h"
#include "lake/delta/test_tables.h"

namespace lab::lake::delta {
namespace {

using namespace test;

// The examples of the protocol's text.
const DeletionVector kInline{'i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", std::nullopt, 40, 6};

TEST(DeletionVectors, inline_rows_are_read) {
  Place place(Place::Kind::Folder);
  EXPECT_EQ(read_deletion_vector(*place.storage(), kInline), (std::vector<std::uint64_t>{3, 4, 7, 11, 18, 29}));
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
  const std::string data = decode_base85(kInline.path_or_inline)->substr(0, 40);
  const std::string good = "\x01" + big_endian(40) + data + checksum(ChecksumKind::Crc32, data);
  const DeletionVector stored{'u', "ab^-aqEH.-t@S}K{vb[*k^", 1, 40, 6};
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
