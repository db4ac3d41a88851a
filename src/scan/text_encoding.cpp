#include "scan/text_encoding.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace lab::scan {

namespace {

inline constexpr Condition kUnsupportedCharset{"INVALID_PARAMETER_VALUE.CHARSET", "22023", Kind::InvalidArgument,
    "The value of parameter(s) `charset` in `csv` is invalid: expects one of the UTF-8, US-ASCII, ISO-8859-1, UTF-16LE, UTF-16BE, UTF-16, UTF-32, but got <charset>."};

enum class Charset { Utf8, Latin1, Ascii, Utf16, Utf16Little, Utf16Big, Utf32, Utf32Little, Utf32Big };

std::optional<Charset> find_charset(std::string_view encoding) {
  std::string name(encoding);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  struct Row {
    std::string_view name;
    Charset charset;
  };
  constexpr Row kRows[] = {
      {"UTF-8", Charset::Utf8},           {"UTF8", Charset::Utf8},         {"ISO-8859-1", Charset::Latin1},     {"LATIN1", Charset::Latin1},
      {"ISO8859_1", Charset::Latin1},     {"ISO8859-1", Charset::Latin1},  {"ISO-8859-15", Charset::Latin1},    {"US-ASCII", Charset::Ascii},
      {"ASCII", Charset::Ascii},          {"UTF-16", Charset::Utf16},      {"UTF16", Charset::Utf16},           {"UTF-16LE", Charset::Utf16Little},
      {"UTF-16BE", Charset::Utf16Big},    {"UTF-32", Charset::Utf32},      {"UTF-32LE", Charset::Utf32Little},  {"UTF-32BE", Charset::Utf32Big},
  };
  const auto* row = std::ranges::find(kRows, name, &Row::name);
  return row == std::end(kRows) ? std::nullopt : std::optional(row->charset);
}

Charset charset_of(const std::string& encoding) {
  const auto charset = find_charset(encoding);
  if (!charset) throw Error(kUnsupportedCharset, {{"charset", encoding}});
  return *charset;
}

void append_code_point(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

class Units {
 public:
  Units(std::string_view bytes, std::size_t width, bool big_endian) : bytes_(bytes), width_(width), big_endian_(big_endian) {}
  std::optional<char32_t> next() {
    if (at_ + width_ > bytes_.size()) return std::nullopt;
    char32_t unit = 0;
    for (std::size_t i = 0; i < width_; ++i) unit = unit << 8 | static_cast<unsigned char>(bytes_[at_ + (big_endian_ ? i : width_ - 1 - i)]);
    at_ += width_;
    return unit;
  }
  void back() { at_ -= width_; }

 private:
  std::string_view bytes_;
  std::size_t width_, at_ = 0;
  bool big_endian_;
};

std::string from_units(Units units, bool are_wide) {
  std::string text;
  while (auto unit = units.next()) {
    char32_t c = *unit;
    if (!are_wide && c >= 0xD800 && c < 0xDC00) {
      const auto low = units.next();
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (*low - 0xDC00);
      } else if (low) {
        units.back();
      }
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
    append_code_point(text, c);
  }
  return text;
}

char32_t take_code_point(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i++]);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t c = lead & (0x3FU >> more);
  for (std::size_t k = 0; k < more && i < text.size(); ++k) c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3FU);
  return c;
}

void append_unit(std::string& out, char32_t unit, std::size_t width, bool big_endian) {
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>(unit >> 8 * (big_endian ? width - 1 - i : i));
}

}  // namespace

bool is_known_encoding(std::string_view encoding) { return find_charset(encoding).has_value(); }

bool is_utf8(std::string_view encoding) {
  const auto is = [&](std::string_view name) {
    return std::ranges::equal(encoding, name, [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
  };
  return is("UTF-8") || is("UTF8");
}

std::string decode_text(std::string_view bytes, const std::string& encoding) {
  std::string text;
  switch (charset_of(encoding)) {
    case Charset::Utf8: return std::string(bytes);
    case Charset::Latin1:
      for (const char c : bytes) append_code_point(text, static_cast<unsigned char>(c));
      return text;
    case Charset::Ascii:
      for (const char c : bytes) append_code_point(text, static_cast<unsigned char>(c) < 0x80 ? static_cast<unsigned char>(c) : 0xFFFD);
      return text;
    case Charset::Utf16Little: return from_units({bytes, 2, false}, false);
    case Charset::Utf16Big: return from_units({bytes, 2, true}, false);
    case Charset::Utf32Little: return from_units({bytes, 4, false}, true);
    case Charset::Utf32Big: return from_units({bytes, 4, true}, true);
    case Charset::Utf16:
      if (bytes.starts_with("\xFF\xFE")) return from_units({bytes.substr(2), 2, false}, false);
      return from_units({bytes.starts_with("\xFE\xFF") ? bytes.substr(2) : bytes, 2, true}, false);
    case Charset::Utf32:
      if (bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4))) return from_units({bytes.substr(4), 4, false}, true);
      return from_units({bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4)) ? bytes.substr(4) : bytes, 4, true}, true);
  }
  return text;
}

std::string encode_text(std::string_view text, const std::string& encoding, bool is_first) {
  const Charset charset = charset_of(encoding);
  if (charset == Charset::Utf8) return std::string(text);
  const bool is_little = charset == Charset::Utf16Little || charset == Charset::Utf32Little;
  const std::size_t width = charset == Charset::Utf16 || charset == Charset::Utf16Little || charset == Charset::Utf16Big ? 2 : 4;
  std::string out;
  if (charset == Charset::Utf16 && is_first) out = "\xFE\xFF";
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = take_code_point(text, i);
    if (charset == Charset::Latin1 || charset == Charset::Ascii) {
      out += c < (charset == Charset::Latin1 ? 0x100U : 0x80U) ? static_cast<char>(c) : '?';
    } else if (width == 2 && c >= 0x10000) {
      append_unit(out, 0xD800 + ((c - 0x10000) >> 10), 2, !is_little);
      append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF), 2, !is_little);
    } else {
      append_unit(out, c, width, !is_little);
    }
  }
  return out;
}

}  // namespace lab::scan
