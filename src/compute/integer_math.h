#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/overflow.h"

/// Whole numbers as Java has them: wrapping, checked, or NULL on overflow.
namespace lab::compute {

enum class Operation : std::uint8_t { Add, Subtract, Multiply };

template <typename T>
constexpr std::string_view overflow_name() {
  return sizeof(T) == 8 ? "long overflow" : "integer overflow";
}

/// False on overflow; `result` is the wrapped value either way.
template <Operation Op, typename T>
bool calculate(T a, T b, T& result) {
  if constexpr (Op == Operation::Add) return !__builtin_add_overflow(a, b, &result);
  if constexpr (Op == Operation::Subtract) return !__builtin_sub_overflow(a, b, &result);
  return !__builtin_mul_overflow(a, b, &result);
}

template <Operation Op, typename T>
[[noreturn]] void throw_calculation(T a, T b) {
  constexpr std::string_view kTolerant = Op == Operation::Add        ? "try_add"
                                         : Op == Operation::Subtract ? "try_subtract"
                                                                     : "try_multiply";
  constexpr std::string_view kSymbol = Op == Operation::Add ? "+" : Op == Operation::Subtract ? "-" : "*";
  if constexpr (sizeof(T) < 4) {
    // Spark prints tinyint and smallint operands alike, with the suffix of smallint.
    throw Error(conditions::kBinaryOverflow, {{"value1", std::to_string(a) + "S"},
                                              {"symbol", std::string(kSymbol)},
                                              {"value2", std::to_string(b) + "S"},
                                              {"functionName", "`" + std::string(kTolerant) + "`"}});
  }
  throw_overflow("overflow", kTolerant);
}

template <Operation Op, typename T>
T checked(T a, T b) {
  T result;
  if (!calculate<Op>(a, b, result)) [[unlikely]]
    throw_calculation<Op>(a, b);
  return result;
}
template <Operation Op, typename T>
T wrapped(T a, T b) {
  T result;
  calculate<Op>(a, b, result);
  return result;
}
template <Operation Op, typename T>
std::optional<T> tried(T a, T b) {
  T result;
  if (!calculate<Op>(a, b, result)) return {};
  return result;
}

template <typename T>
T negate_checked(T a) {
  if (a == std::numeric_limits<T>::min()) throw_overflow("overflow");
  return static_cast<T>(-a);
}
template <typename T>
T negate_wrapped(T a) {
  return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
}
template <typename T>
T abs_checked(T a) {
  return a < 0 ? negate_checked(a) : a;
}
template <typename T>
T abs_wrapped(T a) {
  return a < 0 ? negate_wrapped(a) : a;
}

/// a % b with a's sign; the smallest number by -1 is 0.
template <typename T>
T remainder_of(T a, T b) {
  return b == -1 ? T{0} : static_cast<T>(a % b);
}
template <typename T>
T positive_remainder(T a, T b) {
  const T r = remainder_of(a, b);
  return r < 0 ? remainder_of(static_cast<T>(r + b), b) : r;
}

/// The low bits of the count shift, as in Java.
template <typename T>
T shift_left(T a, std::int32_t n) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << (n & (sizeof(T) * 8 - 1)));
}
template <typename T>
T shift_right(T a, std::int32_t n) {
  return a >> (n & (sizeof(T) * 8 - 1));
}
template <typename T>
T shift_right_unsigned(T a, std::int32_t n) {
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) >> (n & (sizeof(T) * 8 - 1)));
}

std::optional<std::int64_t> factorial(std::int32_t n);
std::string binary_digits(std::int64_t value);
/// NULL for an unknown base or no digits. Overflow gives the greatest unsigned 64-bit number, or raises.
std::optional<std::string> convert_base(std::string_view text, std::int32_t from, std::int32_t to, bool raises);
std::string hex_of(std::int64_t value);
std::string hex_of(std::string_view bytes);
std::optional<std::string> unhex(std::string_view text);
std::optional<std::int64_t> width_bucket(double value, double low, double high, std::int64_t count);
std::int8_t bit_at(std::int64_t value, std::int32_t position, std::int32_t width, std::string_view function);
bool passes_luhn(std::string_view digits);

}  // namespace lab::compute
