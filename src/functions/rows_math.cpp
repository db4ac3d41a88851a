#include <algorithm>
#include <charconv>

#include "functions/decimal_types.h"
#include "functions/duckdb_type.h"
#include "functions/misfit.h"
#include "functions/rows.h"

namespace lab::functions {

using types::TypeKind;

namespace {

CallTypes abs_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is_numeric() || type.is(TypeKind::DayTimeInterval) || type.is(TypeKind::YearMonthInterval))
    return {{type}, type, {}};
  if (type.is_text() || type.is(TypeKind::Null)) return {{TypeKind::Double}, TypeKind::Double, {}};
  throw Misfit{Misfit::Why::Input, 0, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")"};
}

std::string lower_abs(const LowerCall& call) {
  if (call.result.is_fractional() || call.result.is(TypeKind::Decimal)) return "abs(" + call.sql[0] + ")";
  return std::string(call.ansi || call.result.is_interval() ? "lab_abs(" : "lab_abs_wrap(") + call.sql[0] + ")";
}

int scale_argument(const CallShape& shape, std::string_view name) {
  const types::Value* value = shape.constant(1);
  if (value == nullptr) throw Misfit{Misfit::Why::NotFoldable, 1, std::string(name)};
  if (const auto number = shape.number(1)) return static_cast<int>(*number);
  // A text that is no number becomes NULL, or fails when it is cast.
  const auto* text = std::get_if<std::string>(&value->data);
  int scale = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), scale);
  return scale;
}

DataType numeric_argument(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is_numeric()) return type;
  if (type.is_text() || type.is(TypeKind::Null)) return TypeKind::Double;
  throw Misfit{Misfit::Why::Input, 0, "\"NUMERIC\""};
}

/// round and bround keep the type; a decimal's scale shrinks to what was asked for.
CallTypes round_types(const CallShape& shape) {
  const DataType type = numeric_argument(shape);
  const int scale = shape.size() > 1 ? scale_argument(shape, "`scale`") : 0;
  DataType result = type;
  if (type.is(TypeKind::Decimal)) {
    const int digits = type.precision() - type.scale() + 1;
    if (scale < 0) {
      result = bounded_decimal(std::max(digits, -scale + 1), 0);
    } else {
      const int kept = std::min(type.scale(), scale);
      result = bounded_decimal(digits + kept, kept);
    }
  }
  if (shape.size() == 1) return {{type}, result, {}};
  return {{type, TypeKind::Int}, result, {}};
}

/// `ceil(x)` is a bigint, of a decimal a decimal without fraction; with a scale it is always decimal.
CallTypes ceil_types(const CallShape& shape) {
  const DataType type = numeric_argument(shape);
  if (shape.size() == 1) {
    if (type.is(TypeKind::Decimal)) return {{type}, bounded_decimal(type.precision() - type.scale() + 1, 0), {}};
    const DataType wide = type.is_integral() ? DataType(TypeKind::Long) : DataType(TypeKind::Double);
    return {{wide}, TypeKind::Long, {}};
  }
  const int scale = scale_argument(shape, "`scale`");
  const DataType decimal = decimal_for(type);
  const int digits = decimal.precision() - decimal.scale() + 1;
  const DataType result =
      scale < 0 ? bounded_decimal(std::max(digits, -scale + 1), 0)
                : bounded_decimal(digits + std::min(decimal.scale(), scale), std::min(decimal.scale(), scale));
  return {{decimal, TypeKind::Int}, result, {}};
}

std::string lower_round_with(std::string_view mode, const LowerCall& call) {
  const DataType& type = call.type(0);
  const std::string scale = call.size() > 1 ? call.sql[1] : "0";
  if (type.is(TypeKind::Decimal)) {
    return "lab_decimal_round(" + call.sql[0] + ", " + scale + ", " + std::to_string(call.result.precision()) + ", " +
           std::to_string(call.result.scale()) + ", '" + std::string(mode) + "', " + (call.ansi ? "true" : "false") +
           ")";
  }
  if (mode == "ceil" || mode == "floor")
    return type.is_integral() ? call.sql[0] : "lab_" + std::string(mode) + "(" + call.sql[0] + ")";
  return "lab_" + std::string(mode == "half_up" ? "round" : "bround") + "(" + call.sql[0] + ", " + scale +
         (type.is_integral() ? call.ansi ? ", true" : ", false" : "") + ")";
}
std::string lower_round(const LowerCall& call) { return lower_round_with("half_up", call); }
std::string lower_bround(const LowerCall& call) { return lower_round_with("half_even", call); }
std::string lower_ceil(const LowerCall& call) { return lower_round_with("ceil", call); }
std::string lower_floor(const LowerCall& call) { return lower_round_with("floor", call); }

