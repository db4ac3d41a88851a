#include <algorithm>

#include "functions/arithmetic.h"
#include "functions/cast_rules.h"
#include "functions/decimal_types.h"
#include "functions/duckdb_type.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// How a call meets overflow or a zero divisor.
enum class OnError : std::uint8_t { Wrap, Raise, Null };

OnError mode_of(const LowerCall& call) { return call.ansi ? OnError::Raise : OnError::Wrap; }

std::string call_text(std::string_view name, std::initializer_list<std::string_view> arguments) {
  std::string text(name);
  text += "(";
  for (const auto argument : arguments) {
    if (text.back() != '(') text += ", ";
    text += argument;
  }
  return text + ")";
}

/// The kernel whose result has room for every value, if the types leave that room.
std::string_view exact_kernel(std::string_view name, const DataType& left, const DataType& right, const DataType& result) {
  if (name == "lab_decimal_multiply") return is_exact_decimal('*', left, right, result) ? "lab_decimal_product" : "";
  if (name == "lab_decimal_add") return is_exact_decimal('+', left, right, result) ? "lab_decimal_plus" : "";
  if (name == "lab_decimal_subtract") return is_exact_decimal('-', left, right, result) ? "lab_decimal_minus" : "";
  return "";
}

/// What DuckDB computes in 64 bits without an overflow is its own affair; beyond that it would raise.
std::string decimal_call(std::string_view name, const LowerCall& call, OnError mode) {
  const DataType &l = call.type(0), &r = call.type(1);
  const std::string precision = std::to_string(call.result.precision()), scale = std::to_string(call.result.scale());
  if (const auto exact = exact_kernel(name, l, r, call.result); !exact.empty()) {
    constexpr int kNativeDigits = 18;
    if (call.result.precision() > kNativeDigits) return call_text(exact, {call.sql[0], call.sql[1], precision, scale});
    const char* op = exact == "lab_decimal_product" ? " * " : exact == "lab_decimal_plus" ? " + " : " - ";
    return "CAST((" + call.sql[0] + op + call.sql[1] + ") AS " + duckdb_type(call.result) + ")";
  }
  return call_text(name, {call.sql[0], call.sql[1], precision, scale, mode == OnError::Raise ? "true" : "false"});
}

std::string suffixed(std::string_view name, OnError mode) {
  return std::string(name) + (mode == OnError::Raise ? "" : mode == OnError::Wrap ? "_wrap" : "_try");
}

/// `moment ± span` by one kernel that knows zones: lab_add_interval(moment, months, days, micros, zone).
std::string shift(const LowerCall& call, std::size_t moment, std::size_t span, bool negative) {
  const DataType& from = call.type(moment);
  const DataType& by = call.type(span);
  const std::string sign = negative ? "-" : "";
  const std::string zone = from.is(TypeKind::Timestamp) ? call.zone() : "'UTC'";
  const std::string& text = call.sql[span];
  if (from.is(TypeKind::Date)) {
    if (by.is(TypeKind::YearMonthInterval))
      return call_text("lab_date_add_months", {call.sql[moment], sign + "(" + text + ")"});
    if (by.is(TypeKind::DayTimeInterval))
      return call_text("lab_date_add",
                       {call.sql[moment], "CAST(" + sign + "(" + text + " // 86400000000) AS INTEGER)"});
    return call_text("lab_date_add_interval",
                     {call.sql[moment], text, negative ? "true" : "false", call.ansi ? "true" : "false", call.zone()});
  }
  if (by.is(TypeKind::YearMonthInterval))
    return call_text("lab_timestamp_add_months", {call.sql[moment], sign + "(" + text + ")", zone});
  if (by.is(TypeKind::DayTimeInterval))
    return call_text("lab_timestamp_add_day_time", {call.sql[moment], sign + "(" + text + ")", zone});
  return call_text("lab_timestamp_add_interval", {call.sql[moment], text, negative ? "true" : "false", zone});
}

std::string add_or_subtract(const LowerCall& call, bool subtract, OnError mode) {
  const DataType &l = call.type(0), &r = call.type(1);
  if ((l.is_datetime() && r.is_interval()) || (r.is_datetime() && l.is_interval())) {
    const std::string moved = r.is_interval() ? shift(call, 0, 1, subtract) : shift(call, 1, 0, subtract);
    if (!call.result.is_text()) return moved;
    return lower_cast(moved, TypeKind::Timestamp, call.result, CastMode::Legacy, call.policy.time_zone);
  }
  if (l.is(TypeKind::CalendarInterval))
    return call_text(subtract ? "lab_interval_subtract" : "lab_interval_add", {call.sql[0], call.sql[1]});
  if (l.is(TypeKind::Date) && r.is(TypeKind::Date)) return call_text("lab_date_difference", {call.sql[0], call.sql[1]});
  if (l.is(TypeKind::Date)) return call_text(subtract ? "lab_date_sub" : "lab_date_add", {call.sql[0], call.sql[1]});
  if (r.is(TypeKind::Date)) return call_text("lab_date_add", {call.sql[1], call.sql[0]});
  if (l.is_datetime()) {
    const std::string zone = l.is(TypeKind::Timestamp) ? call.zone() : "'UTC'";
    return call_text("lab_timestamp_difference", {call.sql[0], call.sql[1], zone});
  }
  if (call.result.is(TypeKind::Decimal))
    return decimal_call(subtract ? "lab_decimal_subtract" : "lab_decimal_add", call, mode);
  if (call.result.is_fractional()) return "(" + call.sql[0] + (subtract ? " - " : " + ") + call.sql[1] + ")";
  const OnError integral = call.result.is_interval() && mode == OnError::Wrap ? OnError::Raise : mode;
  return call_text(suffixed(subtract ? "lab_subtract" : "lab_add", integral), {call.sql[0], call.sql[1]});
}

