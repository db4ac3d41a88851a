#include "compute/decimal.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "compute/real_math.h"

namespace lab::compute {

namespace {

constexpr std::array<UInt128, 39> kPowers = [] {
  std::array<UInt128, 39> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Significant digits of a product, and digits behind the point of a quotient, before they are brought to a decimal's shape.
constexpr int kExactDigits = 39;

UInt128 magnitude(Int128 value) { return value < 0 ? 0 - static_cast<UInt128>(value) : static_cast<UInt128>(value); }

int compare_magnitudes(const Wide& a, const Wide& b) {
  if (a.high != b.high) return a.high < b.high ? -1 : 1;
  return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

Wide multiply_magnitudes(UInt128 a, UInt128 b) {
  const UInt128 mask = ~static_cast<std::uint64_t>(0);
  const UInt128 a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
  const UInt128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const UInt128 middle = (p00 >> 64) + (p01 & mask) + (p10 & mask);
  Wide result;
  result.low = (middle << 64) | (p00 & mask);
  result.high = p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64);
  return result;
}

/// Division by 64 bits, digit by digit of 64 bits.
Wide divide_by_word(const Wide& a, std::uint64_t b, Wide& rest) {
  UInt128 remainder = 0;
  const auto divide = [&](UInt128 two_words) {
    const UInt128 first = (remainder << 64) | (two_words >> 64);
    const UInt128 second = ((first % b) << 64) | static_cast<std::uint64_t>(two_words);
    remainder = second % b;
    return ((first / b) << 64) | (second / b);
  };
  Wide quotient;
  quotient.high = divide(a.high);
  quotient.low = divide(a.low);
  rest = {0, remainder, false};
  return quotient;
}

int highest_bit(const Wide& value) {
  const auto of = [](UInt128 half) {
    const auto high = static_cast<std::uint64_t>(half >> 64);
    return high != 0 ? 127 - std::countl_zero(high) : 63 - std::countl_zero(static_cast<std::uint64_t>(half));
  };
  return value.high != 0 ? 128 + of(value.high) : of(value.low);
}

/// Long division, bit by bit where neither side is small.
Wide divide_magnitudes(const Wide& a, const Wide& b, Wide& rest) {
  if (a.high == 0 && b.high == 0) {
    rest = {0, a.low % b.low, false};
    return {0, a.low / b.low, false};
  }
  if (b.high == 0 && b.low == static_cast<std::uint64_t>(b.low)) return divide_by_word(a, static_cast<std::uint64_t>(b.low), rest);
  Wide quotient, remainder;
  for (int bit = highest_bit(a); bit >= 0; --bit) {
    remainder.high = (remainder.high << 1) | (remainder.low >> 127);
    remainder.low <<= 1;
    remainder.low |= bit >= 128 ? (a.high >> (bit - 128)) & 1 : (a.low >> bit) & 1;
    if (compare_magnitudes(remainder, b) >= 0) {
      const bool borrow = remainder.low < b.low;
      remainder.low -= b.low;
      remainder.high -= b.high + (borrow ? 1 : 0);
      (bit >= 128 ? quotient.high : quotient.low) |= static_cast<UInt128>(1) << (bit & 127);
    }
  }
  rest = remainder;
  return quotient;
}

Wide add_magnitudes(const Wide& a, const Wide& b) {
  Wide sum;
  sum.low = a.low + b.low;
  sum.high = a.high + b.high + (sum.low < a.low ? 1 : 0);
  return sum;
}

Wide subtract_magnitudes(const Wide& a, const Wide& b) {
  Wide difference;
  difference.low = a.low - b.low;
  difference.high = a.high - b.high - (a.low < b.low ? 1 : 0);
  return difference;
}

/// The quotient of magnitudes, half up.
Wide divide_half_up(const Wide& a, const Wide& b) {
  Wide rest;
  Wide quotient = divide_magnitudes(a, b, rest);
  const Wide twice = add_magnitudes(rest, rest);
  if (compare_magnitudes(twice, b) >= 0) quotient = add_magnitudes(quotient, Wide{0, 1, false});
  quotient.negative = a.negative != b.negative;
  return quotient;
}

Wide scaled_up(Wide value, int digits) {
  while (digits > 0) {
    const int step = std::min(digits, 38);
    value = value * kPowers[static_cast<std::size_t>(step)];
    digits -= step;
  }
  return value;
}

std::string digits_of(Wide value) {
  std::string digits;
  const Wide chunk{0, kPowers[18], false};
  do {
    Wide rest;
    value = divide_magnitudes(value, chunk, rest);
    auto part = static_cast<std::uint64_t>(rest.low);
    for (int i = 0; i < 18; ++i, part /= 10) digits += static_cast<char>('0' + part % 10);
  } while (value.high != 0 || value.low != 0);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return {digits.rbegin(), digits.rend()};
}

/// Digits with `scale` of them behind the point; a negative scale is zeros.
std::string pointed(std::string digits, int scale, bool negative) {
  if (scale <= 0) {
    if (digits != "0") digits.append(static_cast<std::size_t>(-scale), '0');
  } else {
    const auto behind = static_cast<std::size_t>(scale);
    if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
    digits.insert(digits.size() - behind, ".");
  }
  return negative ? "-" + digits : digits;
}

Wide scaled(Wide value, int from, int to) { return to >= from ? scaled_up(value, to - from) : divided_by_ten(value, from - to); }

}  // namespace

UInt128 power_of_ten(int n) { return kPowers[static_cast<std::size_t>(n)]; }

Wide Wide::of(Int128 value) { return {0, magnitude(value), value < 0}; }

Wide Wide::product(Int128 a, Int128 b) {
  Wide result = multiply_magnitudes(magnitude(a), magnitude(b));
  result.negative = (a < 0) != (b < 0);
  return result;
}

Wide operator*(Wide a, UInt128 b) {
  Wide low = multiply_magnitudes(a.low, b);
  low.high += a.high * b;
  low.negative = a.negative;
  return low;
}

Wide operator+(const Wide& a, const Wide& b) {
  Wide result;
  if (a.negative == b.negative) {
    result = add_magnitudes(a, b);
    result.negative = a.negative;
  } else if (compare_magnitudes(a, b) >= 0) {
    result = subtract_magnitudes(a, b);
    result.negative = a.negative;
  } else {
    result = subtract_magnitudes(b, a);
    result.negative = b.negative;
  }
  return result;
}

Wide divided_by_ten(Wide value, int n) {
  if (n <= 0) return value;
  if (n > 76) return {};
  const Wide unit = scaled_up(Wide{0, 1, false}, n);
  return divide_half_up(value, unit);
}

std::optional<Int128> narrowed(const Wide& value, int precision) {
  if (value.high != 0 || value.low >= kPowers[static_cast<std::size_t>(precision)]) return {};
  const auto result = static_cast<Int128>(value.low);
  return value.negative ? -result : result;
}

std::optional<Int128> add_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result) {
  const int scale = std::max(scale_a, scale_b);
  const Wide sum = scaled_up(Wide::of(a), scale - scale_a) + scaled_up(Wide::of(b), scale - scale_b);
  return narrowed(scaled(sum, scale, result.scale), result.precision);
}

std::optional<Int128> multiply_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result) {
  return narrowed(scaled(Wide::product(a, b), scale_a + scale_b, result.scale), result.precision);
}

