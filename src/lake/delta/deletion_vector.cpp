#include "lake/delta/deletion_vector.h"

#include <roaring/roaring.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

#include "base/checksum.h"
#include "base/error.h"
#include "base/ids.h"
#include "lake/delta/conditions.h"
#include "lake/delta/path_text.h"

namespace lab::lake::delta {
namespace {

constexpr std::uint32_t kPortableMagic = 1'681'511'377;
constexpr std::size_t kUuidText = 20;  // 16 bytes in base 85

std::uint64_t little(std::string_view bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::uint32_t big(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

struct FreeBitmap {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};

[[noreturn]] void throw_size() { throw Error(conditions::kVectorSize); }

std::string read_stored(const TableStorage& storage, const DeletionVector& vector) {
  const std::string path = deletion_vector_path(vector);
  const auto bytes = storage.read(path);
  if (!bytes) throw Error(conditions::kFileNotFound, {{"path", path}});
  // One byte of version, then vectors: size, data, checksum.
  const auto at = static_cast<std::size_t>(vector.offset.value_or(1));
  const auto size = static_cast<std::size_t>(vector.num_bytes);
  if (vector.offset.value_or(1) < 0 || vector.num_bytes < 0 || bytes->size() < 8 || at > bytes->size() - 8 || size > bytes->size() - 8 - at) throw_size();
  const std::string_view all(*bytes);
  if (big(all.substr(at)) != size) throw_size();
  std::string data(all.substr(at + 4, size));
  if (big(checksum(ChecksumKind::Crc32, data)) != big(all.substr(at + 4 + size))) throw Error(conditions::kVectorChecksum);
  return data;
}

}  // namespace

std::optional<std::string> decode_base85(std::string_view text) {
  static constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  static const auto kDigits = [] {
    std::array<int, 256> digits{};
    digits.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
    return digits;
  }();
  if (text.size() % 5 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 5 * 4);
  for (std::size_t i = 0; i < text.size(); i += 5) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      const int digit = kDigits[static_cast<unsigned char>(text[i + k])];
      if (digit < 0) return std::nullopt;
      word = word * 85 + static_cast<std::uint64_t>(digit);
    }
    if (word > UINT32_MAX) return std::nullopt;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift);
  }
  return bytes;
}

std::string deletion_vector_path(const DeletionVector& vector) {
  if (vector.storage == 'p') return decode_path(vector.path_or_inline);
  if (vector.path_or_inline.size() < kUuidText) throw_size();
  const std::string_view text(vector.path_or_inline);
  const std::string_view folder = text.substr(0, text.size() - kUuidText);
  const auto uuid = decode_base85(text.substr(text.size() - kUuidText));
  if (!uuid) throw_size();
  const std::string hex = to_hex(*uuid);
  std::string name = "deletion_vector_" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
                     hex.substr(20) + ".bin";
  return folder.empty() ? name : std::string(folder) + "/" + name;
}

std::vector<std::uint64_t> parse_roaring_array(std::string_view bytes, std::uint64_t limit) {
  // Debian's C++ map of bitmaps cannot bound what it reads, so each 32-bit bitmap is taken by itself.
  if (bytes.size() < 12 || little(bytes, 4) != kPortableMagic) throw_size();
  const std::uint64_t count = little(bytes.substr(4), 8);
  bytes.remove_prefix(12);
  std::vector<std::uint64_t> rows;
  std::uint64_t previous_key = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (bytes.size() < 4) throw_size();
    const std::uint64_t key = little(bytes, 4);
    bytes.remove_prefix(4);
    if (key > INT32_MAX || (i > 0 && key <= previous_key)) throw Error(conditions::kVectorRowIndex);
    previous_key = key;
    const std::size_t size = roaring_bitmap_portable_deserialize_size(bytes.data(), bytes.size());
    if (size == 0 || size > bytes.size()) throw_size();
    const std::unique_ptr<roaring_bitmap_t, FreeBitmap> bitmap(roaring_bitmap_portable_deserialize_safe(bytes.data(), size));
    if (!bitmap) throw_size();
    bytes.remove_prefix(size);
    // One by one: the counts inside a damaged bitmap may not be what it holds.
    struct Into {
      std::vector<std::uint64_t>& rows;
      std::uint64_t high, limit;
    } into{rows, key << 32, limit};
    const bool whole = roaring_iterate(
        bitmap.get(),
        [](std::uint32_t low, void* to) {
          auto& [all, high, most] = *static_cast<Into*>(to);
          all.push_back(high | low);
          return all.size() <= most;
        },
        &into);
    if (!whole) throw Error(conditions::kVectorCardinality);
  }
  if (std::adjacent_find(rows.begin(), rows.end(), std::greater_equal<>()) != rows.end()) throw Error(conditions::kVectorRowIndex);
  return rows;
}

std::vector<std::uint64_t> read_deletion_vector(const TableStorage& storage, const DeletionVector& vector) {
  std::string data;
  if (vector.storage == 'i') {
    auto decoded = decode_base85(vector.path_or_inline);
    if (!decoded || vector.num_bytes < 0 || decoded->size() < static_cast<std::size_t>(vector.num_bytes)) throw_size();
    // The text is filled up to a multiple of four bytes.
    decoded->resize(static_cast<std::size_t>(vector.num_bytes));
    data = std::move(*decoded);
  } else if (vector.storage == 'u' || vector.storage == 'p') {
    data = read_stored(storage, vector);
  } else {
    throw_size();
  }
  if (vector.cardinality < 0) throw Error(conditions::kVectorCardinality);
  std::vector<std::uint64_t> rows = parse_roaring_array(data, static_cast<std::uint64_t>(vector.cardinality));
  if (rows.size() != static_cast<std::size_t>(vector.cardinality)) throw Error(conditions::kVectorCardinality);
  return rows;
}

}  // namespace lab::lake::delta
