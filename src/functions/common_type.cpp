#include "functions/common_type.h"

#include <algorithm>

#include "functions/cast_rules.h"
#include "functions/decimal_types.h"

namespace lab::functions {

using types::DataType;
using types::Field;
using types::TypeKind;

namespace {

using Common = std::optional<DataType>;

bool same_name(std::string_view a, std::string_view b, const Policy& policy) {
  if (policy.case_sensitive || a.size() != b.size()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

template <typename Rule>
Common common_nested(const DataType& a, const DataType& b, const Policy& policy, Rule rule) {
  const CastMode mode = policy.ansi ? CastMode::Ansi : CastMode::Legacy;
  const auto gives_null = [&](const DataType& from, const DataType& to) { return cast_forces_null(from, to, mode); };
  if (a.kind() != b.kind()) return {};
  if (a.is(TypeKind::Array)) {
    const Common element = rule(a.element(), b.element(), policy);
    if (!element) return {};
    return DataType::array(*element, a.contains_null() || b.contains_null() || gives_null(a.element(), *element) ||
                                         gives_null(b.element(), *element));
  }
  if (a.is(TypeKind::Map)) {
    const Common key = rule(a.key(), b.key(), policy);
    if (!key || gives_null(a.key(), *key) || gives_null(b.key(), *key)) return {};
    const Common value = rule(a.value(), b.value(), policy);
    if (!value) return {};
    return DataType::map(
        *key, *value,
        a.contains_null() || b.contains_null() || gives_null(a.value(), *value) || gives_null(b.value(), *value));
  }
  if (!a.is(TypeKind::Struct) || a.fields().size() != b.fields().size()) return {};
  std::vector<Field> fields;
  for (std::size_t i = 0; i < a.fields().size(); ++i) {
    const Field &x = a.fields()[i], &y = b.fields()[i];
    if (!same_name(x.name, y.name, policy)) return {};
    const Common type = rule(x.type, y.type, policy);
    if (!type) return {};
    fields.push_back(
        {x.name, *type, x.nullable || y.nullable || gives_null(x.type, *type) || gives_null(y.type, *type), {}});
  }
  return DataType::structure(std::move(fields));
}

Common wider_decimal_type(const DataType& a, const DataType& b) {
  const bool decimal_a = a.is(TypeKind::Decimal), decimal_b = b.is(TypeKind::Decimal);
  if (!decimal_a && !decimal_b) return {};
  if (a.is_fractional() || b.is_fractional()) return DataType(TypeKind::Double);
  if (!(decimal_a || a.is_integral()) || !(decimal_b || b.is_integral())) return {};
  return wider_decimal(decimal_for(a), decimal_for(b));
}

Common string_promotion(const DataType& a, const DataType& b) {
  const auto promotes = [](const DataType& t) {
    return t.is_atomic() && !t.is(TypeKind::Binary) && !t.is(TypeKind::Boolean);
  };
  if (a.is_text() && promotes(b)) return DataType(TypeKind::String);
  if (b.is_text() && promotes(a)) return DataType(TypeKind::String);
  return {};
}

Common string_by_version(const DataType& a, const DataType& b, const Policy& policy) {
  if (!policy.ansi) return string_promotion(a, b);
  if (a.is_text()) return promoted_string(b);
  if (b.is_text()) return promoted_string(a);
  return {};
}

bool has_string(const DataType& type) {
  return type.is_text() || (type.is(TypeKind::Array) && has_string(type.element()));
}

}  // namespace

Common promoted_string(const DataType& other) {
  if (other.is_integral()) return DataType(TypeKind::Long);
  if (other.is_fractional() || other.is(TypeKind::Decimal)) return DataType(TypeKind::Double);
  if (other.is(TypeKind::Null) || other.is_text()) return DataType(TypeKind::String);
  if (other.is_interval() || !other.is_atomic()) return {};
  return other;
}

Common tightest_common_type(const DataType& a, const DataType& b, const Policy& policy) {
  if (a == b) return a;
  if (a.is(TypeKind::Null)) return b;
  if (b.is(TypeKind::Null)) return a;
  if (a.is_text() && b.is_text()) return DataType(TypeKind::String);
  if (a.is_integral() && b.is(TypeKind::Decimal)) return is_wider_decimal(b, a) ? Common(b) : Common();
  if (b.is_integral() && a.is(TypeKind::Decimal)) return is_wider_decimal(a, b) ? Common(a) : Common();
  if (a.is_numeric() && b.is_numeric() && !a.is(TypeKind::Decimal) && !b.is(TypeKind::Decimal)) {
    const TypeKind wider = std::max(a.kind(), b.kind());
    if (policy.ansi && wider == TypeKind::Float) return DataType(TypeKind::Double);
    return DataType(wider);
  }
  if (a.is_datetime() && b.is_datetime()) {
    const bool has_zone = a.is(TypeKind::Timestamp) || b.is(TypeKind::Timestamp);
    return DataType(has_zone ? TypeKind::Timestamp : TypeKind::TimestampNtz);
  }
  if (a.is(TypeKind::DayTimeInterval) && b.is(TypeKind::DayTimeInterval)) {
    return DataType::day_time(std::min(a.day_time_from(), b.day_time_from()),
                              std::max(a.day_time_to(), b.day_time_to()));
  }
  if (a.is(TypeKind::YearMonthInterval) && b.is(TypeKind::YearMonthInterval)) {
    return DataType::year_month(std::min(a.year_month_from(), b.year_month_from()),
                                std::max(a.year_month_to(), b.year_month_to()));
  }
  return common_nested(a, b, policy, &tightest_common_type);
}

Common wider_type(const DataType& a, const DataType& b, const Policy& policy) {
  if (auto type = tightest_common_type(a, b, policy)) return type;
  if (auto type = wider_decimal_type(a, b)) return type;
  if (auto type = string_by_version(a, b, policy)) return type;
  return common_nested(a, b, policy, &wider_type);
}

Common wider_common_type(std::span<const DataType> types, const Policy& policy) {
  // Promotion to string is not associative; Spark looks at the strings first in legacy mode.
  Common result = DataType();
  for (const bool strings : {true, false}) {
    for (const DataType& type : types) {
      if (policy.ansi ? !strings : has_string(type) != strings) continue;
      result = wider_type(*result, type, policy);
      if (!result) return {};
    }
  }
  return result;
}

Common wider_without_strings(const DataType& a, const DataType& b, const Policy& policy) {
  if (auto type = tightest_common_type(a, b, policy)) return type;
  if (auto type = wider_decimal_type(a, b)) return type;
  return common_nested(
      a, b, policy, static_cast<Common (*)(const DataType&, const DataType&, const Policy&)>(&wider_without_strings));
}

Common wider_without_strings(std::span<const DataType> types, const Policy& policy) {
  Common result = DataType();
  for (const DataType& type : types) {
    result = wider_without_strings(*result, type, policy);
    if (!result) return {};
  }
  return result;
}

Common comparison_type(const DataType& a, const DataType& b, const Policy& policy) {
  if (a == b) return a;
  // Inside nested values nothing is promoted.
  if (a.is_nested() || b.is_nested()) return tightest_common_type(a, b, policy);
  if (policy.ansi) return wider_type(a, b, policy);
  if (a.is_text() != b.is_text() && !a.is(TypeKind::Null) && !b.is(TypeKind::Null)) {
    const DataType& other = a.is_text() ? b : a;
    if (other.is(TypeKind::Decimal)) return DataType(TypeKind::Double);
    if (other.is_atomic()) return other;
    return {};
  }
  // A boolean equals 1 and 0 of any numeric type (BooleanEquality).
  if (a.is(TypeKind::Boolean) && b.is_numeric()) return b;
  if (b.is(TypeKind::Boolean) && a.is_numeric()) return a;
  return wider_type(a, b, policy);
}

Common implicit_type(const DataType& from, const DataType& to, const Policy& policy) {
  if (from == to || same_shape(from, to)) return from;
  if (from.is(TypeKind::Null)) return to;
  if (to.is(TypeKind::String) && from.is_text()) return from.is(TypeKind::String) ? from : DataType(TypeKind::String);
  if (policy.ansi) {
    if (from.is_text() && to.is_atomic()) return to;
    if ((from.is_fractional() || from.is(TypeKind::Decimal)) && to.is_integral())
      return can_store_assign(from, to) ? Common(to) : Common();
    if (from.is(TypeKind::Array) && to.is(TypeKind::Array)) {
      const Common element = implicit_type(from.element(), to.element(), policy);
      return element ? Common(DataType::array(*element, true)) : Common();
    }
    return can_store_assign(from, to) ? Common(to) : Common();
  }
  if (from.is_numeric() && to.is_numeric()) return to;
  if (from.is_datetime() && to.is_datetime()) return to;
  if (from.is_text() && (to.is_numeric() || to.is_datetime() || to.is(TypeKind::Binary))) return to;
  if (to.is_text()) return from.is_atomic() ? Common(to) : Common();
  if (from.is(TypeKind::Array) && to.is(TypeKind::Array)) {
    const Common element = implicit_type(from.element(), to.element(), policy);
    return element ? Common(DataType::array(*element, from.contains_null() ||
                                                          cast_forces_null(from.element(), *element, CastMode::Legacy)))
                   : Common();
  }
  if (from.is(TypeKind::Map) && to.is(TypeKind::Map)) {
    const Common key = implicit_type(from.key(), to.key(), policy),
                 value = implicit_type(from.value(), to.value(), policy);
    if (!key || !value) return {};
    return DataType::map(*key, *value,
                         from.contains_null() || cast_forces_null(from.value(), *value, CastMode::Legacy));
  }
  return {};
}

}  // namespace lab::functions
