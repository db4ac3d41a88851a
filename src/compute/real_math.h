#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

/// Floating point as Java's Math and StrictMath have it: NaN where there is no answer, NULL where Spark wants NULL.
namespace lab::compute {

/// Digits of the shortest decimal that reads back as the value, without sign: 0.d1d2… × 10^exponent.
struct Digits {
  char text[32];
  int count = 0;
  int exponent = 0;
};
Digits shortest_digits(double value);
Digits shortest_digits(float value);

/// Double.toString and Float.toString: `1.0E10`, `0.001`, `NaN`, `-Infinity`.
std::string real_text(double value);
std::string real_text(float value);
/// Without an exponent: `10000000000.0` (BigDecimal.toPlainString).
std::string plain_digits(double value);

/// Half up or half to even at `scale` decimals of the value's shortest decimal form.
double round_half_up(double value, std::int32_t scale);
double round_half_even(double value, std::int32_t scale);
float round_half_up(float value, std::int32_t scale);
float round_half_even(float value, std::int32_t scale);
/// At a negative scale; raises or wraps when the result leaves the type (`bits` wide).
std::int64_t round_integer(std::int64_t value, std::int32_t scale, int bits, bool half_even, bool raises);

/// Java's (long) x: saturates, NaN is 0.
std::int64_t saturated_long(double value);
std::int32_t saturated_int(double value);

}  // namespace lab::compute
