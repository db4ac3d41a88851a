#include "analyze/pretty.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "analyze/names.h"
#include "compute/zone.h"
#include "types/type_text.h"

namespace lab::analyze {
namespace {

struct Infix {
  std::string_view name, symbol;
};
constexpr Infix kInfix[] = {
    {"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"}, {"%", "%"}, {"div", "div"}, {"=", "="}, {"==", "="}, {"<=>", "<=>"}, {"<", "<"},
    {"<=", "<="}, {">", ">"}, {">=", ">="}, {"and", "AND"}, {"or", "OR"}, {"&", "&"}, {"|", "|"}, {"^", "^"},
};

// Days and microseconds as civil time; the proleptic Gregorian calendar.
struct Civil {
  std::int64_t year;
  int month, day;
};
Civil civil_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto doe = days - era * 146097;
  const auto yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const auto doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const auto mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

std::string date_text(std::int64_t days) {
  const Civil civil = civil_of(days);
  char text[48];
  // Java signs years that have no four-digit form.
  const char* sign = civil.year < 0 ? "-" : civil.year > 9999 ? "+" : "";
  std::snprintf(text, sizeof text, "%s%04lld-%02d-%02d", sign, static_cast<long long>(civil.year < 0 ? -civil.year : civil.year), civil.month, civil.day);
  return text;
}

std::string fraction_text(std::int64_t micros) {
  if (micros == 0) return {};
  char text[8];
  std::snprintf(text, sizeof text, ".%06d", static_cast<int>(micros));
  std::string result = text;
  while (result.back() == '0') result.pop_back();
  return result;
}

std::string timestamp_text(std::int64_t micros) {
  constexpr std::int64_t kDay = 86'400'000'000;
  std::int64_t days = micros / kDay, rest = micros % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  char text[16];
  const auto seconds = rest / 1'000'000;
  std::snprintf(text, sizeof text, " %02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return date_text(days) + text + fraction_text(rest % 1'000'000);
}

// Java's Double.toString: shortest digits, plain between 1e-3 and 1e7, else computerised scientific notation.
std::string real_text(double value, bool is_float) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  std::array<char, 64> buffer;
  const auto end = is_float ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<float>(value), std::chars_format::scientific).ptr
                            : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  // Java shows two digits at least, and of all with two the nearest: 4.9E-324, where one digit would say 5E-324.
  char two[64];
  if (text.find('.') == std::string_view::npos) {
    std::snprintf(two, sizeof two, "%.1e", value);
    const bool same = is_float ? std::strtof(two, nullptr) == static_cast<float>(value) : std::strtod(two, nullptr) == value;
    if (same && std::string_view(two).find(".0e") == std::string_view::npos) text = two;
  }
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const auto e = text.find('e');
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  std::string digits;
  for (const char c : text.substr(0, e))
    if (c != '.') digits += c;
  std::string result = negative ? "-" : "";
  if (exponent >= 7 || exponent < -3) {
    result += digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" + std::to_string(exponent);
  } else if (exponent < 0) {
    result += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    result += digits.substr(0, whole) + "." + (digits.size() > whole ? digits.substr(whole) : "0");
  }
  return result;
}

// BigDecimal.toString: scientific when the number is smaller than a millionth.
std::string decimal_sql(const types::Decimal& decimal) {
  std::string digits = types::decimal_text(decimal.unscaled < 0 ? -decimal.unscaled : decimal.unscaled, 0);
  const int adjusted = static_cast<int>(digits.size()) - 1 - decimal.scale;
  if (decimal.scale < 0 || adjusted >= -6) return types::decimal_text(decimal.unscaled, decimal.scale);
  std::string text = decimal.unscaled < 0 ? "-" : "";
  text += digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  return text + "E" + std::to_string(adjusted);
}

std::string year_month_text(std::int64_t months, const DataType& type) {
  const bool negative = months < 0;
  const std::int64_t value = negative ? -months : months;
  const std::string sign = negative ? "-" : "";
  const auto from = type.year_month_from(), to = type.year_month_to();
  if (from == to) return from == types::YearMonthField::Year ? "INTERVAL '" + sign + std::to_string(value / 12) + "' YEAR" : "INTERVAL '" + sign + std::to_string(value) + "' MONTH";
  return "INTERVAL '" + sign + std::to_string(value / 12) + "-" + std::to_string(value % 12) + "' YEAR TO MONTH";
}

std::string day_time_text(std::int64_t micros, const DataType& type) {
  constexpr const char* kNames[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
  constexpr std::uint64_t kUnits[] = {86'400'000'000, 3'600'000'000, 60'000'000, 1'000'000};
  const int from = static_cast<int>(type.day_time_from()), to = static_cast<int>(type.day_time_to());
  // The least has no positive of its own.
  std::uint64_t rest = micros < 0 ? 0 - static_cast<std::uint64_t>(micros) : static_cast<std::uint64_t>(micros);
  std::string body = micros < 0 ? "-" : "";
  for (int field = from; field <= to; ++field) {
    const std::uint64_t amount = rest / kUnits[field];
    rest %= kUnits[field];
    if (field > from) body += field == 1 ? " " : ":";
    std::string digits = std::to_string(amount);
    if (field > 0 && digits.size() < 2) digits = "0" + digits;
    body += digits;
    if (field == 3) body += fraction_text(static_cast<std::int64_t>(rest));
  }
  return "INTERVAL '" + body + "' " + kNames[from] + (from == to ? "" : std::string(" TO ") + kNames[to]);
}

}  // namespace

std::string join_sql(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i ? separator : "") + parts[i];
  return text;
}