std::optional<Int128> divide_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result) {
  // a / 10^sa ÷ b / 10^sb at scale s is a · 10^(s - sa + sb) / b. Spark divides at the greatest scale first and rounds to the result's after
  // that; both steps round half up, so one step over the exact quotient could differ by a double rounding.
  const int shift = result.scale - scale_a + scale_b;
  Wide dividend = Wide::of(a), divisor = Wide::of(b);
  if (shift >= 0) {
    dividend = scaled_up(dividend, shift);
  } else {
    divisor = scaled_up(divisor, -shift);
  }
  return narrowed(divide_half_up(dividend, divisor), result.precision);
}

std::optional<Int128> remainder_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result) {
  const int scale = std::max(scale_a, scale_b);
  Wide dividend = scaled_up(Wide::of(a), scale - scale_a), divisor = scaled_up(Wide::of(b), scale - scale_b), rest;
  divide_magnitudes(dividend, divisor, rest);
  rest.negative = dividend.negative;
  return narrowed(scaled(rest, scale, result.scale), result.precision);
}

std::string exact_sum(Int128 a, int scale_a, Int128 b, int scale_b) {
  const int scale = std::max(scale_a, scale_b);
  const Wide sum = scaled_up(Wide::of(a), scale - scale_a) + scaled_up(Wide::of(b), scale - scale_b);
  return pointed(digits_of(sum), scale, sum.negative);
}

