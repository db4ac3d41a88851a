#include "functions/arithmetic.h"
#include "functions/common_type.h"
#include "functions/misfit.h"
#include "functions/nested_order.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

std::string compared(const LowerCall& call, std::string_view symbol) {
  return "(" + order_key(call.sql[0], call.type(0)) + std::string(symbol) + order_key(call.sql[1], call.type(1)) + ")";
}
std::string lower_less(const LowerCall& call) { return compared(call, " < "); }
std::string lower_at_most(const LowerCall& call) { return compared(call, " <= "); }
std::string lower_greater(const LowerCall& call) { return compared(call, " > "); }
std::string lower_at_least(const LowerCall& call) { return compared(call, " >= "); }

CallTypes between_types(const CallShape& shape) {
  auto common = comparison_type(shape.type(0), shape.type(1), shape.policy);
  if (common) common = comparison_type(*common, shape.type(2), shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {{*common, *common, *common}, TypeKind::Boolean, {}};
}

CallTypes in_types(const CallShape& shape) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < shape.size(); ++i) types.push_back(shape.type(i));
  auto common = wider_common_type(types, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {std::vector<DataType>(shape.size(), *common), TypeKind::Boolean, {}};
}

std::string lower_in(const LowerCall& call) {
  std::string list;
  for (std::size_t i = 1; i < call.size(); ++i) list += (i > 1 ? ", " : "") + call.sql[i];
  if (call.size() == 1) return "(CASE WHEN " + call.sql[0] + " IS NULL THEN CAST(NULL AS BOOLEAN) ELSE false END)";
  return "(" + call.sql[0] + " IN (" + list + "))";
}

CallTypes bitwise_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  const auto fits = [&](const DataType& t) {
    return t.is_integral() || t.is(TypeKind::Null) || (shape.policy.ansi && t.is_text());
  };
  const bool no_number = !l.is_integral() && !r.is_integral() && (l.is_text() || r.is_text());
  if (!fits(l) || !fits(r) || no_number) refuse_operands(shape, "\"INTEGRAL\"");
  const auto common =
      wider_type(l.is_text() ? DataType(TypeKind::Long) : l, r.is_text() ? DataType(TypeKind::Long) : r, shape.policy);
  const DataType type = common->is(TypeKind::Null) ? DataType(TypeKind::Long) : *common;
  return {{type, type}, type, {}};
}

CallTypes negate_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is_numeric() || type.is_interval()) return {{type}, type, {}};
  if (type.is_text() || type.is(TypeKind::Null)) return {{TypeKind::Double}, TypeKind::Double, {}};
  throw Misfit{Misfit::Why::Input, 0,
               "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")"};
}

std::string lower_negate(const LowerCall& call) {
  if (call.result.is(TypeKind::CalendarInterval)) return "lab_interval_negate(" + call.sql[0] + ")";
  if (call.result.is_fractional() || call.result.is(TypeKind::Decimal)) return "(-" + call.sql[0] + ")";
  const bool raises = call.ansi || call.result.is_interval();
  return std::string(raises ? "lab_negate(" : "lab_negate_wrap(") + call.sql[0] + ")";
}

CallTypes complement_types(const CallShape& shape) {
  if (!shape.type(0).is_integral()) throw Misfit{Misfit::Why::Input, 0, "\"INTEGRAL\""};
  return {{shape.type(0)}, shape.type(0), {}};
}

CallTypes shift_types(const CallShape& shape) {
  const DataType type = shape.type(0).is(TypeKind::Long) ? TypeKind::Long : TypeKind::Int;
  return {{type, TypeKind::Int}, type, {}};
}

