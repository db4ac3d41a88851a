#include "compute/open_hash.h"

#include <bit>
#include <cmath>

#include "compute/hash.h"

namespace lab::compute {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// Cells are tried one, two, three … further on.
void put(std::vector<std::size_t>& cells, std::size_t key, std::int32_t hash) {
  const std::size_t mask = cells.size() - 1;
  std::size_t at = static_cast<std::uint32_t>(murmur3_int(hash, 0)) & mask;
  for (std::size_t step = 1; cells[at] != kNone; ++step) at = (at + step) & mask;
  cells[at] = key;
}

}  // namespace

std::int32_t java_hash(bool value) { return value ? 1231 : 1237; }
std::int32_t java_hash(std::int32_t value) { return value; }
std::int32_t java_hash(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return static_cast<std::int32_t>(bits ^ (bits >> 32));
}
std::int32_t java_hash(float value) { return std::isnan(value) ? 0x7FC00000 : std::bit_cast<std::int32_t>(value); }
std::int32_t java_hash(double value) {
  return java_hash(std::isnan(value) ? std::int64_t{0x7FF8000000000000} : std::bit_cast<std::int64_t>(value));
}
std::int32_t java_hash(std::string_view text) { return murmur3_bytes(text, 42); }

std::vector<std::size_t> open_hash_order(std::span<const std::int32_t> hashes) {
  std::vector<std::size_t> cells(64, kNone);
  for (std::size_t key = 0; key < hashes.size(); ++key) {
    put(cells, key, hashes[key]);
    // Seven tenths full: twice as many cells, filled in the order of the old ones.
    if (10 * (key + 1) <= 7 * cells.size()) continue;
    std::vector<std::size_t> wider(2 * cells.size(), kNone);
    for (const std::size_t held : cells)
      if (held != kNone) put(wider, held, hashes[held]);
    cells = std::move(wider);
  }
  std::erase(cells, kNone);
  return cells;
}

}  // namespace lab::compute
