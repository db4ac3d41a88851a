#include "compute/integer_math.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace lab::compute {

std::optional<std::int64_t> factorial(std::int32_t n) {
  if (n < 0 || n > 20) return {};
  std::int64_t result = 1;
  for (std::int32_t i = 2; i <= n; ++i) result *= i;
  return result;
}

std::string binary_digits(std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  std::string text;
  do text += static_cast<char>('0' + (bits & 1));
  while ((bits >>= 1) != 0);
  std::ranges::reverse(text);
  return text;
}

namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

}  // namespace

std::optional<std::string> convert_base(std::string_view text, std::int32_t from, std::int32_t to, bool raises) {
  if (from < 2 || from > 36 || std::abs(to) < 2 || std::abs(to) > 36) return {};
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return {};
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::uint64_t value = 0;
  bool overflow = false;
  for (const char c : text) {
    const int digit = digit_value(c);
    if (digit >= from) break;
    std::uint64_t next;
    if (__builtin_mul_overflow(value, static_cast<std::uint64_t>(from), &next) ||
        __builtin_add_overflow(next, static_cast<std::uint64_t>(digit), &next)) {
      overflow = true;
      break;
    }
    value = next;
  }
  if (overflow) {
    if (raises) throw_overflow("Overflow in function conv()");
    value = std::numeric_limits<std::uint64_t>::max();
  }
  bool minus = negative;
  if (negative && to > 0) {
    value = static_cast<std::int64_t>(value) < 0 ? std::numeric_limits<std::uint64_t>::max() : 0 - value;
    minus = false;
  }
  if (to < 0 && static_cast<std::int64_t>(value) < 0) {
    value = 0 - value;
    minus = true;
  }
  const auto base = static_cast<std::uint64_t>(std::abs(to));
  std::string result;
  do result += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base];
  while ((value /= base) != 0);
  if (minus) result += '-';
  std::ranges::reverse(result);
  return result;
}

std::string hex_of(std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  std::string text;
  do text += "0123456789ABCDEF"[bits & 15];
  while ((bits >>= 4) != 0);
  std::ranges::reverse(text);
  return text;
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 15];
  }
  return text;
}

std::optional<std::string> unhex(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2 + 1);
  std::size_t i = 0;
  if (text.size() % 2 == 1) {
    const int digit = digit_value(text[i++]);
    if (digit > 15) return {};
    bytes += static_cast<char>(digit);
  }
  for (; i < text.size(); i += 2) {
    const int high = digit_value(text[i]), low = digit_value(text[i + 1]);
    if (high > 15 || low > 15) return {};
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::optional<std::int64_t> width_bucket(double value, double low, double high, std::int64_t count) {
  if (count <= 0 || count == std::numeric_limits<std::int64_t>::max() || std::isnan(value) || low == high || !std::isfinite(low) ||
      !std::isfinite(high)) {
    return {};
  }
  const double least = std::min(low, high), most = std::max(low, high);
  if (low < high) {
    if (value < least) return 0;
    if (value >= most) return count + 1;
    return static_cast<std::int64_t>(static_cast<double>(count) * (value - least) / (most - least)) + 1;
  }
  if (value > most) return 0;
  if (value <= least) return count + 1;
  return static_cast<std::int64_t>(static_cast<double>(count) * (most - value) / (most - least)) + 1;
}

std::int8_t bit_at(std::int64_t value, std::int32_t position, std::int32_t width, std::string_view function) {
  if (position < 0 || position >= width) {
    throw Error(conditions::kBitPosition, {{"parameter", "`pos`"},
                                           {"functionName", "`" + std::string(function) + "`"},
                                           {"upper", std::to_string(width)},
                                           {"invalidValue", std::to_string(position)}});
  }
  return static_cast<std::int8_t>((value >> position) & 1);
}

bool passes_luhn(std::string_view digits) {
  if (digits.empty()) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[digits.size() - 1 - i];
    if (c < '0' || c > '9') return false;
    int digit = c - '0';
    if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

}  // namespace lab::compute