std::string lower_log(const LowerCall& call) {
  if (call.size() == 1) return "lab_ln(" + call.sql[0] + ")";
  return "lab_log_base(" + call.sql[0] + ", " + call.sql[1] + ")";
}

std::string as_double(const LowerCall& call, std::size_t i) {
  return call.type(i).is_interval() ? "CAST(" + call.sql[i] + " AS DOUBLE)" : call.sql[i];
}
std::string lower_sign(const LowerCall& call) { return "lab_signum(" + as_double(call, 0) + ")"; }
std::string lower_width_bucket(const LowerCall& call) {
  return "lab_width_bucket(" + as_double(call, 0) + ", " + as_double(call, 1) + ", " + as_double(call, 2) + ", " +
         call.sql[3] + ")";
}

constexpr FunctionRow kMathTable[] = {
    {.name = "abs",
     .signature = "(a: any) -> any",
     .lower = &lower_abs,
     .types = &abs_types,
     .may_raise = true,
     .doc = "Absolute value."},
    {.name = "acos",
     .signature = "(a: double) -> double",
     .native = "lab_acos",
     .doc = "Inverse cosine, NaN outside [-1, 1]."},
    {.name = "acosh", .signature = "(a: double) -> double", .native = "lab_acosh", .doc = "Inverse hyperbolic cosine."},
    {.name = "asin", .signature = "(a: double) -> double", .native = "lab_asin", .doc = "Inverse sine."},
    {.name = "asinh", .signature = "(a: double) -> double", .native = "lab_asinh", .doc = "Inverse hyperbolic sine."},
    {.name = "atan", .signature = "(a: double) -> double", .sql = "atan($1)", .doc = "Inverse tangent."},
    {.name = "atan2",
     .signature = "(y: double, x: double) -> double",
     .native = "lab_atan2",
     .doc = "Angle of the point (x, y)."},
    {.name = "atanh",
     .signature = "(a: double) -> double",
     .native = "lab_atanh",
     .doc = "Inverse hyperbolic tangent."},
    {.name = "bin", .signature = "(a: bigint) -> string", .native = "lab_bin", .doc = "Binary digits of a bigint."},
    {.name = "bit_count",
     .signature = "(a: integral|boolean) -> int",
     .native = "lab_bit_count",
     .doc = "Number of bits that are set."},
    {.name = "bit_get",
     .signature = "(a: integral, position: int) -> tinyint",
     .native = "lab_bit_get",
     .may_raise = true,
     .doc = "A bit by its position."},
    {.name = "bround",
     .signature = "(a: any, scale?: int) -> any",
     .lower = &lower_bround,
     .types = &round_types,
     .may_raise = true,
     .doc = "Rounds half to even."},
    {.name = "cbrt", .signature = "(a: double) -> double", .native = "lab_cbrt", .doc = "Cube root."},
    {.name = "ceil",
     .signature = "(a: any, scale?: int) -> any",
     .lower = &lower_ceil,
     .types = &ceil_types,
     .may_raise = true,
     .doc = "Least whole number not below."},
    {.name = "ceiling", .alias_of = "ceil"},
    {.name = "conv",
     .signature = "(a: string, from: int, to: int) -> string",
     .native = "lab_conv",
     .nullability = Nullability::Always,
     .may_raise = true,
     .takes_ansi = true,
     .doc = "A number in another base."},
    {.name = "cos", .signature = "(a: double) -> double", .native = "lab_cos", .doc = "Cosine."},
    {.name = "cosh", .signature = "(a: double) -> double", .native = "lab_cosh", .doc = "Hyperbolic cosine."},
    {.name = "cot", .signature = "(a: double) -> double", .native = "lab_cot", .doc = "Cotangent."},
    {.name = "csc", .signature = "(a: double) -> double", .native = "lab_csc", .doc = "Cosecant."},
    {.name = "degrees", .signature = "(a: double) -> double", .native = "lab_degrees", .doc = "Radians to degrees."},
    {.name = "e",
     .signature = "() -> double",
     .sql = "2.718281828459045::DOUBLE",
     .nullability = Nullability::Never,
     .doc = "Euler's number."},
    {.name = "exp", .signature = "(a: double) -> double", .sql = "exp($1)", .doc = "e to the power."},
    {.name = "expm1",
     .signature = "(a: double) -> double",
     .native = "lab_expm1",
     .doc = "exp(a) - 1, exact near zero."},
    {.name = "factorial",
     .signature = "(a: int) -> bigint",
     .native = "lab_factorial",
     .nullability = Nullability::Always,
     .doc = "Factorial of 0 to 20, NULL elsewhere."},
    {.name = "floor",
     .signature = "(a: any, scale?: int) -> any",
     .lower = &lower_floor,
     .types = &ceil_types,
     .may_raise = true,
     .doc = "Greatest whole number not above."},
    {.name = "getbit",
     .signature = "(a: integral, position: int) -> tinyint",
     .native = "lab_getbit",
     .may_raise = true,
     .doc = "A bit by its position."},
    {.name = "hex",
     .signature = "(a: bigint|binary|string) -> string",
     .native = "lab_hex",
     .doc = "Hexadecimal digits of a number, text or binary."},
    {.name = "hypot",
     .signature = "(a: double, b: double) -> double",
     .native = "lab_hypot",
     .doc = "Length of the hypotenuse."},
    {.name = "ln",
     .signature = "(a: double) -> double",
     .native = "lab_ln",
     .nullability = Nullability::Always,
     .doc = "Natural logarithm, NULL below or at zero."},
    {.name = "log",
     .signature = "(base: double, a?: double) -> double",
     .lower = &lower_log,
     .nullability = Nullability::Always,
     .doc = "Logarithm, natural with one argument."},
    {.name = "log10",
     .signature = "(a: double) -> double",
     .native = "lab_log10",
     .nullability = Nullability::Always,
     .doc = "Decimal logarithm."},
    {.name = "log1p",
     .signature = "(a: double) -> double",
     .native = "lab_log1p",
     .nullability = Nullability::Always,
     .doc = "ln(1 + a)."},
    {.name = "log2",
     .signature = "(a: double) -> double",
     .native = "lab_log2",
     .nullability = Nullability::Always,
     .doc = "Binary logarithm."},
    {.name = "pi", .signature = "() -> double", .sql = "pi()", .nullability = Nullability::Never, .doc = "Pi."},
    {.name = "pow", .signature = "(a: double, b: double) -> double", .native = "lab_pow", .doc = "a to the power b."},
    {.name = "power", .alias_of = "pow"},
    {.name = "radians", .signature = "(a: double) -> double", .native = "lab_radians", .doc = "Degrees to radians."},
    {.name = "rint",
     .signature = "(a: double) -> double",
     .native = "lab_rint",
     .doc = "Nearest whole number, half to even."},
    {.name = "round",
     .signature = "(a: any, scale?: int) -> any",
     .lower = &lower_round,
     .types = &round_types,
     .may_raise = true,
     .doc = "Rounds half up."},
    {.name = "sec", .signature = "(a: double) -> double", .native = "lab_sec", .doc = "Secant."},
    {.name = "sign",
     .signature = "(a: double|year_month|day_time) -> double",
     .lower = &lower_sign,
     .doc = "-1.0, 0.0 or 1.0."},
    {.name = "signum", .alias_of = "sign"},
    {.name = "sin", .signature = "(a: double) -> double", .native = "lab_sin", .doc = "Sine."},
    {.name = "sinh", .signature = "(a: double) -> double", .native = "lab_sinh", .doc = "Hyperbolic sine."},
    {.name = "sqrt",
     .signature = "(a: double) -> double",
     .native = "lab_sqrt",
     .doc = "Square root, NaN of a negative number."},
    {.name = "tan", .signature = "(a: double) -> double", .native = "lab_tan", .doc = "Tangent."},
    {.name = "tanh", .signature = "(a: double) -> double", .native = "lab_tanh", .doc = "Hyperbolic tangent."},
    {.name = "unhex",
     .signature = "(a: string) -> binary",
     .native = "lab_unhex",
     .nullability = Nullability::Always,
     .doc = "Bytes of hexadecimal digits, NULL for others."},
    {.name = "width_bucket",
     .signature = "(value: double|year_month|day_time, low: double|year_month|day_time, high: "
                  "double|year_month|day_time, count: bigint) -> bigint",
     .lower = &lower_width_bucket,
     .nullability = Nullability::Always,
     .doc = "Bucket of an equal-width histogram."},
};
static_assert(are_rows_in_order(kMathTable));

}  // namespace

constinit const Rows kMathRows = kMathTable;

}  // namespace lab::functions
