#include <algorithm>
#include <cctype>

#include "functions/duckdb_type.h"
#include "functions/cast_rules.h"
#include "functions/conditions.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "types/type_text.h"

/// Casts written as calls, and conversions by a format.
namespace lab::functions {

using types::TypeKind;

namespace {

template <TypeKind Target>
CallTypes cast_types(const CallShape& shape) {
  const DataType target = Target == TypeKind::Decimal ? DataType::decimal(10, 0) : DataType(Target);
  if (!can_cast(shape.type(0), target, shape.policy.ansi ? CastMode::Ansi : CastMode::Legacy))
    throw Misfit{Misfit::Why::Input, 0, types::quoted_sql(target)};
  const CastMode mode = shape.policy.ansi ? CastMode::Ansi : CastMode::Legacy;
  return {{shape.type(0)}, target, shape.arguments[0]->nullable || cast_forces_null(shape.type(0), target, mode)};
}

std::string lower_cast_call(const LowerCall& call) {
  return lower_cast(call.sql[0], call.type(0), call.result, call.policy.ansi ? CastMode::Ansi : CastMode::Legacy,
                    call.policy.time_zone);
}

CallTypes pretty_types(const CallShape& shape) {
  return {{shape.type(0)}, TypeKind::String, shape.arguments[0]->nullable};
}
std::string lower_pretty(const LowerCall& call) {
  return lower_pretty_text(call.sql[0], call.type(0), call.policy.time_zone);
}

/// The constant format of the conversions below. Spark's message names the kind of expression that was found.
const types::Value* format_of(const CallShape& shape) {
  const types::Value* format = shape.constant(1);
  if (format == nullptr) throw Misfit{Misfit::Why::NotFoldable, 1, "`attributereference`", TypeKind::String};
  return format;
}

/// to_binary's format is a constant, too.
void check_binary_format(const CallShape& shape) {
  if (shape.size() > 1 && !shape.is_foldable(1)) {
    Misfit misfit = Misfit::not_foldable(shape, 1, "fmt");
    misfit.actual = TypeKind::String;
    // try_to_binary is another name of it here.
    misfit.shown = "to_binary(" + shape.display(0) + ", " + shape.display(1) + ")";
    throw misfit;
  }
}

/// to_binary knows three ways; try_to_binary gives NULL for another.
void check_known_binary_format(const CallShape& shape) {
  check_binary_format(shape);
  const types::Value* format = shape.constant(1);
  if (format == nullptr || format->is_null()) return;
  const auto* text = std::get_if<std::string>(&format->data);
  std::string lower = text == nullptr ? shape.display(1) : *text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "hex" || lower == "utf-8" || lower == "utf8" || lower == "base64") return;
  throw Misfit::named(conditions::kInvalidArgumentValue,
                      {{"inputName", "fmt"},
                       {"requireType", "case-insensitive \"STRING\""},
                       {"validValues", "'hex', 'utf-8', 'utf8', or 'base64'"},
                       {"inputValue", "'" + lower + "'"}});
}

/// to_number('454', '999') is a decimal with the format's digits.
CallTypes to_number_types(const CallShape& shape) {
  const types::Value* format = format_of(shape);
  if (format->is_null()) return {{TypeKind::String, TypeKind::String}, DataType::decimal(10, 0), true};
  int before = 0, behind = 0;
  bool fraction = false;
  for (const char c : format->text()) {
    if (c == '.' || c == 'D' || c == 'd') fraction = true;
    if (c == '0' || c == '9') (fraction ? behind : before)++;
  }
  const int precision = before + behind;
  return {{TypeKind::String, TypeKind::String}, DataType::decimal(precision == 0 ? 1 : precision, behind), true};
}

std::string to_number(const LowerCall& call, bool raises) {
  if (call.constant(1) != nullptr && call.constant(1)->is_null()) return "CAST(NULL AS DECIMAL(10,0))";
  return "lab_to_number(" + call.sql[0] + ", " + call.sql[1] + ", " + std::to_string(call.result.precision()) + ", " +
         std::to_string(call.result.scale()) + ", " + (raises ? "true" : "false") + ")";
}
std::string lower_to_number(const LowerCall& call) { return to_number(call, true); }
std::string lower_try_to_number(const LowerCall& call) { return to_number(call, false); }

/// to_char formats numbers by digits, datetimes by a pattern, binary by `base64`, `hex` or `utf-8`.
CallTypes to_char_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!shape.policy.is_spark4 && !type.is_numeric() && !type.is_text() && !type.is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0, "\"DECIMAL\""};
  if (type.is_datetime()) return {{TypeKind::Timestamp, TypeKind::String}, TypeKind::String, {}};
  format_of(shape);
  if (type.is(TypeKind::Binary)) return {{type, TypeKind::String}, TypeKind::String, {}};
  const DataType number = type.is(TypeKind::Decimal) ? type
                          : type.is_integral()       ? DataType::decimal(20, 0)
                                                     : DataType::decimal(38, 18);
  return {{number, TypeKind::String}, TypeKind::String, true};
}
std::string lower_to_char(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Timestamp))
    return "lab_date_format(" + call.sql[0] + ", " + call.sql[1] + ", " + call.zone() + ", " +
           text_literal(call.policy.time_parser) + ")";
  if (call.type(0).is(TypeKind::Binary)) return "lab_binary_to_char(" + call.sql[0] + ", " + call.sql[1] + ")";
  return "lab_to_char(CAST(" + call.sql[0] + " AS VARCHAR), " + call.sql[1] + ")";
}

