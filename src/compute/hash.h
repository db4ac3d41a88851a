#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Hashes as Spark computes them.
namespace lab::compute {

std::int32_t murmur3_int(std::int32_t value, std::int32_t seed);
std::int32_t murmur3_long(std::int64_t value, std::int32_t seed);
std::int32_t murmur3_bytes(std::string_view bytes, std::int32_t seed);

std::int64_t xxhash64_int(std::int32_t value, std::int64_t seed);
std::int64_t xxhash64_long(std::int64_t value, std::int64_t seed);
std::int64_t xxhash64_bytes(std::string_view bytes, std::int64_t seed);

/// The bytes of Java's BigInteger.
std::string big_integer_bytes(__int128 value);

std::string md5(std::string_view bytes);
std::string sha1(std::string_view bytes);
/// 224, 256 (also 0), 384, 512; nothing for other lengths.
std::optional<std::string> sha2(std::string_view bytes, std::int32_t bits);
std::int64_t crc32(std::string_view bytes);

}  // namespace lab::compute
