#include "base/checksum_crc.h"

#include <array>
#include <cstring>

#include <immintrin.h>

#include "base/error.h"

namespace lab::crc {
namespace {

// Everything below works on polynomials over GF(2) modulo the model's, kept reflected in the low `width` bits: the
// coefficient of x^0 is the highest of them.

std::uint64_t times_x(const Model& model, std::uint64_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? model.polynomial : 0);
}

std::uint64_t multiply(const Model& model, std::uint64_t left, std::uint64_t right) {
  std::uint64_t product = 0;
  for (std::uint64_t bit = 1ull << (model.width - 1); bit != 0; bit >>= 1) {
    if ((left & bit) != 0) product ^= right;
    right = times_x(model, right);
  }
  return product;
}

std::uint64_t power_of_x(const Model& model, std::uint64_t exponent) {
  std::uint64_t result = 1ull << (model.width - 1);
  std::uint64_t square = result >> 1;  // x
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = multiply(model, result, square);
    square = multiply(model, square, square);
  }
  return result;
}

struct Tables {
  explicit Tables(const Model& model) {
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::uint64_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = times_x(model, value);
      slices[0][i] = value;
    }
    for (std::size_t slice = 1; slice < 8; ++slice)
      for (std::size_t i = 0; i < 256; ++i)
        slices[slice][i] = (slices[slice - 1][i] >> 8) ^ slices[0][slices[slice - 1][i] & 0xff];

    // A carry-less product of two reflected 64-bit values stands one power of x too high in 128 bits, hence the - 1.
    const auto constant = [&](std::uint64_t exponent) { return power_of_x(model, exponent - 1) << (64 - model.width); };
    fold_one_low = constant(128 + 64);
    fold_one_high = constant(128);
    fold_four_low = constant(512 + 64);
    fold_four_high = constant(512);
  }

  std::array<std::array<std::uint64_t, 256>, 8> slices;
  std::uint64_t fold_one_low, fold_one_high, fold_four_low, fold_four_high;
};

const Tables& tables_of(const Model& model) {
  static const Tables crc32(kCrc32), crc32c(kCrc32c), crc64(kCrc64Nvme);
  if (model.width == 64) return crc64;
  return model.polynomial == kCrc32.polynomial ? crc32 : crc32c;
}

std::uint64_t update_by_tables(const Tables& tables, std::uint64_t state, const char* at, std::size_t count) {
  const auto& slices = tables.slices;
  for (; count >= 8; at += 8, count -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= state;
    state = slices[7][word & 0xff] ^ slices[6][(word >> 8) & 0xff] ^ slices[5][(word >> 16) & 0xff] ^
            slices[4][(word >> 24) & 0xff] ^ slices[3][(word >> 32) & 0xff] ^ slices[2][(word >> 40) & 0xff] ^
            slices[1][(word >> 48) & 0xff] ^ slices[0][word >> 56];
  }
  for (; count > 0; ++at, --count) state = (state >> 8) ^ slices[0][(state ^ static_cast<unsigned char>(*at)) & 0xff];
  return state;
}

__attribute__((target("pclmul,sse4.1"))) __m128i load_block(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

__attribute__((target("pclmul,sse4.1"))) __m128i fold(__m128i block, __m128i constants, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(block, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(block, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// Folds 64 bytes at a time into one 16-byte remainder that is congruent to everything before it, then lets the tables
// finish. `count` is at least 64.
__attribute__((target("pclmul,sse4.1"))) std::uint64_t update_by_folding(const Tables& tables, std::uint64_t state,
                                                                         const char* at, std::size_t count) {
  const __m128i by_four =
      _mm_set_epi64x(static_cast<long long>(tables.fold_four_high), static_cast<long long>(tables.fold_four_low));
  const __m128i by_one =
      _mm_set_epi64x(static_cast<long long>(tables.fold_one_high), static_cast<long long>(tables.fold_one_low));
  __m128i a = _mm_xor_si128(load_block(at), _mm_set_epi64x(0, static_cast<long long>(state)));
  __m128i b = load_block(at + 16);
  __m128i c = load_block(at + 32);
  __m128i d = load_block(at + 48);
  for (at += 64, count -= 64; count >= 64; at += 64, count -= 64) {
    a = fold(a, by_four, load_block(at));
    b = fold(b, by_four, load_block(at + 16));
    c = fold(c, by_four, load_block(at + 32));
    d = fold(d, by_four, load_block(at + 48));
  }
  a = fold(a, by_one, b);
  a = fold(a, by_one, c);
  a = fold(a, by_one, d);
  char remainder[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(remainder), a);
  return update_by_tables(tables, update_by_tables(tables, 0, remainder, sizeof remainder), at, count);
}

bool can_fold() {
  static const bool answer = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return answer;
}

}  // namespace

std::uint64_t update(const Model& model, std::uint64_t state, std::string_view bytes) {
  const auto& tables = tables_of(model);
  if (bytes.size() >= 64 && can_fold()) return update_by_folding(tables, state, bytes.data(), bytes.size());
  return update_by_tables(tables, state, bytes.data(), bytes.size());
}

std::uint64_t shift(const Model& model, std::uint64_t state, std::uint64_t num_bytes) {
  // x^8n by squaring, without letting 8n overflow.
  const auto power = power_of_x(model, num_bytes);
  auto eighth = power;
  for (int i = 0; i < 3; ++i) eighth = multiply(model, eighth, eighth);
  return multiply(model, state, eighth);
}

}  // namespace lab::crc
