#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "types/data_type.h"

namespace lab::types {

using Int128 = __int128;

struct Value;
using Values = std::vector<Value>;

struct Decimal {
  Int128 unscaled = 0;
  int scale = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};
struct Binary {
  std::string bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};
struct CalendarInterval {
  std::int32_t months = 0, days = 0;
  std::int64_t microseconds = 0;
  friend bool operator==(const CalendarInterval&, const CalendarInterval&) = default;
};
struct MapEntries {
  std::shared_ptr<const Values> keys, values;
};
struct Elements {  ///< of an array or, in field order, of a struct
  std::shared_ptr<const Values> items;
};

/// One value without its type; the DataType beside it says how to read it:
/// integrals, DATE (days since 1970-01-01), TIMESTAMP(_NTZ) (microseconds), day-time (microseconds) and year-month
/// intervals (months) are `int64_t`; FLOAT and DOUBLE are `double`; strings are UTF-8. `monostate` is NULL.
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, Decimal, std::string, Binary, CalendarInterval, Elements, MapEntries> data;

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  bool boolean() const { return std::get<bool>(data); }
  std::int64_t integer() const { return std::get<std::int64_t>(data); }
  double real() const { return std::get<double>(data); }
  const std::string& text() const { return std::get<std::string>(data); }
};

/// A typed constant.
struct Literal {
  DataType type;
  Value value;

  static Literal null(DataType type = {}) { return {std::move(type), {}}; }
  static Literal boolean(bool b) { return {TypeKind::Boolean, {b}}; }
  static Literal integer(std::int32_t v) { return {TypeKind::Int, {std::int64_t{v}}}; }
  static Literal bigint(std::int64_t v) { return {TypeKind::Long, {v}}; }
  static Literal real(double v) { return {TypeKind::Double, {v}}; }
  static Literal string(std::string text) { return {TypeKind::String, {std::move(text)}}; }
};

bool operator==(const Value& left, const Value& right);

/// Decimal digits of an integer with `scale` digits behind the point (`-0.05`), as BigDecimal.toPlainString does.
std::string decimal_text(Int128 unscaled, int scale);

}  // namespace lab::types