std::string exact_product(Int128 a, int scale_a, Int128 b, int scale_b) {
  Wide product = Wide::product(a, b);
  const int excess = static_cast<int>(digits_of(product).size()) - kExactDigits;
  const bool negative = product.negative;
  if (excess > 0) product = divided_by_ten(product, excess);
  return pointed(digits_of(product), scale_a + scale_b - std::max(excess, 0), negative);
}

std::string exact_quotient(Int128 a, int scale_a, Int128 b, int scale_b) {
  // Digit by digit behind the point: the dividend at the full scale would need more than 256 bits.
  Wide dividend = Wide::of(a), divisor = Wide::of(b), rest;
  const bool negative = dividend.negative != divisor.negative;
  if (scale_b >= scale_a) dividend = scaled_up(dividend, scale_b - scale_a);
  else divisor = scaled_up(divisor, scale_a - scale_b);
  Wide quotient = divide_magnitudes(dividend, divisor, rest);
  std::string digits = digits_of(quotient);
  for (int i = 0; i < kExactDigits; ++i) {
    quotient = divide_magnitudes(rest * 10, divisor, rest);
    digits += static_cast<char>('0' + static_cast<int>(quotient.low));
  }
  if (compare_magnitudes(add_magnitudes(rest, rest), divisor) >= 0) {
    std::size_t i = digits.size();
    while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
    if (i == 0) digits.insert(0, "1");
    else ++digits[i - 1];
  }
  return pointed(std::move(digits), kExactDigits, negative);
}

std::int64_t integral_quotient(Int128 a, int scale_a, Int128 b, int scale_b) {
  const int scale = std::max(scale_a, scale_b);
  Wide dividend = scaled_up(Wide::of(a), scale - scale_a), divisor = scaled_up(Wide::of(b), scale - scale_b), rest;
  const Wide quotient = divide_magnitudes(dividend, divisor, rest);
  const auto low = static_cast<std::uint64_t>(quotient.low);
  return static_cast<std::int64_t>(dividend.negative != divisor.negative ? 0 - low : low);
}

std::optional<Int128> round_decimal(Int128 value, int scale_from, int scale, Rounding rounding, DecimalShape result) {
  if (scale >= scale_from) return rescale(value, scale_from, result);
  const int dropped = scale_from - scale;
  Int128 kept = 0;
  if (dropped <= 38) {
    const auto unit = static_cast<Int128>(kPowers[static_cast<std::size_t>(dropped)]);
    kept = value / unit;
    const Int128 rest = value % unit;
    const UInt128 size = magnitude(rest), half = kPowers[static_cast<std::size_t>(dropped)] / 2;
    switch (rounding) {
      case Rounding::HalfUp:
        if (size >= half) kept += value < 0 ? -1 : 1;
        break;
      case Rounding::HalfEven:
        if (size > half || (size == half && kept % 2 != 0)) kept += value < 0 ? -1 : 1;
        break;
      case Rounding::Ceiling:
        if (rest > 0) ++kept;
        break;
      case Rounding::Floor:
        if (rest < 0) --kept;
        break;
      case Rounding::Down: break;
    }
  } else if (rounding == Rounding::Ceiling && value > 0) {
    kept = 1;
  } else if (rounding == Rounding::Floor && value < 0) {
    kept = -1;
  }
  return narrowed(scaled(Wide::of(kept), scale, result.scale), result.precision);
}

std::optional<Int128> rescale(Int128 value, int scale_from, DecimalShape result) {
  constexpr int kWordDigits = 18;
  const int added = result.scale - scale_from;
  if (value == static_cast<std::int64_t>(value) && added >= -kWordDigits && added <= kWordDigits) {
    const auto word = static_cast<std::int64_t>(value);
    const auto unit = static_cast<std::int64_t>(kPowers[static_cast<std::size_t>(std::abs(added))]);
    Int128 scaled_word = static_cast<Int128>(word) * unit;
    if (added < 0) {
      const std::int64_t rest = word % unit;
      const std::int64_t away = std::abs(rest) * 2 >= unit ? (word < 0 ? -1 : 1) : 0;
      scaled_word = word / unit + away;
    }
    if (magnitude(scaled_word) >= kPowers[static_cast<std::size_t>(result.precision)]) return {};
    return scaled_word;
  }
  return narrowed(scaled(Wide::of(value), scale_from, result.scale), result.precision);
}

