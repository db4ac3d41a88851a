#include "scan/packing.h"

#include <gtest/gtest.h>

namespace lab::scan {
namespace {

struct Collected : UnpackedSink {
  std::string text;
  void append(std::string_view block) override { text += block; }
};

std::string packed(Packing packing, const std::string& text) {
  std::string out;
  const auto packer = Packer::create(packing);
  packer->pack(text, out);
  packer->finish(out);
  return out;
}

constexpr Packing kAll[] = {Packing::Gzip, Packing::Bzip2, Packing::Zstd, Packing::Snappy, Packing::Lz4, Packing::Deflate};

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + "\n";
  return text;
}

TEST(Packing, unpacks_what_it_packed) {
  const std::string text = long_text();
  for (const Packing packing : kAll) {
    Collected sink;
    EXPECT_EQ(unpack(packed(packing, text), packing, sink), std::nullopt) << packing_suffix(packing);
    EXPECT_EQ(sink.text, text) << packing_suffix(packing);
  }
}

TEST(Packing, streams_behind_one_another_are_one_text) {
  for (const Packing packing : kAll) {
    Collected sink;
    EXPECT_EQ(unpack(packed(packing, "one\n") + packed(packing, "two\n"), packing, sink), std::nullopt) << packing_suffix(packing);
    EXPECT_EQ(sink.text, "one\ntwo\n") << packing_suffix(packing);
  }
}

TEST(Packing, a_torn_or_foreign_stream_is_noticed) {
  for (const Packing packing : kAll) {
    const std::string whole = packed(packing, long_text());
    Collected sink;
    EXPECT_NE(unpack(std::string_view(whole).substr(0, whole.size() / 2), packing, sink), std::nullopt) << packing_suffix(packing);
    if (packing != Packing::Bzip2) EXPECT_NE(unpack("a,b\n1,2\n", packing, sink), std::nullopt) << packing_suffix(packing);
  }
}

TEST(Packing, bzip2_without_a_block_is_nothing) {
  Collected sink;
  EXPECT_EQ(unpack("a,b\n1,2\n", Packing::Bzip2, sink), std::nullopt);
  EXPECT_EQ(sink.text, "");
}

TEST(Packing, names_and_suffixes_are_those_of_spark) {
  EXPECT_EQ(packing_of("/x/part-00000.csv.gz"), Packing::Gzip);
  EXPECT_EQ(packing_of("/x/part-00000.csv"), Packing::None);
  EXPECT_EQ(packing_named("GZIP"), Packing::Gzip);
  EXPECT_EQ(packing_named("none"), Packing::None);
  EXPECT_EQ(packing_named("nope"), std::nullopt);
}

}  // namespace
}  // namespace lab::scan
