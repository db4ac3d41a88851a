#include "sql/number_text.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

namespace lab::sql {

std::optional<ExactDecimal> exact_decimal(std::string_view text) {
  std::string digits;
  long scale = 0;
  bool behind_point = false;
  std::size_t i = 0;
  for (; i < text.size() && (text[i] | 32) != 'e'; ++i) {
    if (text[i] == '.') {
      behind_point = true;
    } else {
      digits += text[i];
      scale += behind_point;
    }
  }
  if (i < text.size()) {
    long exponent = 0;
    auto part = text.substr(i + 1);
    if (part.starts_with('+')) part.remove_prefix(1);
    if (std::from_chars(part.data(), part.data() + part.size(), exponent).ec != std::errc{}) return std::nullopt;
    scale -= exponent;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (std::labs(scale) > 5000) return std::nullopt;
  if (scale < 0) {
    if (!digits.empty()) digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  ExactDecimal result;
  result.scale = static_cast<int>(scale);
  // Zero has one digit for BigDecimal, and a scale counts as digits for Spark.
  result.precision = std::max({static_cast<int>(digits.size()), result.scale, 1});
  if (digits.size() <= 38)
    for (const char c : digits) result.unscaled = result.unscaled * 10 + (c - '0');
  return result;
}

double nearest_double(std::string_view text) {
  double value = 0;
  const auto outcome = std::from_chars(text.data(), text.data() + text.size(), value);
  if (outcome.ec != std::errc::result_out_of_range) return value;
  // Out of range is too big or too small; strtod tells which.
  return std::strtod(std::string(text).c_str(), nullptr);
}

}  // namespace lab::sql
