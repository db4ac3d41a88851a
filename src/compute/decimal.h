#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compute/overflow.h"

/// Decimals up to 38 digits: an unscaled 128-bit number beside its scale. Results are rounded half up to the wanted scale; what needs more
/// than `precision` digits is NULL.
namespace lab::compute {

using Int128 = __int128;
using UInt128 = unsigned __int128;

/// 10^n, n in 0…38.
UInt128 power_of_ten(int n);

/// A signed number of 256 bits, for intermediates.
struct Wide {
  UInt128 high = 0, low = 0;  ///< of the absolute value
  bool negative = false;

  static Wide of(Int128 value);
  static Wide product(Int128 a, Int128 b);
};
Wide operator*(Wide a, UInt128 b);  ///< the caller knows that it fits
Wide operator+(const Wide& a, const Wide& b);

/// value / 10^n, half up away from zero.
Wide divided_by_ten(Wide value, int n);
/// The number when it has at most `precision` digits.
std::optional<Int128> narrowed(const Wide& value, int precision);

struct DecimalShape {
  int precision = 38, scale = 0;
};

std::optional<Int128> add_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result);
std::optional<Int128> multiply_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result);
/// b is not 0.
std::optional<Int128> divide_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result);
std::optional<Int128> remainder_decimals(Int128 a, int scale_a, Int128 b, int scale_b, DecimalShape result);
/// Results as Spark's errors show them when they fit no decimal.
std::string exact_sum(Int128 a, int scale_a, Int128 b, int scale_b);
std::string exact_product(Int128 a, int scale_a, Int128 b, int scale_b);
std::string exact_quotient(Int128 a, int scale_a, Int128 b, int scale_b);
/// The integral part of a / b as a long, wrapping.
std::int64_t integral_quotient(Int128 a, int scale_a, Int128 b, int scale_b);

enum class Rounding : std::uint8_t { HalfUp, HalfEven, Ceiling, Floor, Down };
/// At `scale` (may be negative) and then brought to the result's shape.
std::optional<Int128> round_decimal(Int128 value, int scale_from, int scale, Rounding rounding, DecimalShape result);
/// Half up to another shape.
std::optional<Int128> rescale(Int128 value, int scale_from, DecimalShape result);

/// `-0.05`.
std::string plain_text(Int128 unscaled, int scale);
/// BigDecimal.toString: an exponent below 1E-6.
std::string decimal_string(Int128 unscaled, int scale);

/// Spark's cast of text: blanks around it, digits, point, exponent; NULL when it is none. `overflow` tells a number that does not fit from no number.
std::optional<Int128> parse_decimal(std::string_view text, DecimalShape result, bool& malformed);
/// The number that a text is, without an exponent.
std::string plain_number(std::string_view text);
/// Of the value's shortest decimal form.
std::optional<Int128> decimal_of(double value, DecimalShape result);

}  // namespace lab::compute
