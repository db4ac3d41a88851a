#include "compute/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace lab::compute {

namespace {

std::uint32_t mix_key(std::uint32_t key) { return std::rotl(key * 0xcc9e2d51U, 15) * 0x1b873593U; }
std::uint32_t mix_hash(std::uint32_t hash, std::uint32_t key) { return std::rotl(hash ^ key, 13) * 5 + 0xe6546b64U; }
std::int32_t finish(std::uint32_t hash, std::uint32_t length) {
  hash ^= length;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35U;
  hash ^= hash >> 16;
  return static_cast<std::int32_t>(hash);
}

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87ULL, kPrime2 = 0xC2B2AE3D27D4EB4FULL,
                        kPrime3 = 0x165667B19E3779F9ULL, kPrime4 = 0x85EBCA77C2B2AE63ULL,
                        kPrime5 = 0x27D4EB2F165667C5ULL;

std::int64_t avalanche(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= kPrime2;
  hash ^= hash >> 29;
  hash *= kPrime3;
  hash ^= hash >> 32;
  return static_cast<std::int64_t>(hash);
}

template <typename T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::string hex(const unsigned char* bytes, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr);
  return hex(out.data(), size);
}

}  // namespace

std::int32_t murmur3_int(std::int32_t value, std::int32_t seed) {
  return finish(mix_hash(static_cast<std::uint32_t>(seed), mix_key(static_cast<std::uint32_t>(value))), 4);
}

std::int32_t murmur3_long(std::int64_t value, std::int32_t seed) {
  const auto bits = static_cast<std::uint64_t>(value);
  std::uint32_t hash = mix_hash(static_cast<std::uint32_t>(seed), mix_key(static_cast<std::uint32_t>(bits)));
  hash = mix_hash(hash, mix_key(static_cast<std::uint32_t>(bits >> 32)));
  return finish(hash, 8);
}

std::int32_t murmur3_bytes(std::string_view bytes, std::int32_t seed) {
  auto hash = static_cast<std::uint32_t>(seed);
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) hash = mix_hash(hash, mix_key(load<std::uint32_t>(bytes.data() + i)));
  // The bytes that are left count one by one, each a signed number: Spark's own variant.
  for (; i < bytes.size(); ++i)
    hash = mix_hash(hash,
                    mix_key(static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(bytes[i])))));
  return finish(hash, static_cast<std::uint32_t>(bytes.size()));
}

std::int64_t xxhash64_int(std::int32_t value, std::int64_t seed) {
  std::uint64_t hash = static_cast<std::uint64_t>(seed) + kPrime5 + 4;
  hash ^= (static_cast<std::uint64_t>(value) & 0xFFFFFFFFULL) * kPrime1;
  return avalanche(std::rotl(hash, 23) * kPrime2 + kPrime3);
}

std::int64_t xxhash64_long(std::int64_t value, std::int64_t seed) {
  std::uint64_t hash = static_cast<std::uint64_t>(seed) + kPrime5 + 8;
  hash ^= std::rotl(static_cast<std::uint64_t>(value) * kPrime2, 31) * kPrime1;
  return avalanche(std::rotl(hash, 27) * kPrime1 + kPrime4);
}

std::int64_t xxhash64_bytes(std::string_view bytes, std::int64_t seed) {
  const auto start = static_cast<std::uint64_t>(seed);
  std::size_t i = 0;
  std::uint64_t hash = start + kPrime5;
  if (bytes.size() >= 32) {
    std::array<std::uint64_t, 4> lanes{start + kPrime1 + kPrime2, start + kPrime2, start, start - kPrime1};
    for (; i + 32 <= bytes.size(); i += 32) {
      for (std::size_t lane = 0; lane < 4; ++lane)
        lanes[lane] = std::rotl(lanes[lane] + load<std::uint64_t>(bytes.data() + i + lane * 8) * kPrime2, 31) * kPrime1;
    }
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const std::uint64_t lane : lanes)
      hash = (hash ^ (std::rotl(lane * kPrime2, 31) * kPrime1)) * kPrime1 + kPrime4;
  }
  hash += bytes.size();
  for (; i + 8 <= bytes.size(); i += 8)
    hash = std::rotl(hash ^ (std::rotl(load<std::uint64_t>(bytes.data() + i) * kPrime2, 31) * kPrime1), 27) * kPrime1 +
           kPrime4;
  if (i + 4 <= bytes.size()) {
    hash = std::rotl(hash ^ (load<std::uint32_t>(bytes.data() + i) * kPrime1), 23) * kPrime2 + kPrime3;
    i += 4;
  }
  for (; i < bytes.size(); ++i) hash = std::rotl(hash ^ (static_cast<unsigned char>(bytes[i]) * kPrime5), 11) * kPrime1;
  return avalanche(hash);
}

std::string big_integer_bytes(__int128 value) {
  std::string bytes;
  for (;;) {
    bytes += static_cast<char>(value & 0xFF);
    const bool negative = (bytes.back() & 0x80) != 0;
    value >>= 8;
    if ((value == 0 && !negative) || (value == -1 && negative)) break;
  }
  std::ranges::reverse(bytes);
  return bytes;
}

std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }

std::optional<std::string> sha2(std::string_view bytes, std::int32_t bits) {
  switch (bits) {
    case 224:
      return digest(EVP_sha224(), bytes);
    case 0:
    case 256:
      return digest(EVP_sha256(), bytes);
    case 384:
      return digest(EVP_sha384(), bytes);
    case 512:
      return digest(EVP_sha512(), bytes);
    default:
      return {};
  }
}

std::int64_t crc32(std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320U : value >> 1;
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return static_cast<std::int64_t>(crc ^ 0xFFFFFFFFU);
}

}  // namespace lab::compute
