#include "functions/cast_rules.h"

#include <algorithm>

#include "functions/decimal_types.h"

namespace lab::functions {

using types::DataType;
using types::TypeKind;

namespace {

bool fields_agree(const DataType& from, const DataType& to, CastMode mode) {
  const auto& a = from.fields();
  const auto& b = to.fields();
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!can_cast(a[i].type, b[i].type, mode)) return false;
    const bool gives_null = a[i].nullable || (mode != CastMode::Ansi && cast_forces_null(a[i].type, b[i].type, mode));
    if (mode != CastMode::Ansi && gives_null && !b[i].nullable) return false;
  }
  return true;
}

bool is_ansi_interval(const DataType& type) {
  return type.is(TypeKind::DayTimeInterval) || type.is(TypeKind::YearMonthInterval);
}

int decimal_range(const DataType& type) {
  const DataType decimal = decimal_for(type);
  return decimal.precision() - decimal.scale();
}

template <typename Rule>
bool nested_casts(const DataType& from, const DataType& to, Rule rule) {
  if (from.kind() != to.kind()) return false;
  if (from.is(TypeKind::Array))
    return (to.contains_null() || !from.contains_null()) && rule(from.element(), to.element());
  if (from.is(TypeKind::Map))
    return (to.contains_null() || !from.contains_null()) && rule(from.key(), to.key()) &&
           rule(from.value(), to.value());
  if (!from.is(TypeKind::Struct) || from.fields().size() != to.fields().size()) return false;
  for (std::size_t i = 0; i < from.fields().size(); ++i) {
    const auto &a = from.fields()[i], &b = to.fields()[i];
    if (!rule(a.type, b.type) || (a.nullable && !b.nullable)) return false;
  }
  return true;
}

int numeric_rank(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte:
      return 0;
    case TypeKind::Short:
      return 1;
    case TypeKind::Int:
      return 2;
    case TypeKind::Long:
      return 3;
    case TypeKind::Float:
      return 4;
    case TypeKind::Double:
      return 5;
    default:
      return -1;
  }
}

/// What a variant may be cast to, and (without structs and maps) what may become one by a cast.
bool is_of_variant(const DataType& type, bool with_objects) {
  switch (type.kind()) {
    case TypeKind::Array:
      return is_of_variant(type.element(), with_objects);
    case TypeKind::Map:
      return with_objects && type.key().is_text() && is_of_variant(type.value(), true);
    case TypeKind::Struct:
      return with_objects && std::ranges::all_of(type.fields(), [](const auto& field) { return is_of_variant(field.type, true); });
    default:
      return !type.is_interval() && !type.is(TypeKind::Null);
  }
}

}  // namespace

bool can_cast(const DataType& from, const DataType& to, CastMode mode) {
  const bool legacy = mode == CastMode::Legacy;
  if (from == to || from.is(TypeKind::Null) || to.is_text())
    return !(to.is(TypeKind::Null) && !from.is(TypeKind::Null));
  if (from.is(TypeKind::Variant)) return is_of_variant(to, true);
  if (to.is(TypeKind::Variant)) return is_of_variant(from, false);
  switch (to.kind()) {
    case TypeKind::Binary:
      return from.is_text() || (legacy && from.is_integral());
    case TypeKind::Boolean:
      return from.is_text() || from.is_numeric() ||
             (legacy && (from.is(TypeKind::Date) || from.is(TypeKind::Timestamp)));
    case TypeKind::Timestamp:
      return from.is_text() || from.is_datetime() || from.is_numeric() || (legacy && from.is(TypeKind::Boolean));
    case TypeKind::TimestampNtz:
    case TypeKind::Date:
      return from.is_text() || from.is_datetime();
    case TypeKind::CalendarInterval:
      return from.is_text();
    case TypeKind::DayTimeInterval:
      return from.is_text() || from.is(TypeKind::DayTimeInterval) || from.is_integral() ||
             from.is(TypeKind::Decimal);
    case TypeKind::YearMonthInterval:
      return from.is_text() || from.is(TypeKind::YearMonthInterval) || from.is_integral() ||
             from.is(TypeKind::Decimal);
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long:
    case TypeKind::Float:
    case TypeKind::Double:
    case TypeKind::Decimal:
      if (from.is_text() || from.is_numeric() || from.is(TypeKind::Boolean) || from.is(TypeKind::Timestamp))
        return true;
      if (legacy && from.is(TypeKind::Date)) return true;
      return is_ansi_interval(from) && (to.is_integral() || to.is(TypeKind::Decimal));
    case TypeKind::Array:
      return from.is(TypeKind::Array) && can_cast(from.element(), to.element(), mode) &&
             (mode == CastMode::Ansi || to.contains_null() ||
              !(from.contains_null() || cast_forces_null(from.element(), to.element(), mode)));
    case TypeKind::Map:
      return from.is(TypeKind::Map) && can_cast(from.key(), to.key(), mode) &&
             (mode == CastMode::Ansi || !cast_forces_null(from.key(), to.key(), mode)) &&
             can_cast(from.value(), to.value(), mode) &&
             (mode == CastMode::Ansi || to.contains_null() ||
              !(from.contains_null() || cast_forces_null(from.value(), to.value(), mode)));
    case TypeKind::Struct:
      return from.is(TypeKind::Struct) && fields_agree(from, to, mode);
    default:
      return false;
  }
}

