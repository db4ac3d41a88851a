#include "types/type_text.h"

namespace lab::types {

std::string quote_identifier(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  quoted += '`';
  return quoted;
}

std::string quote_if_needed(std::string_view name) {
  bool is_plain = !name.empty();
  bool all_digits = true;
  for (const char c : name) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    is_plain = is_plain && (is_digit || is_letter);
    all_digits = all_digits && is_digit;
  }
  return is_plain && !all_digits ? std::string(name) : quote_identifier(name);
}

std::string quote_parts(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += '.';
    text += quote_identifier(part);
  }
  return text;
}

}  // namespace lab::types
