#include "wire/apps/frames.h"

#include <gtest/gtest.h>

#include <string>

namespace lab::wire::apps {
namespace {

// RFC 6455, 5.7.
const std::string kHello("\x81\x05Hello", 7), kMaskedHello("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11), kPing("\x89\x05Hello", 7), kMaskedPong("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);

bool has_data(std::initializer_list<std::string> frames) {
  FrameScanner scanner;
  bool found = false;
  for (const std::string& frame : frames) found |= scanner.take(frame);
  return found;
}

TEST(AppFrames, data_is_told_from_pings_and_pongs) {
  EXPECT_TRUE(has_data({kHello}));
  EXPECT_TRUE(has_data({kMaskedHello}));
  EXPECT_FALSE(has_data({kPing, kMaskedPong, kPing}));
  EXPECT_TRUE(has_data({kPing, kMaskedPong + kMaskedHello}));
  EXPECT_TRUE(has_data({kPing + kHello + kPing}));
}

TEST(AppFrames, frames_may_be_cut_anywhere) {
  const std::string both = kMaskedPong + kPing + kMaskedHello;
  FrameScanner scanner;
  for (std::size_t i = 0; i < both.size(); ++i) EXPECT_EQ(scanner.take(both.substr(i, 1)), i >= both.size() - 6) << i;
}

TEST(AppFrames, long_frames_are_followed_to_their_end) {
  const std::string ping = kPing;
  const std::string of_256 = std::string("\x82\x7e\x01\x00", 4) + std::string(256, '\x81'), of_64_ki = std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10) + std::string(65536, '\x81');
  for (const std::string& frame : {of_256, of_64_ki}) {
    FrameScanner scanner;
    EXPECT_TRUE(scanner.take(frame));
    EXPECT_FALSE(scanner.take(ping));
    EXPECT_TRUE(scanner.take(frame.substr(0, 20)));
    EXPECT_TRUE(scanner.take(frame.substr(20)));
    EXPECT_FALSE(scanner.take(ping));
  }
}

TEST(AppFrames, an_empty_frame_of_data_counts) {
  EXPECT_TRUE(has_data({std::string("\x81\x00", 2)}));
  EXPECT_FALSE(has_data({std::string("\x89\x00", 2), kPing}));
}

}  // namespace
}  // namespace lab::wire::apps
