#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "sql/conditions.h"
#include "sql/grammar.h"
#include "sql/interval_text.h"

namespace lab::sql {
namespace {

constexpr std::array<std::string_view, 10> kUnitWords{"NANOSECOND", "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE",
                                                      "HOUR",       "DAY",         "WEEK",        "MONTH",  "YEAR"};

/// `DAY` and `DAYS` are units; the singular is returned, in lower case.
std::optional<std::string> unit_of(const Token& token) {
  if (token.kind != TokenKind::Word) return std::nullopt;
  for (const auto word : kUnitWords) {
    if (token.text == word || (token.text.size() == word.size() + 1 && token.text.starts_with(word) && token.text.back() == 'S')) {
      std::string unit(word);
      std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return unit;
    }
  }
  return std::nullopt;
}

int year_month_field(std::string_view unit) { return unit == "year" ? 0 : unit == "month" ? 1 : -1; }

int day_time_field(std::string_view unit) {
  if (unit == "day" || unit == "week") return 0;
  if (unit == "hour") return 1;
  if (unit == "minute") return 2;
  return unit == "second" || unit == "millisecond" || unit == "microsecond" || unit == "nanosecond" ? 3 : -1;
}

/// The formats that Spark's message lists for `DAY TO SECOND` and the like.
std::string day_time_format(const std::string& from, const std::string& to) {
  static constexpr std::array<std::string_view, 4> kLetters{"d", "h", "m", "s.n"};
  std::string pattern;
  for (int field = day_time_field(from); field <= day_time_field(to); ++field) {
    if (!pattern.empty()) pattern += field == 1 ? " " : ":";
    pattern += kLetters[static_cast<std::size_t>(field)];
  }
  std::string words = from + " TO " + to;
  std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return "`[+|-]" + pattern + "`, `INTERVAL [+|-]'[+|-]" + pattern + "' " + words + "`";
}

}  // namespace

plan::ExpressionPtr Grammar::interval_literal() {
  const Index first = position_;
  const Index value = at_any({"+", "-"}, 1) ? 2 : 1;
  const bool is_string = at_string(value);
  if (!is_string && !token(value).is_number()) return nullptr;
  const auto unit = unit_of(token(value + 1));
  // `INTERVAL '1 day'` is a typed literal; `interval - 1` is arithmetic on a column of that name.
  if (!unit) {
    if (is_string || value == 2) return nullptr;
    fail_at(position_ + value + 1);
  }
  advance();
  return at("TO", value + 1) ? from_to_interval(first) : multi_unit_interval(first);
}

plan::ExpressionPtr Grammar::multi_unit_interval(Index first) {
  std::string text;
  std::vector<std::string> units;
  while (true) {
    const Index value_at = position_;
    const bool negative = at("-");
    if (at_any({"+", "-"})) advance();
    const auto unit = unit_of(token(1));
    if (!unit || !(at_string() || token().is_number())) {
      // A value without its unit: `1 day 2`. Anything else ends the list and belongs to what follows.
      position_ = value_at;
      const Index sign = at_any({"+", "-"}) ? 1 : 0;
      if (sign == 0 && (at_string() || token().is_number())) fail_at(position_ + 1);
      break;
    }
    std::string value(at_string() ? token().text : std::string(word_text(token())));
    if (at_string() && std::any_of(value.begin(), value.end(), [](unsigned char c) { return std::isalpha(c); })) {
      raise_over(conditions::kIntervalValueNotNumber, {{"value", value}}, value_at, position_ + 2);
    }
    if (negative) value = value.starts_with('-') ? value.substr(1) : "-" + value;
    text += " " + value + " " + *unit;
    units.push_back(*unit);
    position_ += 2;
  }
  if (at("TO") && unit_of(token(1))) {
    position_ += 2;
    raise(conditions::kSeveralFromToUnits, {}, first);
  }
  const auto interval = read_interval(text);
  if (!interval) {
    std::string shown = text;
    raise(conditions::kInvalidTypedLiteral, {{"valueType", "\"INTERVAL\""}, {"value", "'" + shown.substr(std::min<std::size_t>(1, shown.size())) + "'"}}, first);
  }
  return interval_of_units(*interval, units, first);
}

plan::ExpressionPtr Grammar::interval_of_units(const types::CalendarInterval& value, const std::vector<std::string>& units, Index first) {
  int lowest_month = 9;
  int highest_month = -1;
  int lowest_day = 9;
  int highest_day = -1;
  for (auto unit : units) {
    if (unit.ends_with('s')) unit.pop_back();
    if (const int field = year_month_field(unit); field >= 0) {
      lowest_month = std::min(lowest_month, field);
      highest_month = std::max(highest_month, field);
    } else if (const int day_field = day_time_field(unit); day_field >= 0) {
      lowest_day = std::min(lowest_day, day_field);
      highest_day = std::max(highest_day, day_field);
    }
  }
  if (highest_month >= 0) {
    if (highest_day >= 0) raise(conditions::kMixedIntervalUnits, {{"literal", std::string(source(first, position_))}}, first);
    return literal(types::DataType::year_month(static_cast<types::YearMonthField>(lowest_month), static_cast<types::YearMonthField>(highest_month)),
                   {std::int64_t{value.months}}, first);
  }
  if (highest_day < 0) lowest_day = highest_day = 0;
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(std::int64_t{value.days}, std::int64_t{86'400'000'000}, &micros) ||
      __builtin_add_overflow(micros, value.microseconds, &micros))
    raise(conditions::kIntervalArithmeticOverflow, {}, first);
  return literal(types::DataType::day_time(static_cast<types::DayTimeField>(lowest_day), static_cast<types::DayTimeField>(highest_day)), {micros}, first);
}

plan::ExpressionPtr Grammar::from_to_interval(Index first) {
  const Index value_at = position_;
  const bool negative = at("-");
  if (at_any({"+", "-"})) advance();
  const bool is_string = at_string();
  std::string value(is_string ? token().text : std::string(word_text(token())));
  advance();
  const std::string from = *unit_of(token());
  advance();
  expect("TO");
  const auto last = unit_of(token());
  if (!last) fail();
  const std::string to = *last;
  advance();
  if ((at_string() || token().is_number()) && unit_of(token(1))) {
    position_ += 2;
    if (at("TO") && unit_of(token(1))) position_ += 2;
    raise(conditions::kSeveralFromToUnits, {}, first);
  }
  if (!is_string) raise_over(conditions::kIntervalFromToValueNotString, {}, value_at, position_);
  if (negative) value = value.starts_with('-') ? value.substr(1) : "-" + value;
  const std::string type_name = "interval " + from + " to " + to;
  if (from == "year" && to == "month") {
    const auto months = read_year_to_month(value);
    if (!months)
      raise_over(conditions::kIntervalUnmatchedFormat,
                 {{"input", value}, {"intervalStr", "year-month"}, {"supportedFormat", "`[+|-]y-m`, `INTERVAL [+|-]'[+|-]y-m' YEAR TO MONTH`"}, {"typeName", type_name}},
                 value_at, position_);
    if (*months < std::numeric_limits<std::int32_t>::min() || *months > std::numeric_limits<std::int32_t>::max())
      raise_over(conditions::kIntervalParsing, {{"input", value}, {"interval", "year-month"}}, value_at, position_);
    return literal(types::DataType::year_month(), {*months}, first);
  }
  const int lowest = year_month_field(from) >= 0 || from == "week" ? -1 : day_time_field(from);
  const int highest = year_month_field(to) >= 0 || to == "week" ? -1 : day_time_field(to);
  if (lowest < 0 || highest <= lowest)
    raise_over(conditions::kIntervalFromToUnsupported, {{"input", value}, {"from", from}, {"to", to}}, value_at, position_);
  const auto micros = read_day_to_second(value, lowest, highest);
  if (!micros)
    raise_over(conditions::kIntervalUnmatchedFormatWithNotice,
               {{"input", value}, {"intervalStr", "day-time"}, {"supportedFormat", day_time_format(from, to)}, {"typeName", type_name}}, value_at, position_);
  return literal(types::DataType::day_time(static_cast<types::DayTimeField>(lowest), static_cast<types::DayTimeField>(highest)), {*micros}, first);
}

}  // namespace lab::sql
