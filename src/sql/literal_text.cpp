#include "sql/lexer.h"

namespace lab::sql {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  // Half a surrogate pair or a number past Unicode has no UTF-8 form; Java writes a question mark for it.
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    out += '?';
  } else if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Reads `digits` hexadecimal digits at `at`; false when they are not all there.
bool read_hex(std::string_view text, std::size_t at, std::size_t digits, std::uint32_t& code) {
  if (at + digits > text.size()) return false;
  code = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    const char c = text[i];
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if ((c | 32) >= 'a' && (c | 32) <= 'f') {
      digit = static_cast<std::uint32_t>((c | 32) - 'a' + 10);
    } else {
      return false;
    }
    code = code * 16 + digit;
  }
  return true;
}

bool is_octal(char c, char highest) { return c >= '0' && c <= highest; }

}  // namespace

std::string unescape_literal(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size();) {
    if (inside[i] != '\\' || i + 1 >= inside.size()) {
      out += inside[i++];
      continue;
    }
    const char c = inside[i + 1];
    std::uint32_t code = 0;
    if (c == 'u' && read_hex(inside, i + 2, 4, code)) {
      i += 6;
      std::uint32_t low = 0;
      if (code >= 0xD800 && code < 0xDC00 && i + 1 < inside.size() && inside[i] == '\\' && inside[i + 1] == 'u' &&
          read_hex(inside, i + 2, 4, low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      }
      append_utf8(out, code);
      continue;
    }
    if (c == 'U' && read_hex(inside, i + 2, 8, code)) {
      append_utf8(out, code);
      i += 10;
      continue;
    }
    if (i + 3 < inside.size() && is_octal(c, '1') && is_octal(inside[i + 2], '7') && is_octal(inside[i + 3], '7')) {
      append_utf8(out, static_cast<std::uint32_t>((c - '0') * 64 + (inside[i + 2] - '0') * 8 + (inside[i + 3] - '0')));
      i += 4;
      continue;
    }
    switch (c) {
      case '0': out += '\0'; break;
      case 'b': out += '\b'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'Z': out += '\x1A'; break;
      case '%': out += "\\%"; break;
      case '_': out += "\\_"; break;
      default: out += c;  // continuation bytes of a longer character follow by themselves
    }
    i += 2;
  }
  return out;
}

}  // namespace lab::sql
