#include "compute/real_math.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "compute/overflow.h"

namespace lab::compute {

namespace {

template <typename T>
Digits digits_of(T value) {
  Digits digits;
  char buffer[64];
  const char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const char* e = std::find(static_cast<const char*>(buffer), end, 'e');
  for (const char* at = buffer; at < e; ++at) {
    if (*at != '.') digits.text[digits.count++] = *at;
  }
  digits.exponent = std::atoi(std::string(e + 1, end).c_str()) + 1;
  while (digits.count > 1 && digits.text[digits.count - 1] == '0') --digits.count;
  return digits;
}

template <typename T>
std::string text_of(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::string text = std::signbit(value) ? "-" : "";
  if (value == 0) return text + "0.0";
  // Java prints two digits of the smallest double.
  if (std::abs(static_cast<double>(value)) == 4.9e-324) return text + "4.9E-324";
  const Digits digits = digits_of(value);
  const double size = std::abs(static_cast<double>(value));
  const std::string_view all(digits.text, static_cast<std::size_t>(digits.count));
  if (size >= 1e-3 && size < 1e7) {
    if (digits.exponent <= 0) {
      text += "0." + std::string(static_cast<std::size_t>(-digits.exponent), '0') + std::string(all);
    } else if (digits.count <= digits.exponent) {
      text += std::string(all) + std::string(static_cast<std::size_t>(digits.exponent - digits.count), '0') + ".0";
    } else {
      text += std::string(all.substr(0, static_cast<std::size_t>(digits.exponent))) + "." +
              std::string(all.substr(static_cast<std::size_t>(digits.exponent)));
    }
    return text;
  }
  text += all[0];
  text += '.';
  text += digits.count > 1 ? std::string(all.substr(1)) : "0";
  return text + "E" + std::to_string(digits.exponent - 1);
}

/// Rounds the decimal form; what is left of it is read back.
template <typename T>
T round_decimal(T value, std::int32_t scale, bool half_even) {
  if (!std::isfinite(value)) return value;
  if (value == 0) return T{0};
  Digits digits = digits_of(value);
  const std::int64_t keep = static_cast<std::int64_t>(digits.exponent) + scale;  // digits that stay
  if (keep >= digits.count) return value;
  if (keep < 0) return T{0};
  const char first = digits.text[keep];
  bool up = first >= '5';
  if (half_even && first == '5' && keep + 1 == digits.count) up = keep > 0 && (digits.text[keep - 1] - '0') % 2 == 1;
  std::string kept(digits.text, static_cast<std::size_t>(keep));
  int exponent = digits.exponent;
  if (up) {
    std::size_t i = kept.size();
    while (i > 0 && kept[i - 1] == '9') kept[--i] = '0';
    if (i > 0) {
      ++kept[i - 1];
    } else {
      kept.insert(kept.begin(), '1');
      ++exponent;
    }
  }
  if (kept.empty()) return T{0};
  const std::string text = (value < 0 ? "-0." : "0.") + kept + "e" + std::to_string(exponent);
  T result{};
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result == 0 ? T{0} : result;
}

}  // namespace

Digits shortest_digits(double value) { return digits_of(value); }
Digits shortest_digits(float value) { return digits_of(value); }
std::string real_text(double value) { return text_of(value); }
std::string real_text(float value) { return text_of(value); }

std::string plain_digits(double value) {
  if (!std::isfinite(value)) return text_of(value);
  std::string text = std::signbit(value) ? "-" : "";
  if (value == 0) return text + "0.0";
  const Digits digits = digits_of(value);
  const std::string all(digits.text, static_cast<std::size_t>(digits.count));
  if (digits.exponent <= 0) return text + "0." + std::string(static_cast<std::size_t>(-digits.exponent), '0') + all;
  if (digits.count <= digits.exponent)
    return text + all + std::string(static_cast<std::size_t>(digits.exponent - digits.count), '0');
  return text + all.substr(0, static_cast<std::size_t>(digits.exponent)) + "." +
         all.substr(static_cast<std::size_t>(digits.exponent));
}

double round_half_up(double value, std::int32_t scale) { return round_decimal(value, scale, false); }
double round_half_even(double value, std::int32_t scale) { return round_decimal(value, scale, true); }
float round_half_up(float value, std::int32_t scale) { return round_decimal(value, scale, false); }
float round_half_even(float value, std::int32_t scale) { return round_decimal(value, scale, true); }

std::int64_t round_integer(std::int64_t value, std::int32_t scale, int bits, bool half_even, bool raises) {
  if (scale >= 0) return value;
  if (scale < -19) return 0;
  __int128 unit = 1;
  for (std::int32_t i = 0; i < -scale; ++i) unit *= 10;
  const __int128 wide = value;
  __int128 quotient = wide / unit;
  const __int128 rest = wide % unit, twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > unit || (twice == unit && (!half_even || quotient % 2 != 0))) quotient += value < 0 ? -1 : 1;
  const __int128 result = quotient * unit;
  const __int128 limit = static_cast<__int128>(1) << (bits - 1);
  if (raises && (result >= limit || result < -limit)) throw_overflow("Overflow");
  switch (bits) {
    case 8:
      return static_cast<std::int8_t>(result);
    case 16:
      return static_cast<std::int16_t>(result);
    case 32:
      return static_cast<std::int32_t>(result);
    default:
      return static_cast<std::int64_t>(result);
  }
}

std::int64_t saturated_long(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775807.0) return std::numeric_limits<std::int64_t>::max();
  if (value <= -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

std::int32_t saturated_int(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 2147483647.0) return std::numeric_limits<std::int32_t>::max();
  if (value <= -2147483648.0) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(value);
}

}  // namespace lab::compute