constexpr FunctionRow kOperatorsTable[] = {
    {.name = "!", .signature = "(a: boolean) -> boolean", .sql = "NOT $1", .doc = "Logical not."},
    {.name = "!=",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 <> $2",
     .types = &comparison_types,
     .doc = "Not equal."},
    {.name = "%",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_remainder,
     .types = &remainder_types,
     .may_raise = true,
     .doc = "Remainder with the dividend's sign."},
    {.name = "&",
     .signature = "(a: any, b: any) -> any",
     .sql = "$1 & $2",
     .types = &bitwise_types,
     .doc = "Bitwise and."},
    {.name = "*",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_multiply,
     .types = &multiply_types,
     .may_raise = true,
     .doc = "Product."},
    {.name = "+",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_add,
     .types = &add_types,
     .may_raise = true,
     .doc = "Sum; also of dates and intervals."},
    {.name = "-",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_subtract,
     .types = &subtract_types,
     .may_raise = true,
     .doc = "Difference; also of dates and intervals."},
    {.name = "/",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_divide,
     .types = &divide_types,
     .may_raise = true,
     .doc = "Quotient, never of whole numbers."},
    {.name = "<",
     .signature = "(a: any, b: any) -> boolean",
     .lower = &lower_less,
     .types = &comparison_types,
     .doc = "Less than."},
    {.name = "<<",
     .signature = "(base: bigint, n: int) -> any",
     .native = "lab_shift_left",
     .types = &shift_types,
     .doc = "Shifts left."},
    {.name = "<=",
     .signature = "(a: any, b: any) -> boolean",
     .lower = &lower_at_most,
     .types = &comparison_types,
     .doc = "At most."},
    {.name = "<=>",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 IS NOT DISTINCT FROM $2",
     .types = &comparison_types,
     .nullability = Nullability::Never,
     .doc = "Equal, or both NULL."},
    {.name = "<>",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 <> $2",
     .types = &comparison_types,
     .doc = "Not equal."},
    {.name = "=",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 = $2",
     .types = &comparison_types,
     .doc = "Equal."},
    {.name = "==",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 = $2",
     .types = &comparison_types,
     .doc = "Equal."},
    {.name = ">",
     .signature = "(a: any, b: any) -> boolean",
     .lower = &lower_greater,
     .types = &comparison_types,
     .doc = "Greater than."},
    {.name = ">=",
     .signature = "(a: any, b: any) -> boolean",
     .lower = &lower_at_least,
     .types = &comparison_types,
     .doc = "At least."},
    {.name = ">>",
     .signature = "(base: bigint, n: int) -> any",
     .native = "lab_shift_right",
     .types = &shift_types,
     .doc = "Shifts right, keeping the sign."},
    {.name = ">>>",
     .signature = "(base: bigint, n: int) -> any",
     .native = "lab_shift_right_unsigned",
     .types = &shift_types,
     .doc = "Shifts right, filling with zeros."},
    {.name = "^",
     .signature = "(a: any, b: any) -> any",
     .sql = "xor($1, $2)",
     .types = &bitwise_types,
     .doc = "Bitwise exclusive or."},
    {.name = "and",
     .signature = "(a: boolean, b: boolean) -> boolean",
     .sql = "$1 AND $2",
     .doc = "Logical and, of three values."},
    {.name = "between",
     .signature = "(x: any, low: any, high: any) -> boolean",
     .sql = "$1 BETWEEN $2 AND $3",
     .types = &between_types,
     .doc = "low <= x and x <= high."},
    {.name = "div",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_integral_divide,
     .types = &integral_divide_types,
     .may_raise = true,
     .doc = "Quotient without its fraction."},
    {.name = "equal_null",
     .signature = "(a: any, b: any) -> boolean",
     .sql = "$1 IS NOT DISTINCT FROM $2",
     .types = &comparison_types,
     .nullability = Nullability::Never,
     .doc = "Equal, or both NULL."},
    {.name = "in",
     .signature = "(x: any, values: any...?) -> boolean",
     .lower = &lower_in,
     .types = &in_types,
     .doc = "Equal to one of the values."},
    {.name = "mod",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_remainder,
     .types = &remainder_types,
     .may_raise = true,
     .doc = "Remainder with the dividend's sign."},
    {.name = "negative",
     .signature = "(a: any) -> any",
     .lower = &lower_negate,
     .types = &negate_types,
     .may_raise = true,
     .doc = "The number with its sign turned."},
    {.name = "not", .signature = "(a: boolean) -> boolean", .sql = "NOT $1", .doc = "Logical not."},
    {.name = "or",
     .signature = "(a: boolean, b: boolean) -> boolean",
     .sql = "$1 OR $2",
     .doc = "Logical or, of three values."},
    {.name = "pmod",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_pmod,
     .types = &remainder_types,
     .may_raise = true,
     .doc = "Remainder that is never negative."},
    {.name = "positive",
     .signature = "(a: any) -> any",
     .sql = "$1",
     .types = &negate_types,
     .doc = "The number as it is."},
    {.name = "shiftleft", .alias_of = "<<"},
    {.name = "shiftright", .alias_of = ">>"},
    {.name = "shiftrightunsigned", .alias_of = ">>>"},
    {.name = "try_add",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_try_add,
     .types = &add_types,
     .nullability = Nullability::Always,
     .doc = "`+`, NULL on overflow."},
    {.name = "try_divide",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_try_divide,
     .types = &divide_types,
     .nullability = Nullability::Always,
     .doc = "`/`, NULL for a zero divisor."},
    {.name = "try_mod",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_try_remainder,
     .types = &remainder_types,
     .nullability = Nullability::Always,
     .since_version = Since::Spark4Only,
     .doc = "`%`, NULL for a zero divisor."},
    {.name = "try_multiply",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_try_multiply,
     .types = &multiply_types,
     .nullability = Nullability::Always,
     .doc = "`*`, NULL on overflow."},
    {.name = "try_subtract",
     .signature = "(a: any, b: any) -> any",
     .lower = &lower_try_subtract,
     .types = &subtract_types,
     .nullability = Nullability::Always,
     .doc = "`-`, NULL on overflow."},
    {.name = "|",
     .signature = "(a: any, b: any) -> any",
     .sql = "$1 | $2",
     .types = &bitwise_types,
     .doc = "Bitwise or."},
    {.name = "~", .signature = "(a: integral) -> any", .sql = "~$1", .types = &complement_types, .doc = "Bitwise not."},
};
static_assert(are_rows_in_order(kOperatorsTable));

}  // namespace

constinit const Rows kOperatorRows = kOperatorsTable;

}  // namespace lab::functions
