#include "scan/csv_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "compute/decimal.h"

namespace lab::scan {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Java's Double.parseDouble: blanks around, a suffix f or d, hexadecimal with an exponent, NaN and Infinity.
std::optional<double> java_double(std::string_view text) {
  text = trimmed(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] == '+' || text[0] == '-') return std::nullopt;
  double value = 0;
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (hexadecimal && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    if (!hexadecimal && !is_digit(text[0]) && text[0] != '.') return std::nullopt;
    if (const char last = text.back(); last == 'f' || last == 'F' || last == 'd' || last == 'D') text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    const char* begin = text.data() + (hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, value, hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (stopped != end || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      // Too large is infinite, too small zero; the exponent's sign tells which.
      value = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos ? 0 : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<std::int64_t> CsvValues::integer(std::string_view text, std::int64_t least, std::int64_t greatest) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stopped != text.data() + text.size() || value < least || value > greatest) return std::nullopt;
  return value;
}

bool CsvValues::is_special_number(std::string_view text) const {
  return text == options_.nan_value || text == options_.negative_infinity || text == options_.positive_infinity;
}

std::optional<double> CsvValues::real(std::string_view text) const {
  if (text == options_.nan_value) return std::numeric_limits<double>::quiet_NaN();
  if (text == options_.negative_infinity) return -std::numeric_limits<double>::infinity();
  if (text == options_.positive_infinity) return std::numeric_limits<double>::infinity();
  return java_double(text);
}

std::optional<bool> CsvValues::boolean(std::string_view text) {
  const auto is = [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  if (is("true")) return true;
  if (is("false")) return false;
  return std::nullopt;
}

std::optional<types::Int128> CsvValues::decimal(std::string_view text, int precision, int scale) {
  // Java's BigDecimal takes no blanks; Spark takes commas between digits out first.
  if (text.empty() || static_cast<unsigned char>(text.front()) <= ' ' || static_cast<unsigned char>(text.back()) <= ' ') return std::nullopt;
  bool malformed = false;
  if (text.find(',') == std::string_view::npos) return compute::parse_decimal(text, {precision, scale}, malformed);
  std::string plain(text);
  std::erase(plain, ',');
  return compute::parse_decimal(plain, {precision, scale}, malformed);
}

}  // namespace lab::scan
