#pragma once

#include "functions/function_row.h"

/// Types and SQL of `+ - * / % div` and their try_ forms, over numbers, dates, instants and intervals.
namespace lab::functions {

using Operands = std::pair<DataType, DataType>;
/// Both sides of an operator as Spark promotes them before it looks whether they fit: text to a number, whole numbers
/// beside a decimal to decimals.
Operands promoted_operands(const CallShape& shape);
/// The error of operands that do not fit: of different types, or of one that is none of `required`.
[[noreturn]] void refuse_operands(const CallShape& shape, std::string required);

CallTypes add_types(const CallShape& shape);
CallTypes subtract_types(const CallShape& shape);
CallTypes multiply_types(const CallShape& shape);
CallTypes divide_types(const CallShape& shape);
CallTypes remainder_types(const CallShape& shape);
CallTypes integral_divide_types(const CallShape& shape);
/// Both sides to one comparable type; boolean.
CallTypes comparison_types(const CallShape& shape);

std::string lower_add(const LowerCall& call);
std::string lower_subtract(const LowerCall& call);
std::string lower_multiply(const LowerCall& call);
std::string lower_divide(const LowerCall& call);
std::string lower_remainder(const LowerCall& call);
std::string lower_pmod(const LowerCall& call);
std::string lower_integral_divide(const LowerCall& call);
std::string lower_try_add(const LowerCall& call);
std::string lower_try_subtract(const LowerCall& call);
std::string lower_try_multiply(const LowerCall& call);
std::string lower_try_divide(const LowerCall& call);
std::string lower_try_remainder(const LowerCall& call);

}  // namespace lab::functions
