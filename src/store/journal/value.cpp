#include "store/journal/value.h"

#include <bit>

#include "base/error.h"
#include "store/conditions.h"

namespace lab::store {
namespace {

// One byte says the type, so that keys of different types sort by type as SQLite sorts them; texts and bytes end with
// 00 01 and carry an inner 00 as 00 FF, so that a shorter one sorts before its extensions.
enum Tag : char { kNull = 0, kInteger = 1, kReal = 2, kText = 3, kBytes = 4 };

void append_ordered(std::string& out, std::uint64_t bits) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  out += '\0';
  out += '\1';
}

class KeyReader {
 public:
  explicit KeyReader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }

  char take() {
    if (bytes_.empty()) throw Error(conditions::kDataCorruption, {{"what", "a key is cut off"}});
    const char c = bytes_.front();
    bytes_.remove_prefix(1);
    return c;
  }

  std::uint64_t take_ordered() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | static_cast<unsigned char>(take());
    return bits;
  }

  std::string take_escaped() {
    std::string text;
    for (;;) {
      const char c = take();
      if (c == '\0' && take() == '\1') return text;
      text += c;
    }
  }

 private:
  std::string_view bytes_;
};

constexpr std::uint64_t kSignBit = 1ull << 63;

}  // namespace

std::int64_t as_integer(const Value& value) {
  LAB_CHECK(std::holds_alternative<std::int64_t>(value));
  return std::get<std::int64_t>(value);
}

double as_real(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  LAB_CHECK(std::holds_alternative<double>(value));
  return std::get<double>(value);
}

const std::string& as_text(const Value& value) {
  LAB_CHECK(std::holds_alternative<std::string>(value));
  return std::get<std::string>(value);
}

const std::string& as_bytes(const Value& value) {
  LAB_CHECK(std::holds_alternative<Bytes>(value));
  return std::get<Bytes>(value).data;
}

std::string encode_key(const Key& key) {
  std::string out;
  for (const auto& value : key) {
    if (is_null(value)) {
      out += kNull;
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      out += kInteger;
      append_ordered(out, static_cast<std::uint64_t>(*integer) ^ kSignBit);
    } else if (const auto* real = std::get_if<double>(&value)) {
      const auto bits = std::bit_cast<std::uint64_t>(*real);
      out += kReal;
      append_ordered(out, (bits & kSignBit) != 0 ? ~bits : bits | kSignBit);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      out += kText;
      append_escaped(out, *text);
    } else {
      out += kBytes;
      append_escaped(out, as_bytes(value));
    }
  }
  return out;
}

Key decode_key(std::string_view bytes) {
  Key key;
  for (KeyReader reader(bytes); !reader.at_end();) {
    switch (reader.take()) {
      case kNull:
        key.emplace_back();
        break;
      case kInteger:
        key.emplace_back(static_cast<std::int64_t>(reader.take_ordered() ^ kSignBit));
        break;
      case kReal: {
        const auto bits = reader.take_ordered();
        key.emplace_back(std::bit_cast<double>((bits & kSignBit) != 0 ? bits ^ kSignBit : ~bits));
        break;
      }
      case kText:
        key.emplace_back(reader.take_escaped());
        break;
      case kBytes:
        key.emplace_back(Bytes{reader.take_escaped()});
        break;
      default:
        throw Error(conditions::kDataCorruption, {{"what", "a key has a part of unknown type"}});
    }
  }
  return key;
}

}  // namespace lab::store
