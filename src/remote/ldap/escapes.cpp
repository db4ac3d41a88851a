#include "remote/ldap/escapes.h"

namespace lab::ldap {
namespace {

void add_hex(std::string& text, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  text += '\\';
  text += kHex[byte >> 4U];
  text += kHex[byte & 15U];
}

}  // namespace

std::string escape_in_filter(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    const bool is_special = c == '*' || c == '(' || c == ')' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f;
    if (is_special) {
      add_hex(escaped, c);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string escape_in_name(std::string_view value) {
  constexpr std::string_view kSpecial = "\",+;<>\\=#";
  std::string escaped;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool is_outer_space = c == ' ' && (i == 0 || i + 1 == value.size());
    if (is_outer_space || kSpecial.find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      add_hex(escaped, c);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string fill_template(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string filled;
  while (!text.empty()) {
    bool is_replaced = false;
    for (const auto& [name, value] : values) {
      const std::string mark = "{" + std::string(name) + "}";
      if (!text.starts_with(mark)) continue;
      filled += value;
      text.remove_prefix(mark.size());
      is_replaced = true;
      break;
    }
    if (is_replaced) continue;
    filled += text.front();
    text.remove_prefix(1);
  }
  return filled;
}

}  // namespace lab::ldap