std::string literal_sql(const types::Literal& literal, const std::string& time_zone, bool is_nested) {
  const auto& type = literal.type;
  const auto& value = literal.value;
  if (value.is_null()) return is_nested && !type.is(TypeKind::Null) ? "CAST(NULL AS " + types::sql_string(type) + ")" : "NULL";
  switch (type.kind()) {
    case TypeKind::Boolean: return value.boolean() ? "true" : "false";
    case TypeKind::Byte:
    case TypeKind::Short:
    case TypeKind::Int:
    case TypeKind::Long: return std::to_string(value.integer());
    case TypeKind::Float: return real_text(value.real(), true);
    case TypeKind::Double: return real_text(value.real(), false);
    case TypeKind::Decimal: {
      const auto& decimal = std::get<types::Decimal>(value.data);
      return decimal_sql(decimal);
    }
    case TypeKind::String:
    case TypeKind::Char:
    case TypeKind::Varchar: return is_nested ? "'" + value.text() + "'" : value.text();
    case TypeKind::Binary: {
      std::string hex = "X'";
      for (const unsigned char c : std::get<types::Binary>(value.data).bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02X", c);
        hex += digits;
      }
      return hex + "'";
    }
    case TypeKind::Date: return "DATE '" + date_text(value.integer()) + "'";
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: {
      // Instants print in the session's zone.
      const compute::Zone* zone = type.is(TypeKind::Timestamp) ? compute::Zone::try_find(time_zone) : nullptr;
      const std::int64_t local = zone ? zone->local_of_utc(value.integer()) : value.integer();
      return (type.is(TypeKind::Timestamp) ? "TIMESTAMP '" : "TIMESTAMP_NTZ '") + timestamp_text(local) + "'";
    }
    case TypeKind::DayTimeInterval: return day_time_text(value.integer(), type);
    case TypeKind::YearMonthInterval: return year_month_text(value.integer(), type);
    case TypeKind::CalendarInterval: {
      const auto& interval = std::get<types::CalendarInterval>(value.data);
      std::vector<std::string> parts;
      const auto add = [&](std::int64_t amount, const char* unit) {
        if (amount) parts.push_back(std::to_string(amount) + " " + unit);
      };
      add(interval.months / 12, "years");
      add(interval.months % 12, "months");
      add(interval.days, "days");
      add(interval.microseconds / 3'600'000'000, "hours");
      add(interval.microseconds / 60'000'000 % 60, "minutes");
      const auto rest = interval.microseconds % 60'000'000;
      if (rest) parts.push_back((rest < 0 ? "-" : "") + std::to_string(std::abs(rest) / 1'000'000) + fraction_text(std::abs(rest) % 1'000'000) + " seconds");
      return "INTERVAL '" + (parts.empty() ? "0 seconds" : join_sql(parts, " ")) + "'";
    }
    case TypeKind::Array: {
      std::vector<std::string> parts;
      for (const auto& item : *std::get<types::Elements>(value.data).items) parts.push_back(literal_sql({type.element(), item}, time_zone, true));
      return "ARRAY(" + join_sql(parts) + ")";
    }
    case TypeKind::Struct: {
      std::vector<std::string> parts;
      const auto& items = *std::get<types::Elements>(value.data).items;
      for (std::size_t i = 0; i < items.size(); ++i)
        parts.push_back(literal_sql({type.fields()[i].type, items[i]}, time_zone, true) + " AS " + types::quote_if_needed(type.fields()[i].name));
      return "STRUCT(" + join_sql(parts) + ")";
    }
    case TypeKind::Map: {
      std::vector<std::string> keys, values;
      const auto& entries = std::get<types::MapEntries>(value.data);
      for (const auto& key : *entries.keys) keys.push_back(literal_sql({type.key(), key}, time_zone, true));
      for (const auto& item : *entries.values) values.push_back(literal_sql({type.value(), item}, time_zone, true));
      std::vector<std::string> parts;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        parts.push_back(keys[i]);
        parts.push_back(values[i]);
      }
      return "MAP(" + join_sql(parts) + ")";
    }
    default: return "NULL";
  }
}

