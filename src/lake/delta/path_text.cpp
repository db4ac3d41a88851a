#include "lake/delta/path_text.h"

namespace lab::lake::delta {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool may_stand(unsigned char c) {
  if (c >= 0x80) return true;
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("_-!.~'()*,;:$&+=/@").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

std::string decode_path(std::string_view text) {
  if (text.starts_with("file:/")) {
    text.remove_prefix(5);
    while (text.starts_with("//")) text.remove_prefix(1);
  }
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string path;
  path.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      path += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      path += text[i];
    }
  }
  return path;
}

std::string encode_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  text.reserve(path.size());
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (may_stand(byte)) {
      text += c;
    } else {
      text += '%';
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    }
  }
  return text;
}

}  // namespace lab::lake::delta
