#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lab::crc {

/// A CRC whose bits run from the least significant one (reflected), register and result inverted: CRC-32, CRC-32C and
/// CRC-64/NVME are three values of this.
struct Model {
  std::uint64_t polynomial = 0;  ///< reflected
  int width = 32;
  std::uint64_t mask() const { return width == 64 ? ~0ull : (1ull << width) - 1; }
};

inline constexpr Model kCrc32{0xEDB88320u, 32};
inline constexpr Model kCrc32c{0x82F63B78u, 32};
inline constexpr Model kCrc64Nvme{0x9A6C9329AC4BC9B5ull, 64};

/// Runs `bytes` through the register (not inverted: the caller starts with all ones and inverts the end).
std::uint64_t update(const Model& model, std::uint64_t state, std::string_view bytes);
/// Multiplies a register by x^(8 * num_bytes): what feeding that many zero bytes does to it.
std::uint64_t shift(const Model& model, std::uint64_t state, std::uint64_t num_bytes);

}  // namespace lab::crc
