#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lab {

struct Md5Input;

/// A running MD5 that can be taken further together with others. One alone is as fast as any; four at once cost little more than
/// one, because a processor waits most of the time for the step before. Not thread-safe.
class Md5 {
 public:
  void update(std::string_view bytes);
  /// The 16 raw bytes. Ends it.
  std::string finish();

 private:
  friend void advance_md5(std::span<Md5Input> inputs, std::size_t most);
  /// Takes whole blocks for advance_md5(): what was left over is filled up first. Answers how many bytes of `bytes` that took.
  std::size_t fill_up(std::string_view bytes);

  std::array<std::uint32_t, 4> words_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::uint64_t length_ = 0;
  std::array<char, 64> rest_{};  ///< bytes of a block that is not whole
  std::size_t num_rest_ = 0;
};

/// Bytes that are to be added to a sum.
struct Md5Input {
  Md5* sum = nullptr;
  std::string_view bytes;
};

/// Takes up to `most` bytes (more than a block) of each input, four sums at a time, and off its `bytes`. The sums are different ones.
void advance_md5(std::span<Md5Input> inputs, std::size_t most);

}  // namespace lab
