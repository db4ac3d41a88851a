#include "functions/decimal_types.h"

#include <algorithm>

namespace lab::functions {

using types::DataType;
using types::TypeKind;

namespace {
constexpr int kMax = DataType::kMaxDecimalPrecision;
constexpr int kMinimumAdjustedScale = 6;
}  // namespace

DataType decimal_for(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Decimal:
      return type;
    case TypeKind::Byte:
      return DataType::decimal(3, 0);
    case TypeKind::Short:
      return DataType::decimal(5, 0);
    case TypeKind::Int:
      return DataType::decimal(10, 0);
    case TypeKind::Long:
      return DataType::decimal(20, 0);
    case TypeKind::Float:
      return DataType::decimal(14, 7);
    case TypeKind::Double:
      return DataType::decimal(30, 15);
    default:
      return DataType::decimal(kMax, 18);
  }
}

DataType bounded_decimal(int precision, int scale) {
  return DataType::decimal(std::min(precision, kMax), std::min(scale, kMax));
}

DataType adjusted_decimal(int precision, int scale) {
  if (precision <= kMax) return DataType::decimal(precision, scale);
  const int digits = precision - scale;
  return DataType::decimal(kMax, std::max(kMax - digits, std::min(scale, kMinimumAdjustedScale)));
}

DataType wider_decimal(const DataType& left, const DataType& right) {
  const int scale = std::max(left.scale(), right.scale());
  const int range = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  return bounded_decimal(range + scale, scale);
}

bool is_wider_decimal(const DataType& decimal, const DataType& narrow) {
  const DataType other = decimal_for(narrow);
  return decimal.precision() - decimal.scale() >= other.precision() - other.scale() && decimal.scale() >= other.scale();
}

namespace {

/// The rules before Spark 2.3: what does not fit is cut or NULL.
DataType lossless_result(char op, int p1, int s1, int p2, int s2) {
  const int scale = std::max(s1, s2);
  switch (op) {
    case '+':
    case '-':
      return bounded_decimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    case '*':
      return bounded_decimal(p1 + p2 + 1, s1 + s2);
    case '/': {
      int whole = std::min(kMax, p1 - s1 + s2), fraction = std::min(kMax, std::max(kMinimumAdjustedScale, s1 + p2 + 1));
      const int over = whole + fraction - kMax;
      if (over > 0) {
        fraction -= over / 2 + 1;
        whole = kMax - fraction;
      }
      return bounded_decimal(whole + fraction, fraction);
    }
    default:
      return bounded_decimal(std::min(p1 - s1, p2 - s2) + scale, scale);
  }
}

}  // namespace

DataType decimal_result(char op, const DataType& left, const DataType& right, bool allow_precision_loss) {
  const int p1 = left.precision(), s1 = left.scale(), p2 = right.precision(), s2 = right.scale();
  if (!allow_precision_loss && op != 'd') return lossless_result(op, p1, s1, p2, s2);
  switch (op) {
    case '+':
    case '-': {
      const int scale = std::max(s1, s2);
      return adjusted_decimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case '*':
      return adjusted_decimal(p1 + p2 + 1, s1 + s2);
    case '/': {
      const int scale = std::max(kMinimumAdjustedScale, s1 + p2 + 1);
      return adjusted_decimal(p1 - s1 + s2 + scale, scale);
    }
    case '%': {
      const int scale = std::max(s1, s2);
      return adjusted_decimal(std::min(p1 - s1, p2 - s2) + scale, scale);
    }
    default: {  // div: only the integral digits
      const int digits = p1 - s1 + s2;
      return bounded_decimal(digits == 0 ? 1 : digits, 0);
    }
  }
}

bool is_exact_decimal(char op, const DataType& left, const DataType& right, const DataType& result) {
  if (!left.is(TypeKind::Decimal) || !right.is(TypeKind::Decimal) || !result.is(TypeKind::Decimal)) return false;
  const int p1 = left.precision(), s1 = left.scale(), p2 = right.precision(), s2 = right.scale();
  const bool multiplies = op == '*';
  if (!multiplies && op != '+' && op != '-') return false;
  const int scale = multiplies ? s1 + s2 : std::max(s1, s2);
  const int digits = multiplies ? p1 + p2 : std::max(p1 - s1, p2 - s2) + scale + 1;
  return result.scale() == scale && result.precision() >= digits;
}

// Spark looks at the digits of smallint, int and bigint literals, not of tinyint ones.
DataType decimal_operand(const plan::bound::Expression& expression) {
  const auto* literal = std::get_if<plan::bound::LiteralNode>(&expression.node);
  if (literal != nullptr && expression.type.is_integral() && !expression.type.is(TypeKind::Byte) &&
      !literal->value.is_null()) {
    const std::int64_t value = literal->value.integer();
    int digits = 0;
    for (std::int64_t rest = value; rest != 0; rest /= 10) ++digits;
    return DataType::decimal(std::max(digits, 1), 0);
  }
  return decimal_for(expression.type);
}

}  // namespace lab::functions