bool cast_forces_null(const DataType& from, const DataType& to, CastMode mode) {
  if (from.is(TypeKind::Null)) return false;  // nothing to lose: an empty array or map
  if (from.is(TypeKind::Variant) && !to.is(TypeKind::Variant)) return true;
  if (from == to || mode == CastMode::Ansi) return false;
  if (mode == CastMode::Try && !to.is_nested()) return !can_up_cast(from, to);
  if (from.is_text()) return !to.is_text() && !to.is(TypeKind::Binary);
  if (to.is_text()) return false;
  if (from.is(TypeKind::Timestamp)) return to.is(TypeKind::Byte) || to.is(TypeKind::Short) || to.is(TypeKind::Int);
  if (from.is_fractional() && to.is(TypeKind::Timestamp)) return true;
  if (from.is(TypeKind::Date)) return !to.is(TypeKind::Timestamp) && !to.is(TypeKind::TimestampNtz);
  if (to.is(TypeKind::Date)) return !from.is_datetime();
  if (to.is(TypeKind::CalendarInterval)) return true;
  if (to.is(TypeKind::Decimal)) {
    if (from.is(TypeKind::Boolean)) return to.precision() - to.scale() < 1;
    if (from.is_integral() || from.is(TypeKind::Decimal))
      return !is_ansi_interval(from) && (decimal_range(from) > to.precision() - to.scale());
    return true;
  }
  if (from.is_fractional() && to.is_integral()) return false;
  return false;
}

bool cast_may_raise(const DataType& from, const DataType& to, CastMode mode) {
  if (from.is(TypeKind::Variant) && from != to) return mode != CastMode::Try;
  if (mode != CastMode::Ansi || from.is(TypeKind::Null) || from == to) {
    // Legacy casts of numbers and text wrap or give NULL; only casts to an interval, and of one to a number, raise.
    const bool counts = is_ansi_interval(from) && (to.is_integral() || to.is(TypeKind::Decimal));
    return mode == CastMode::Legacy && (is_ansi_interval(to) || counts) && from != to && !from.is(TypeKind::Null);
  }
  if (from.kind() == to.kind() && from.is_nested()) {
    if (from.is(TypeKind::Array)) return cast_may_raise(from.element(), to.element(), mode);
    if (from.is(TypeKind::Map))
      return cast_may_raise(from.key(), to.key(), mode) || cast_may_raise(from.value(), to.value(), mode);
    for (std::size_t i = 0; i < from.fields().size() && i < to.fields().size(); ++i) {
      if (cast_may_raise(from.fields()[i].type, to.fields()[i].type, mode)) return true;
    }
    return false;
  }
  return !can_up_cast(from, to) && !to.is_text() && !(from.is(TypeKind::Boolean) && numeric_rank(to.kind()) >= 0) &&
         !(from.is_numeric() && (to.is_fractional() || to.is(TypeKind::Boolean))) &&
         !(from.is_text() && to.is(TypeKind::Binary)) && !(from.is_datetime() && to.is_datetime());
}

bool can_up_cast(const DataType& from, const DataType& to) {
  if (from == to || from.is(TypeKind::Null)) return true;
  const int a = numeric_rank(from.kind()), b = numeric_rank(to.kind());
  if (a >= 0 && b >= 0) return a <= b;
  if (to.is(TypeKind::Decimal) && (from.is_integral() || from.is(TypeKind::Decimal))) return is_wider_decimal(to, from);
  if (from.is(TypeKind::Decimal) && b >= 0 && to.is_fractional()) return false;
  if (from.is(TypeKind::Date)) return to.is(TypeKind::Timestamp) || to.is(TypeKind::TimestampNtz) || to.is_text();
  if (from.is(TypeKind::Timestamp) && to.is(TypeKind::TimestampNtz)) return true;
  if (from.is(TypeKind::TimestampNtz) && to.is(TypeKind::Timestamp)) return true;
  if (to.is_text()) return from.is_atomic() && !from.is(TypeKind::CalendarInterval);
  if (from.kind() == to.kind() && is_ansi_interval(from)) return true;
  return nested_casts(from, to, &can_up_cast);
}

bool can_store_assign(const DataType& from, const DataType& to) {
  if (from == to || from.is(TypeKind::Null)) return true;
  if (from.is_numeric() && to.is_numeric()) return true;
  if (to.is_text()) return from.is_atomic();
  if (from.is_datetime() && to.is_datetime()) return true;
  if (from.kind() == to.kind() && is_ansi_interval(from)) return true;
  return nested_casts(from, to, &can_store_assign);
}

}  // namespace lab::functions
