#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "types/value.h"

namespace lab::sql {

/// A decimal number's exact value, as java.math.BigDecimal reads it, with the precision that Spark gives its type.
struct ExactDecimal {
  types::Int128 unscaled = 0;
  int precision = 0;
  int scale = 0;
};

/// Reads `digits[.digits][e[+-]digits]`. `unscaled` is meaningful only while `precision` is at most 38. Scales are never
/// negative: `1e2` has the value 100. nullopt when the exponent is beyond any use (thousands of digits).
std::optional<ExactDecimal> exact_decimal(std::string_view text);

/// The nearest double; infinite when the number is outside the range.
double nearest_double(std::string_view text);

}  // namespace lab::sql
