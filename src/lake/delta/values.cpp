#include "lake/delta/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "compute/decimal.h"
#include "lake/delta/time_text.h"

namespace lab::lake::delta {

using types::DataType;
using types::TypeKind;
using types::Value;

namespace {

template <typename T>
int order(const T& left, const T& right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<types::Decimal> parse_decimal(std::string_view text, int scale) {
  std::int64_t exponent = 0;
  if (const auto at = text.find_first_of("eE"); at != std::string_view::npos) {
    std::string_view power = text.substr(at + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc{} || end != power.data() + power.size() || exponent > 100 || exponent < -100) return std::nullopt;
    text = text.substr(0, at);
  }
  bool is_negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    is_negative = text[0] == '-';
    text.remove_prefix(1);
  }
  types::Int128 unscaled = 0;
  std::int64_t digits_behind = 0;
  bool behind = false, any = false;
  // A decimal has 38 digits at most, and a 39th would not fit.
  const auto limit = static_cast<types::Int128>(compute::power_of_ten(37));
  for (const char c : text) {
    if (c == '.' && !behind) {
      behind = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (unscaled >= limit) return std::nullopt;
    unscaled = unscaled * 10 + (c - '0');
    digits_behind += behind;
  }
  if (!any) return std::nullopt;
  for (std::int64_t shift = scale - digits_behind + exponent; shift != 0;) {
    if (shift > 0) {
      if (unscaled >= limit) return std::nullopt;
      unscaled *= 10;
      --shift;
    } else {
      // Only zeros are dropped: anything else is not a value of this type.
      if (unscaled % 10 != 0) return std::nullopt;
      unscaled /= 10;
      ++shift;
    }
  }
  return types::Decimal{is_negative ? -unscaled : unscaled, scale};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity" || text == "+Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

template <typename T>
std::optional<Value> wrap(std::optional<T> value) {
  if (!value) return std::nullopt;
  return Value{std::move(*value)};
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::optional<int> compare_values(const Value& left, const Value& right, const DataType& type) {
  if (left.is_null() || right.is_null() || left.data.index() != right.data.index()) return std::nullopt;
  switch (type.kind()) {
    case TypeKind::Boolean: return order(left.boolean(), right.boolean());
    case TypeKind::Float:
    case TypeKind::Double:
      if (std::isnan(left.real()) || std::isnan(right.real())) return static_cast<int>(std::isnan(left.real())) - static_cast<int>(std::isnan(right.real()));
      return order(left.real(), right.real());
    case TypeKind::Decimal: {
      const auto& a = std::get<types::Decimal>(left.data);
      const auto& b = std::get<types::Decimal>(right.data);
      if (a.scale != b.scale) return std::nullopt;
      return order(a.unscaled, b.unscaled);
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return type.is(TypeKind::String) && !type.collation().empty() ? std::nullopt : std::optional(left.text().compare(right.text()));
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long:
    case TypeKind::Date:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return order(left.integer(), right.integer());
    default: return std::nullopt;
  }
}

std::optional<Value> parse_value(std::string_view text, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Boolean:
      if (same_name(text, "true")) return Value{true};
      if (same_name(text, "false")) return Value{false};
      return std::nullopt;
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return wrap(parse_integer(text));
    case TypeKind::Float:
    case TypeKind::Double: return wrap(parse_real(text));
    case TypeKind::Decimal: return wrap(parse_decimal(text, type.scale()));
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return Value{std::string(text)};
    case TypeKind::Binary: return Value{types::Binary{std::string(text)}};
    case TypeKind::Date:
      if (const auto days = parse_date(text)) return Value{*days};
      // A date that was widened to, or written by writers as, a time.
      if (const auto micros = parse_timestamp(text)) return Value{*micros / 86'400'000'000 - (*micros % 86'400'000'000 < 0 ? 1 : 0)};
      return std::nullopt;
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return wrap(parse_timestamp(text));
    default: return std::nullopt;
  }
}

std::string java_text(double value, bool is_float) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[64];
  const auto result = is_float ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value), std::chars_format::scientific)
                               : std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(result.ptr - buffer));
  const std::size_t at = text.find('e');
  std::string digits;
  for (const char c : text.substr(0, at))
    if (c >= '0' && c <= '9') digits += c;
  int exponent = 0;
  std::string_view power = text.substr(at + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string out = value < 0 ? "-" : "";
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    } else {
      const auto whole = static_cast<std::size_t>(exponent) + 1;
      if (digits.size() <= whole) {
        out += digits + std::string(whole - digits.size(), '0') + ".0";
      } else {
        out += digits.substr(0, whole) + "." + digits.substr(whole);
      }
    }
    return out;
  }
  out += digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" + std::to_string(exponent);
  return out;
}

}  // namespace lab::lake::delta
