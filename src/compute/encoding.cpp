#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/text.h"

namespace lab::compute {

namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    // Java's MIME encoder: lines of 76.
    if (i > 0 && i % 57 == 0) text += "\r\n";
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= left ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

bool is_base64(std::string_view text) {
  std::size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (c == '=') {
      if (++padding > 2 || digits % 4 < 2) return false;
    } else if (padding > 0) {
      return false;
    } else if (kAlphabet.find(c) != std::string_view::npos) {
      ++digits;
    } else if (c != ' ' && !(c >= '\t' && c <= '\r') && !(c >= '\x1c' && c <= '\x1f')) {
      return false;
    }
  }
  return padding > 0 ? (digits + padding) % 4 == 0 : digits % 4 != 1;
}

/// As Java's MIME decoder: characters outside the alphabet do not count.
std::optional<std::string> unbase64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  bool ended = false;
  for (const char c : text) {
    if (c == '=') {
      ended = true;
      continue;
    }
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) continue;
    if (ended) return {};
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++count == 4) {
      for (const int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift);
      bits = 0;
      count = 0;
    }
  }
  if (count == 1) return {};
  if (count == 2) bytes += static_cast<char>(bits >> 4);
  if (count == 3) {
    bytes += static_cast<char>(bits >> 10);
    bytes += static_cast<char>(bits >> 2);
  }
  return bytes;
}

namespace {

/// Length of the well-formed character at `at`, 0 when there is none; `bad` is how many bytes of it are to be skipped.
std::size_t well_formed(std::string_view text, std::size_t at, std::size_t& bad) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  const unsigned first = byte(0);
  bad = 1;
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first < 0xE0   ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size == 0) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    unsigned low = 0x80, high = 0xBF;
    if (i == 1 && first == 0xE0) low = 0xA0;
    if (i == 1 && first == 0xED) high = 0x9F;
    if (i == 1 && first == 0xF0) low = 0x90;
    if (i == 1 && first == 0xF4) high = 0x8F;
    if (byte(i) < low || byte(i) > high) {
      bad = i;
      return 0;
    }
  }
  return size;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  std::size_t bad = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = well_formed(text, at, bad);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string validated_utf8(std::string_view bytes) {
  if (is_valid_utf8(bytes)) return std::string(bytes);
  std::string shown;
  for (const char c : bytes) {
    char byte[8];
    std::snprintf(byte, sizeof byte, "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    shown += byte;
  }
  throw Error(conditions::kInvalidUtf8, {{"str", shown}});
}

std::string repaired_utf8(std::string_view bytes) {
  std::string text;
  std::size_t bad = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = well_formed(bytes, at, bad);
    if (size > 0) {
      text += bytes.substr(at, size);
      at += size;
    } else {
      text += "\xEF\xBF\xBD";
      at += bad;
    }
  }
  return text;
}

namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(std::string_view charset, std::string_view function) {
  static constexpr std::array<std::string_view, 7> kCharsets{"ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE",
                                                             "UTF-16LE",   "UTF-32",   "UTF-8"};
  const std::string name = upper(charset);
  if (std::ranges::find(kCharsets, name) == kCharsets.end()) {
    throw Error(conditions::kCharset,
                {{"functionName", "`" + std::string(function) + "`"},
                 {"parameter", "`charset`"},
                 {"charset", std::string(charset)},
                 {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}});
  }
  UErrorCode status = U_ZERO_ERROR;
  // Java writes a big-endian mark for UTF-16, and none for UTF-32.
  const std::string known = name == "UTF-16" ? "UTF-16BE,version=1" : name == "UTF-32" ? "UTF-32BE" : name;
  Converter converter(ucnv_open(known.c_str(), &status));
  LAB_CHECK(U_SUCCESS(status), known);
  return converter;
}

}  // namespace

std::string encode(std::string_view text, std::string_view charset, bool strict) {
  const Converter converter = open_converter(charset, "encode");
  if (upper(charset) == "UTF-8") return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  if (!strict) ucnv_setSubstChars(converter.get(), "?", 1, &status);
  status = U_ZERO_ERROR;
  if (strict) ucnv_setFromUCallBack(converter.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::string repaired = repaired_utf8(text);
  std::u16string units(repaired.size() + 1, u'\0');
  std::int32_t length = 0;
  u_strFromUTF8(units.data(), static_cast<std::int32_t>(units.size()), &length, repaired.data(),
                static_cast<std::int32_t>(repaired.size()), &status);
  std::string bytes(static_cast<std::size_t>(length) * 4 + 8, '\0');
  const std::int32_t size = ucnv_fromUChars(converter.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()),
                                            units.data(), length, &status);
  if (U_FAILURE(status))
    throw Error(conditions::kCharacterCoding, {{"function", "`encode`"}, {"charset", std::string(charset)}});
  bytes.resize(static_cast<std::size_t>(size));
  if (upper(charset) == "UTF-16" && !(bytes.size() >= 2 && bytes[0] == '\xFE') && !text.empty())
    bytes.insert(0, "\xFE\xFF");
  return bytes;
}

std::string decode(std::string_view bytes, std::string_view charset, bool strict) {
  const Converter converter = open_converter(charset, "decode");
  if (upper(charset) == "UTF-8") {
    if (strict && !is_valid_utf8(bytes))
      throw Error(conditions::kCharacterCoding, {{"function", "`decode`"}, {"charset", std::string(charset)}});
    return repaired_utf8(bytes);
  }
  std::string_view body = bytes;
  if (upper(charset) == "UTF-16" && body.starts_with("\xFE\xFF")) body.remove_prefix(2);
  UErrorCode status = U_ZERO_ERROR;
  if (strict) ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  std::u16string units(body.size() * 2 + 2, u'\0');
  const std::int32_t length = ucnv_toUChars(converter.get(), units.data(), static_cast<std::int32_t>(units.size()),
                                            body.data(), static_cast<std::int32_t>(body.size()), &status);
  if (U_FAILURE(status))
    throw Error(conditions::kCharacterCoding, {{"function", "`decode`"}, {"charset", std::string(charset)}});
  std::string text(static_cast<std::size_t>(length) * 3 + 1, '\0');
  std::int32_t size = 0;
  u_strToUTF8(text.data(), static_cast<std::int32_t>(text.size()), &size, units.data(), length, &status);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace lab::compute
