#include "base/md5.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <openssl/md5.h>

#include "base/error.h"

namespace lab {
namespace {

constexpr std::size_t kBlock = 64, kLanes = 4;

/// A word of each of four sums.
using Lanes = std::uint32_t __attribute__((vector_size(4 * kLanes)));

// RFC 1321: by how much each step turns, and what it adds.
constexpr std::array<std::uint32_t, 16> kTurns = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
constexpr std::array<std::uint32_t, 64> kAdded = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122,
    0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6,
    0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60,
    0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
    0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/// One block of each of four sums.
[[gnu::always_inline]] inline void add_block(Lanes (&state)[4], const Lanes (&block)[16]) {
  Lanes a = state[0], b = state[1], c = state[2], d = state[3];
#pragma clang loop unroll(full)
  for (unsigned step = 0; step < 64; ++step) {
    const unsigned round = step / 16;
    Lanes mixed;
    unsigned at = 0;
    if (round == 0) {
      mixed = d ^ (b & (c ^ d));
      at = step;
    } else if (round == 1) {
      // The two sides have no bit in common; added one after the other, the older one is out of the way of the newest word.
      mixed = (d & b) + (~d & c);
      at = (5 * step + 1) % 16;
    } else if (round == 2) {
      mixed = b ^ c ^ d;
      at = (3 * step + 5) % 16;
    } else {
      mixed = c ^ (b | ~d);
      at = 7 * step % 16;
    }
    const unsigned turn = kTurns[round * 4 + step % 4];
    const Lanes sum = a + block[at] + kAdded[step] + mixed;
    a = d;
    d = c;
    c = b;
    b += (sum << turn) | (sum >> (32 - turn));
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

// OpenSSL's functions over a state of one's own are called deprecated since 3.0; there are no others.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

/// One sum alone: OpenSSL's own assembly, over this state.
void add_blocks(std::array<std::uint32_t, 4>& words, const char* at, std::size_t count) {
  MD5_CTX context{};
  context.A = words[0], context.B = words[1], context.C = words[2], context.D = words[3];
  LAB_CHECK(MD5_Update(&context, at, count * kBlock) == 1);
  words = {context.A, context.B, context.C, context.D};
}

#pragma clang diagnostic pop

using FourWords = std::array<std::uint32_t, 4>*[kLanes];
using FourPlaces = const char* [kLanes];

[[gnu::always_inline]] inline void add_blocks_of_four_by(const FourWords& words, const FourPlaces& at, std::size_t count) {
  Lanes state[4];
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t lane = 0; lane < kLanes; ++lane) state[i][lane] = (*words[lane])[i];
  for (std::size_t done = 0; done < count * kBlock; done += kBlock) {
    Lanes block[16];
    for (std::size_t i = 0; i < 16; i += 4) {
      Lanes row[kLanes];
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        std::memcpy(&row[lane], at[lane] + done + 4 * i, sizeof row[lane]);
        if constexpr (std::endian::native == std::endian::big)
          for (std::size_t word = 0; word < kLanes; ++word) row[lane][word] = __builtin_bswap32(row[lane][word]);
      }
      // Four words of each sum become each word of four sums.
      const Lanes low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5), high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
      const Lanes low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5), high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
      block[i] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
      block[i + 1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
      block[i + 2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
      block[i + 3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
    }
    add_block(state, block);
  }
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t lane = 0; lane < kLanes; ++lane) (*words[lane])[i] = state[i][lane];
}

void add_blocks_of_four(const FourWords& words, const FourPlaces& at, std::size_t count) {
#if defined(__x86_64__)
  // With AVX-512 a turn and a mix of three words are one instruction each.
  struct Wide {
    __attribute__((target("avx512f,avx512vl"))) static void run(const FourWords& words, const FourPlaces& at, std::size_t count) { add_blocks_of_four_by(words, at, count); }
  };
  static const bool is_wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  if (is_wide) return Wide::run(words, at, count);
#endif
  add_blocks_of_four_by(words, at, count);
}

}  // namespace

std::size_t Md5::fill_up(std::string_view bytes) {
  if (num_rest_ == 0) return 0;
  const std::size_t taken = std::min(bytes.size(), kBlock - num_rest_);
  std::memcpy(rest_.data() + num_rest_, bytes.data(), taken);
  num_rest_ += taken;
  length_ += taken;
  if (num_rest_ == kBlock) {
    add_blocks(words_, rest_.data(), 1);
    num_rest_ = 0;
  }
  return taken;
}

void Md5::update(std::string_view bytes) {
  bytes.remove_prefix(fill_up(bytes));
  const std::size_t blocks = bytes.size() / kBlock;
  add_blocks(words_, bytes.data(), blocks);
  length_ += bytes.size();
  bytes.remove_prefix(blocks * kBlock);
  if (bytes.empty()) return;
  std::memcpy(rest_.data(), bytes.data(), bytes.size());
  num_rest_ = bytes.size();
}

std::string Md5::finish() {
  const std::uint64_t bits = length_ * 8;
  // A one, zeros up to the last eight bytes of a block, the length.
  std::string end(1 + (kBlock + 55 - num_rest_) % kBlock, '\0');
  end[0] = '\x80';
  for (unsigned shift = 0; shift < 64; shift += 8) end += static_cast<char>(bits >> shift);
  update(end);
  std::string sum;
  for (const std::uint32_t word : words_)
    for (unsigned shift = 0; shift < 32; shift += 8) sum += static_cast<char>(word >> shift);
  return sum;
}

void advance_md5(std::span<Md5Input> inputs, std::size_t most) {
  const auto advance_alone = [most](Md5Input& input) {
    const std::size_t count = std::min(most, input.bytes.size());
    input.sum->update(input.bytes.substr(0, count));
    input.bytes.remove_prefix(count);
  };
  while (inputs.size() > 1) {
    const auto four = inputs.first(std::min(inputs.size(), kLanes));
    inputs = inputs.subspan(four.size());
    for (Md5Input& each : four) each.bytes.remove_prefix(each.sum->fill_up(each.bytes));
    const auto shortest = std::ranges::min(four, {}, [](const Md5Input& each) { return each.bytes.size(); }).bytes.size();
    const std::size_t blocks = std::min(most, shortest) / kBlock;
    // Who has less than a block left goes its last way alone.
    if (blocks == 0) {
      for (Md5Input& each : four) advance_alone(each);
      continue;
    }
    // A lane without a sum does the first one's work once more, on a copy.
    std::array<std::uint32_t, 4> unused = four[0].sum->words_;
    FourWords words = {&unused, &unused, &unused, &unused};
    FourPlaces at = {four[0].bytes.data(), four[0].bytes.data(), four[0].bytes.data(), four[0].bytes.data()};
    for (std::size_t i = 0; i < four.size(); ++i) {
      words[i] = &four[i].sum->words_;
      at[i] = four[i].bytes.data();
    }
    add_blocks_of_four(words, at, blocks);
    for (Md5Input& each : four) {
      each.sum->length_ += blocks * kBlock;
      each.bytes.remove_prefix(blocks * kBlock);
    }
  }
  for (Md5Input& each : inputs) advance_alone(each);
}

}  // namespace lab
