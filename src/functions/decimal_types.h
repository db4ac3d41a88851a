#pragma once

#include "plan/bound.h"

/// Precision and scale of decimal results, by Spark's rules.
namespace lab::functions {

/// The decimal that holds every value of a numeric type: tinyint (3,0), smallint (5,0), int (10,0), bigint (20,0),
/// float (14,7), double (30,15).
types::DataType decimal_for(const types::DataType& type);
/// Cuts both to 38.
types::DataType bounded_decimal(int precision, int scale);
/// Cuts precision to 38, giving up scale beyond 6 digits first.
types::DataType adjusted_decimal(int precision, int scale);
/// The decimal that holds both.
types::DataType wider_decimal(const types::DataType& left, const types::DataType& right);
/// Every value of `narrow` (integral or decimal) fits `decimal`.
bool is_wider_decimal(const types::DataType& decimal, const types::DataType& narrow);
/// Result of `left op right`, op one of + - * / % d(iv); without loss of precision digits are cut, never the scale.
types::DataType decimal_result(char op, const types::DataType& left, const types::DataType& right, bool allow_precision_loss = true);
/// `left op right`, op one of + - *, of this type neither rounds nor overflows, whatever the values.
bool is_exact_decimal(char op, const types::DataType& left, const types::DataType& right, const types::DataType& result);
/// decimal_for, but of a literal the decimal with just its digits, as Spark's DecimalPrecision does for integer
/// literals.
types::DataType decimal_operand(const plan::bound::Expression& expression);

}  // namespace lab::functions
