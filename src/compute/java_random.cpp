#include "compute/java_random.h"

#include <array>
#include <cmath>
#include <initializer_list>

namespace lab::compute {

namespace {

constexpr double kDoubleUnit = 0x1.0p-53;

template <typename Random>
double double_of(Random& random) {
  const auto high = static_cast<std::int64_t>(random.next(26));
  return static_cast<double>((high << 27) + random.next(27)) * kDoubleUnit;
}

std::uint32_t rotated(std::uint32_t x, int by) { return x << by | x >> (32 - by); }

/// Scala's MurmurHash3.bytesHash of a long's eight bytes, highest first.
std::uint32_t scala_hash(std::uint64_t value, std::uint32_t seed) {
  std::uint32_t hash = seed;
  for (const int shift : {56, 24}) {
    // Four bytes make a little-endian word.
    std::uint32_t word = 0;
    for (int i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(value >> (shift - 8 * i) & 0xFF) << (8 * i);
    word = rotated(word * 0xCC9E2D51U, 15) * 0x1B873593U;
    hash = rotated(hash ^ word, 13) * 5 + 0xE6546B64U;
  }
  hash ^= 8;
  hash = (hash ^ hash >> 16) * 0x85EBCA6BU;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35U;
  return hash ^ hash >> 16;
}

std::uint64_t xor_shifted(std::uint64_t state) {
  state ^= state << 21;
  state ^= state >> 35;
  return state ^ state << 4;
}

}  // namespace

std::int32_t JavaRandom::next(int bits) {
  // Java's product wraps.
  state_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(state_) * kMultiplier + 0xB) & kMask;
  return static_cast<std::int32_t>(state_ >> (48 - bits));
}

double JavaRandom::next_double() { return double_of(*this); }

std::int32_t JavaRandom::next_int(std::int32_t bound) {
  std::int32_t bits = next(31);
  if ((bound & (bound - 1)) == 0) return static_cast<std::int32_t>(static_cast<std::int64_t>(bound) * bits >> 31);
  // Draws from the uneven rest are thrown away; Java sees it by an overflow.
  for (std::int32_t value = bits % bound;; bits = next(31), value = bits % bound)
    if (static_cast<std::int64_t>(bits) - value + (bound - 1) <= INT32_MAX) return value;
}

SparkRandom::SparkRandom(std::int64_t seed) {
  const auto value = static_cast<std::uint64_t>(seed);
  const std::uint32_t low = scala_hash(value, 0x3C074A61);
  const std::uint32_t high = scala_hash(value, low);
  state_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(high) << 32 | low);
}

std::int32_t SparkRandom::next(int bits) {
  const std::uint64_t state = xor_shifted(static_cast<std::uint64_t>(state_));
  state_ = static_cast<std::int64_t>(state);
  return static_cast<std::int32_t>(state & ((1ULL << bits) - 1));
}

double SparkRandom::next_double() { return double_of(*this); }

namespace {

/// A linear map of 64 bits: the image of each bit.
using BitMap = std::array<std::uint64_t, 64>;

std::uint64_t image(const BitMap& map, std::uint64_t bits) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; bits != 0; ++i, bits >>= 1)
    if ((bits & 1) != 0) result ^= map[i];
  return result;
}

/// 2^k steps at once: a step is linear, so steps are squared.
const std::array<BitMap, 64>& jumps() {
  static const std::array<BitMap, 64> maps = [] {
    std::array<BitMap, 64> made{};
    for (std::size_t i = 0; i < 64; ++i) made[0][i] = xor_shifted(1ULL << i);
    for (std::size_t k = 1; k < 64; ++k)
      for (std::size_t i = 0; i < 64; ++i) made[k][i] = image(made[k - 1], made[k - 1][i]);
    return made;
  }();
  return maps;
}

}  // namespace

void SparkRandom::skip(std::uint64_t draws) {
  auto state = static_cast<std::uint64_t>(state_);
  std::uint64_t steps = draws * 2;
  for (std::size_t k = 0; steps != 0; ++k, steps >>= 1)
    if ((steps & 1) != 0) state = image(jumps()[k], state);
  state_ = static_cast<std::int64_t>(state);
  has_spare_ = false;
}

// java.util.Random.nextGaussian of 17: the polar method, two numbers at a time.
double SparkRandom::next_gaussian() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double a = 0, b = 0, square = 0;
  do {
    a = 2 * next_double() - 1;
    b = 2 * next_double() - 1;
    square = a * a + b * b;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  spare_ = b * factor;
  has_spare_ = true;
  return a * factor;
}

}  // namespace lab::compute
