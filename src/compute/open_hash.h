#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace lab::compute {

/// Hash of a key as the JVM has it for Spark's values: int and date, long and timestamp, double, float, boolean, text.
std::int32_t java_hash(bool value);
std::int32_t java_hash(std::int32_t value);
std::int32_t java_hash(std::int64_t value);
std::int32_t java_hash(float value);
std::int32_t java_hash(double value);
std::int32_t java_hash(std::string_view text);

/// The order in which Spark's OpenHashMap goes over keys that were put in one after the other, as indices of `hashes`.
std::vector<std::size_t> open_hash_order(std::span<const std::int32_t> hashes);

}  // namespace lab::compute