/// Year-month and day-time intervals overflow; a calendar interval, and one beside `*` or `/` in any mode, does not give NULL for it.
std::string interval_kernel(std::string_view name, const DataType& interval, OnError mode) {
  return std::string(name) + (mode == OnError::Null && !interval.is(TypeKind::CalendarInterval) ? "_try" : "");
}

std::string multiply(const LowerCall& call, OnError mode) {
  const DataType &l = call.type(0), &r = call.type(1);
  if (l.is_interval()) return call_text(interval_kernel("lab_interval_multiply", l, mode), {call.sql[0], call.sql[1]});
  if (r.is_interval()) return call_text(interval_kernel("lab_interval_multiply", r, mode), {call.sql[1], call.sql[0]});
  if (call.result.is(TypeKind::Decimal)) return decimal_call("lab_decimal_multiply", call, mode);
  if (call.result.is_fractional()) return "(" + call.sql[0] + " * " + call.sql[1] + ")";
  return call_text(suffixed("lab_multiply", mode), {call.sql[0], call.sql[1]});
}

std::string divide(const LowerCall& call, OnError mode) {
  const std::string_view raises = mode == OnError::Raise ? "true" : "false";
  if (call.type(0).is_interval()) {
    const std::string kernel = interval_kernel("lab_interval_divide", call.type(0), mode);
    return kernel.ends_with("_try") ? call_text(kernel, {call.sql[0], call.sql[1]}) : call_text(kernel, {call.sql[0], call.sql[1], raises});
  }
  if (call.result.is(TypeKind::Decimal)) return decimal_call("lab_decimal_divide", call, mode);
  return call_text(mode == OnError::Raise ? "lab_divide" : "lab_divide_try", {call.sql[0], call.sql[1]});
}

std::string remainder(std::string_view name, const LowerCall& call, OnError mode) {
  if (call.result.is(TypeKind::Decimal))
    return decimal_call(name == "lab_pmod" ? "lab_decimal_pmod" : "lab_decimal_remainder", call, mode);
  const std::string four = call.policy.is_spark4 && name == "lab_remainder" ? "_spark4" : "";
  return call_text(std::string(name) + (mode == OnError::Raise ? four : "_try"), {call.sql[0], call.sql[1]});
}

}  // namespace

std::string lower_add(const LowerCall& call) { return add_or_subtract(call, false, mode_of(call)); }
std::string lower_subtract(const LowerCall& call) { return add_or_subtract(call, true, mode_of(call)); }
std::string lower_multiply(const LowerCall& call) { return multiply(call, mode_of(call)); }
std::string lower_divide(const LowerCall& call) { return divide(call, mode_of(call)); }
std::string lower_remainder(const LowerCall& call) { return remainder("lab_remainder", call, mode_of(call)); }
std::string lower_pmod(const LowerCall& call) { return remainder("lab_pmod", call, mode_of(call)); }

std::string lower_integral_divide(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Decimal))
    return call_text(call.ansi ? "lab_decimal_integral_divide" : "lab_decimal_integral_divide_try", {call.sql[0], call.sql[1]});
  if (call.type(0).is(TypeKind::YearMonthInterval)) {
    return call_text(call.ansi ? "lab_integral_divide" : "lab_integral_divide_try",
                     {"CAST(" + call.sql[0] + " AS BIGINT)", "CAST(" + call.sql[1] + " AS BIGINT)"});
  }
  return call_text(call.ansi ? "lab_integral_divide" : "lab_integral_divide_try", {call.sql[0], call.sql[1]});
}

std::string lower_try_add(const LowerCall& call) { return add_or_subtract(call, false, OnError::Null); }
std::string lower_try_subtract(const LowerCall& call) { return add_or_subtract(call, true, OnError::Null); }
std::string lower_try_multiply(const LowerCall& call) { return multiply(call, OnError::Null); }
std::string lower_try_divide(const LowerCall& call) { return divide(call, OnError::Null); }
std::string lower_try_remainder(const LowerCall& call) { return remainder("lab_remainder", call, OnError::Null); }

}  // namespace lab::functions