std::string plain_text(Int128 unscaled, int scale) {
  std::string digits;
  UInt128 rest = magnitude(unscaled);
  do digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  while ((rest /= 10) != 0);
  while (static_cast<int>(digits.size()) <= scale) digits += '0';
  std::ranges::reverse(digits);
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return unscaled < 0 ? "-" + digits : digits;
}

std::string decimal_string(Int128 unscaled, int scale) {
  std::string digits = plain_text(unscaled < 0 ? -unscaled : unscaled, 0);
  const int adjusted = static_cast<int>(digits.size()) - 1 - scale;
  if (scale == 0 || adjusted >= -6) return plain_text(unscaled, scale);
  if (digits.size() > 1) digits.insert(1, ".");
  return (unscaled < 0 ? "-" : "") + digits + "E" + std::to_string(adjusted);
}

namespace {

/// A number as written: its digits without leading zeros and how many of them stand behind the point.
struct WrittenNumber {
  std::string digits;
  int scale = 0;
  bool negative = false;
};

/// Digits of any script as those of ASCII, as java.math.BigDecimal reads them; it looks at characters of 16 bits alone.
std::string with_plain_digits(std::string_view text) {
  std::string plain;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t from = at;
    UChar32 code = 0;
    U8_NEXT_OR_FFFD(text.data(), at, size, code);
    const std::int32_t digit = code > 0x7F && code <= 0xFFFF ? u_charDigitValue(code) : -1;
    if (digit >= 0)
      plain += static_cast<char>('0' + digit);
    else
      plain += text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from));
  }
  return plain;
}

std::optional<WrittenNumber> read_number(std::string_view text) {
  std::string plain;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) text = plain = with_plain_digits(text);
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  WrittenNumber number;
  std::size_t i = 0;
  number.negative = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  bool any = false, point = false;
  for (; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      any = true;
      if (!(number.digits.empty() && text[i] == '0')) number.digits += text[i];
      if (point) ++number.scale;
    } else if (text[i] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (!any) return {};
  if (i == text.size()) return number;
  if (text[i] != 'e' && text[i] != 'E') return {};
  ++i;
  const bool minus = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  if (i == text.size()) return {};
  int exponent = 0;
  for (; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return {};
    exponent = std::min(exponent * 10 + (text[i] - '0'), 100000);
  }
  number.scale -= minus ? -exponent : exponent;
  return number;
}

}  // namespace

std::optional<Int128> parse_decimal(std::string_view text, DecimalShape result, bool& malformed) {
  auto number = read_number(text);
  malformed = !number;
  if (!number) return {};
  auto& [digits, scale, negative] = *number;
  // Digits far behind the wanted scale only matter for rounding; 76 of them fit.
  if (static_cast<int>(digits.size()) - scale > 38) return digits.empty() ? std::optional<Int128>(0) : std::nullopt;
  if (digits.empty()) return Int128{0};
  if (digits.size() <= 18) {
    std::int64_t word = 0;
    for (const char c : digits) word = word * 10 + (c - '0');
    return rescale(negative ? -word : word, scale, result);
  }
  if (digits.size() > 76) {
    scale -= static_cast<int>(digits.size()) - 76;
    digits.resize(76);
  }
  Wide value;
  for (const char c : digits) value = value * 10 + Wide{0, static_cast<UInt128>(c - '0'), false};
  value.negative = negative;
  if (result.scale < scale) return narrowed(divided_by_ten(value, scale - result.scale), result.precision);
  return narrowed(scaled_up(value, result.scale - scale), result.precision);
}

std::string plain_number(std::string_view text) {
  const auto number = read_number(text);
  if (!number) return std::string(text);
  return pointed(number->digits.empty() ? "0" : number->digits, number->scale, number->negative);
}

std::optional<Int128> decimal_of(double value, DecimalShape result) {
  if (!std::isfinite(value)) return {};
  if (value == 0) return Int128{0};
  const Digits digits = shortest_digits(value);
  if (digits.exponent > 38) return {};
  Int128 unscaled = 0;
  for (int i = 0; i < digits.count; ++i) unscaled = unscaled * 10 + (digits.text[i] - '0');
  if (value < 0) unscaled = -unscaled;
  return narrowed(scaled(Wide::of(unscaled), digits.count - digits.exponent, result.scale), result.precision);
}

}  // namespace lab::compute