std::string to_binary(const LowerCall& call, bool raises) {
  return "lab_to_binary(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : "'hex'") + ", " +
         (raises ? "true" : "false") + ")";
}
std::string lower_to_binary(const LowerCall& call) { return to_binary(call, true); }
std::string lower_try_to_binary(const LowerCall& call) { return to_binary(call, false); }

constexpr FunctionRow kConversionTable[] = {
    {.name = "bigint",
     .signature = "(value: any) -> bigint",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Long>,
     .may_raise = true,
     .doc = "Cast to bigint."},
    {.name = "binary",
     .signature = "(value: any) -> binary",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Binary>,
     .doc = "Cast to binary."},
    {.name = "boolean",
     .signature = "(value: any) -> boolean",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Boolean>,
     .may_raise = true,
     .doc = "Cast to boolean."},
    {.name = "date",
     .signature = "(value: any) -> date",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Date>,
     .may_raise = true,
     .doc = "Cast to date."},
    {.name = "decimal",
     .signature = "(value: any) -> any",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Decimal>,
     .may_raise = true,
     .doc = "Cast to decimal(10,0)."},
    {.name = "double",
     .signature = "(value: any) -> double",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Double>,
     .may_raise = true,
     .doc = "Cast to double."},
    {.name = "float",
     .signature = "(value: any) -> float",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Float>,
     .may_raise = true,
     .doc = "Cast to float."},
    {.name = "int",
     .signature = "(value: any) -> int",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Int>,
     .may_raise = true,
     .doc = "Cast to int."},
    {.name = "smallint",
     .signature = "(value: any) -> smallint",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Short>,
     .may_raise = true,
     .doc = "Cast to smallint."},
    {.name = "string",
     .signature = "(value: any) -> string",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::String>,
     .doc = "Cast to string."},
    {.name = "timestamp",
     .signature = "(value: any) -> timestamp",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Timestamp>,
     .may_raise = true,
     .doc = "Cast to timestamp."},
    {.name = "tinyint",
     .signature = "(value: any) -> tinyint",
     .lower = &lower_cast_call,
     .types = &cast_types<TypeKind::Byte>,
     .may_raise = true,
     .doc = "Cast to tinyint."},
    {.name = "to_binary",
     .signature = "(value: string, format?: string) -> binary",
     .lower = &lower_to_binary,
     .check = &check_known_binary_format,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "Binary of hexadecimal, base 64 or UTF-8 text."},
    {.name = "to_char",
     .signature = "(value: any, format: any) -> string",
     .lower = &lower_to_char,
     .types = &to_char_types,
     .may_raise = true,
     .doc = "A number, datetime or binary by a format."},
    {.name = "to_number",
     .signature = "(value: any, format: any) -> any",
     .lower = &lower_to_number,
     .types = &to_number_types,
     .nullability = Nullability::Always,
     .may_raise = true,
     .doc = "A decimal of text by a format."},
    {.name = "to_varchar", .alias_of = "to_char"},
    {.name = "toprettystring",
     .signature = "(value: any) -> string",
     .lower = &lower_pretty,
     .types = &pretty_types,
     .doc = "A value as show() prints it."},
    {.name = "try_to_binary",
     .signature = "(value: string, format?: string) -> binary",
     .lower = &lower_try_to_binary,
     .check = &check_binary_format,
     .nullability = Nullability::Always,
     .doc = "to_binary, NULL for what is none."},
    {.name = "try_to_number",
     .signature = "(value: any, format: any) -> any",
     .lower = &lower_try_to_number,
     .types = &to_number_types,
     .nullability = Nullability::Always,
     .doc = "to_number, NULL for what is none."},
};
static_assert(are_rows_in_order(kConversionTable));

}  // namespace

constinit const Rows kConversionRows = kConversionTable;

}  // namespace lab::functions