std::string exact_literal_sql(const types::Literal& literal, const std::string& time_zone) {
  const auto& type = literal.type;
  if (literal.value.is_null() && !type.is(TypeKind::Null)) return "CAST(NULL AS " + types::sql_string(type) + ")";
  std::string text = literal_sql(literal, time_zone, true);
  switch (type.kind()) {
    case TypeKind::Byte: return text + "Y";
    case TypeKind::Short: return text + "S";
    case TypeKind::Long: return text + "L";
    case TypeKind::Decimal: return text + "BD";
    case TypeKind::Float:
    case TypeKind::Double: {
      const bool is_plain = std::isfinite(literal.value.real());
      const char* name = type.is(TypeKind::Float) ? "FLOAT" : "DOUBLE";
      if (!is_plain) return "CAST('" + text + "' AS " + name + ")";
      return type.is(TypeKind::Float) ? "CAST(" + text + " AS FLOAT)" : text + "D";
    }
    default: return text;
  }
}

std::string call_sql(const std::string& name, const std::vector<std::string>& arguments) {
  // A plan may call with nothing what no SQL can write so.
  if (arguments.empty()) return name + "()";
  if (arguments.size() == 2)
    for (const auto& infix : kInfix)
      if (infix.name == name) return "(" + arguments[0] + " " + std::string(infix.symbol) + " " + arguments[1] + ")";
  if (name == "not" || name == "!") return "(NOT " + join_sql(arguments) + ")";
  if (name == "isnull") return "(" + arguments[0] + " IS NULL)";
  if (name == "isnotnull") return "(" + arguments[0] + " IS NOT NULL)";
  if (name == "-" && arguments.size() == 1) return "(- " + arguments[0] + ")";
  if (name == "positive" || (name == "+" && arguments.size() == 1)) return "(+ " + arguments[0] + ")";
  if (name == "~") return "~" + arguments[0];
  if (name == "like" && arguments.size() >= 2) return arguments[0] + " LIKE " + arguments[1];
  if (name == "ilike" && arguments.size() >= 2) return "ilike(" + arguments[0] + ", " + arguments[1] + ")";
  if (name == "rlike" || name == "regexp" || name == "regexp_like") return (name == "rlike" ? "RLIKE(" : name == "regexp" ? "REGEXP(" : "REGEXP_LIKE(") + join_sql(arguments) + ")";
  if (name == "in") return "(" + arguments[0] + " IN (" + join_sql({arguments.begin() + 1, arguments.end()}) + "))";
  if (name == "if") return "(IF(" + join_sql(arguments) + "))";
  return name + "(" + join_sql(arguments) + ")";
}

std::string cast_sql(const std::string& child, const DataType& type, bool is_try) {
  return (is_try ? "TRY_CAST(" : "CAST(") + child + " AS " + types::sql_string(type) + ")";
}

std::string case_sql(const std::vector<std::pair<std::string, std::string>>& branches, const std::string* otherwise) {
  std::string text = "CASE";
  for (const auto& [condition, value] : branches) text += " WHEN " + condition + " THEN " + value;
  if (otherwise) text += " ELSE " + *otherwise;
  return text + " END";
}

std::string sort_sql(const std::string& child, bool descending, bool nulls_first) {
  return child + (descending ? " DESC" : " ASC") + (nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

std::string quoted_expression(const std::string& sql) { return "\"" + sql + "\""; }

std::vector<std::string> sql_of(const TypedList& list) {
  std::vector<std::string> result;
  for (const auto& typed : list) result.push_back(typed.sql);
  return result;
}

}  // namespace lab::analyze
