#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sql/conditions.h"
#include "sql/datetime_text.h"
#include "sql/grammar.h"
#include "sql/interval_text.h"
#include "sql/number_text.h"
#include "types/conditions.h"

namespace lab::sql {

using plan::ExpressionPtr;
using types::TypeKind;

namespace {

struct IntegralSuffix {
  TokenKind token;
  TypeKind type;
  std::string_view name;
  std::int64_t lowest;
  std::int64_t highest;
};

constexpr IntegralSuffix kIntegralSuffixes[] = {
    {TokenKind::TinyInt, TypeKind::Byte, "tinyint", -128, 127},
    {TokenKind::SmallInt, TypeKind::Short, "smallint", -32768, 32767},
    {TokenKind::BigInt, TypeKind::Long, "bigint", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
};

std::string lower_trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::optional<std::string> bytes_of_hex(std::string text) {
  if (text.size() % 2 != 0) text.insert(0, 1, '0');
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    if (std::from_chars(text.data() + i, text.data() + i + 2, value, 16).ptr != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace

ExpressionPtr Grammar::number_literal(bool negative, Index first) {
  const Token here = token();
  advance();
  const std::string digits = (negative ? "-" : "") + here.text;
  const auto out_of_range = [&](std::string_view type, std::string lowest, std::string highest) {
    raise(conditions::kInvalidNumericLiteralRange,
          {{"rawStrippedQualifier", digits}, {"minValue", std::move(lowest)}, {"maxValue", std::move(highest)}, {"typeName", std::string(type)}}, first);
  };
  std::int64_t whole = 0;
  const bool fits = std::from_chars(digits.data(), digits.data() + digits.size(), whole).ec == std::errc{};
  for (const auto& suffix : kIntegralSuffixes) {
    if (here.kind != suffix.token) continue;
    if (!fits || whole < suffix.lowest || whole > suffix.highest) out_of_range(suffix.name, std::to_string(suffix.lowest), std::to_string(suffix.highest));
    return literal(suffix.type, {whole}, first);
  }
  if (here.kind == TokenKind::Integer && fits) {
    const bool is_int = whole >= std::numeric_limits<std::int32_t>::min() && whole <= std::numeric_limits<std::int32_t>::max();
    return literal(is_int ? TypeKind::Int : TypeKind::Long, {whole}, first);
  }
  if (here.kind == TokenKind::Exponent || here.kind == TokenKind::Double) {
    const double value = nearest_double(digits);
    if (std::isinf(value)) out_of_range("double", "-1.7976931348623157E+308", "1.7976931348623157E+308");
    return literal(TypeKind::Double, {value}, first);
  }
  if (here.kind == TokenKind::Float) {
    const double value = nearest_double(digits);
    if (std::fabs(value) > static_cast<double>(std::numeric_limits<float>::max())) out_of_range("float", "-3.4028234663852886E+38", "3.4028234663852886E+38");
    return literal(TypeKind::Float, {static_cast<double>(static_cast<float>(value))}, first);
  }
  const auto exact = exact_decimal(here.text);
  if (!exact || exact->precision > types::DataType::kMaxDecimalPrecision) {
    const int precision = exact ? exact->precision : std::numeric_limits<int>::max();
    Error::Parameters parameters{{"precision", std::to_string(precision)}, {"maxPrecision", std::to_string(types::DataType::kMaxDecimalPrecision)}};
    // Spark tells where for the suffix BD alone.
    if (here.kind == TokenKind::BigDecimal) raise(conditions::kDecimalPrecisionExceedsMax, std::move(parameters), first);
    throw Error(conditions::kDecimalPrecisionExceedsMax, std::move(parameters));
  }
  const types::Decimal value{negative ? -exact->unscaled : exact->unscaled, exact->scale};
  return literal(types::DataType::decimal(exact->precision, exact->scale), {value}, first);
}

ExpressionPtr Grammar::string_literals() {
  const Index first = position_;
  std::string value;
  while (at_string()) {
    value += token().text;
    advance();
  }
  return literal(TypeKind::String, {std::move(value)}, first);
}

ExpressionPtr Grammar::typed_literal() {
  const Index first = position_;
  const std::string type = token().kind == TokenKind::Word ? token().text : std::string(word_text(token()));
  advance();
  const std::string value = string_literal();
  if (type == "DATE") return date_literal(value, first);
  if (type == "TIMESTAMP" || type == "TIMESTAMP_LTZ" || type == "TIMESTAMP_NTZ") return timestamp_literal(value, type, first);
  const auto invalid = [&] { raise(conditions::kInvalidTypedLiteral, {{"valueType", '"' + type + '"'}, {"value", "'" + value + "'"}}, first); };
  if (type == "INTERVAL") {
    const auto interval = read_interval(value);
    if (!interval) invalid();
    std::vector<std::string> units;
    std::string word;
    for (const char c : lower_trimmed(value) + " ") {
      if (std::isalpha(static_cast<unsigned char>(c))) {
        word += c;
      } else if (!word.empty()) {
        if (word != "interval") units.push_back(std::move(word));
        word.clear();
      }
    }
    return interval_of_units(*interval, units, first);
  }
  if (type == "X") {
    auto bytes = bytes_of_hex(value);
    if (!bytes) invalid();
    return literal(TypeKind::Binary, {types::Binary{std::move(*bytes)}}, first);
  }
  raise(conditions::kUnsupportedTypedLiteral,
        {{"unsupportedType", '"' + type + '"'}, {"supportedTypes", R"("DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP", "INTERVAL", "X")"}}, first);
}

// The words that Spark takes for a date or time are evaluated with the query, like the functions they stand for.
ExpressionPtr Grammar::date_literal(const std::string& value, Index first) {
  const std::string word = lower_trimmed(value);
  if (word == "epoch") return literal(TypeKind::Date, {std::int64_t{0}}, first);
  const auto current = [&] { return plan::make_call("current_date", {}, origin(first)); };
  if (word == "now" || word == "today") return current();
  if (word == "tomorrow" || word == "yesterday")
    return plan::make_call(word == "tomorrow" ? "date_add" : "date_sub", {current(), literal(TypeKind::Int, {std::int64_t{1}}, first)}, origin(first));
  const auto days = read_date(value);
  if (!days) raise(conditions::kInvalidTypedLiteral, {{"valueType", "\"DATE\""}, {"value", "'" + value + "'"}}, first);
  return literal(TypeKind::Date, {*days}, first);
}

ExpressionPtr Grammar::timestamp_literal(const std::string& value, std::string_view type, Index first) {
  const bool is_ntz = type == "TIMESTAMP_NTZ" || (type == "TIMESTAMP" && options_.timestamp_is_ntz);
  const auto kind = is_ntz ? TypeKind::TimestampNtz : TypeKind::Timestamp;
  const std::string word = lower_trimmed(value);
  if (word == "epoch") return literal(kind, {std::int64_t{0}}, first);
  if (word == "now") return plan::make_call(is_ntz ? "localtimestamp" : "current_timestamp", {}, origin(first));
  if (word == "today" || word == "tomorrow" || word == "yesterday")
    return plan::make_expression(plan::Cast{date_literal(value, first), kind, plan::CastMode::Session}, origin(first));
  const auto invalid = [&] {
    raise(conditions::kInvalidTypedLiteral, {{"valueType", '"' + std::string(type) + '"'}, {"value", "'" + value + "'"}}, first);
  };
  const auto read = read_timestamp(value);
  if (!read) invalid();
  if (!read->has_date) {
    // A bare time of day means today in Spark.
    if (is_ntz) invalid();
    return plan::make_expression(plan::Cast{literal(TypeKind::String, {value}, first), kind, plan::CastMode::Ansi}, origin(first));
  }
  // Without time zone, a zone in the text is an error for the type that has none, and makes plain TIMESTAMP zoned.
  if (is_ntz && read->zone && type == "TIMESTAMP_NTZ") invalid();
  if (is_ntz && !read->zone) return literal(TypeKind::TimestampNtz, {read->local_microseconds}, first);
  const auto instant = to_instant(read->local_microseconds, read->zone.value_or(options_.time_zone));
  if (!instant) invalid();
  return literal(TypeKind::Timestamp, {*instant}, first);
}

}  // namespace lab::sql
