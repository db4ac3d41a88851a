#include "protocol/s3/text_forms.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "protocol/s3/errors.h"

namespace lab::s3 {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr auto kBase64Values = make_base64_values();

}  // namespace

std::optional<std::string_view> find_value(const NameValues& list, std::string_view name) {
  for (const auto& [key, value] : list) {
    if (key == name) return std::string_view(value);
  }
  return std::nullopt;
}

std::string encode_uri(std::string_view bytes, bool keep_slash) {
  std::string result;
  result.reserve(bytes.size() + 16);
  for (const char c : bytes) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      result += c;
    } else {
      const auto u = static_cast<unsigned char>(c);
      result += '%';
      result += kUpperHex[u >> 4];
      result += kUpperHex[u & 15];
    }
  }
  return result;
}

std::optional<std::string> decode_uri(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

NameValues parse_query(std::string_view raw) {
  NameValues result;
  const auto decode = [](std::string_view text) {
    std::string spaced(text);
    for (char& c : spaced) {
      if (c == '+') c = ' ';
    }
    auto decoded = decode_uri(spaced);
    if (!decoded) throw Error(conditions::kInvalidUri);
    return std::move(*decoded);
  };
  while (!raw.empty()) {
    const auto end = raw.find('&');
    const std::string_view item = raw.substr(0, end);
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    std::string name = decode(item.substr(0, equals));
    std::string value = equals == std::string_view::npos ? std::string() : decode(item.substr(equals + 1));
    result.emplace_back(std::move(name), std::move(value));
  }
  return result;
}

std::string encode_base64(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto at = [&](std::size_t index) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[index])); };
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) result += kBase64Digits[(group >> shift) & 63];
  }
  if (bytes.size() - i == 1) {
    const std::uint32_t group = at(i) << 16;
    result += kBase64Digits[group >> 18];
    result += kBase64Digits[(group >> 12) & 63];
    result += "==";
  } else if (bytes.size() - i == 2) {
    const std::uint32_t group = at(i) << 16 | at(i + 1) << 8;
    result += kBase64Digits[group >> 18];
    result += kBase64Digits[(group >> 12) & 63];
    result += kBase64Digits[(group >> 6) & 63];
    result += '=';
  }
  return result;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string result;
  result.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : text) {
    const int value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFFF;
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      result += static_cast<char>(bits >> num_bits);
    }
  }
  if ((bits & ((1U << num_bits) - 1)) != 0) return std::nullopt;
  return result;
}

std::string to_lower_ascii(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    std::size_t length = 0;
    std::uint32_t code = 0;
    std::uint32_t lowest = 0;
    if (first < 0x80) {
      ++i;
      continue;
    }
    if ((first & 0xE0) == 0xC0) {
      length = 2, code = first & 0x1FU, lowest = 0x80;
    } else if ((first & 0xF0) == 0xE0) {
      length = 3, code = first & 0x0FU, lowest = 0x800;
    } else if ((first & 0xF8) == 0xF0) {
      length = 4, code = first & 0x07U, lowest = 0x10000;
    } else {
      return false;
    }
    if (i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3FU);
    }
    if (code < lowest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

}  // namespace lab::s3
