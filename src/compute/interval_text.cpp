#include "compute/interval_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "compute/clock_math.h"
#include "compute/conditions.h"
#include "compute/number_text.h"
#include "compute/overflow.h"

namespace lab::compute {

namespace {

constexpr std::array<std::string_view, 4> kDayTimeFields{"DAY", "HOUR", "MINUTE", "SECOND"};
constexpr std::array<std::string_view, 2> kYearMonthFields{"YEAR", "MONTH"};
constexpr std::array<std::int64_t, 4> kFieldMicros{kMicrosPerDay, 3'600 * kMicrosPerSecond, 60 * kMicrosPerSecond, kMicrosPerSecond};

std::string range_name(std::string_view first, std::string_view last) {
  return first == last ? std::string(first) : std::string(first) + " TO " + std::string(last);
}

std::string seconds_text(std::int64_t micros, bool padded) {
  char text[40];
  std::snprintf(text, sizeof text, padded ? "%02lld" : "%lld", static_cast<long long>(micros / kMicrosPerSecond));
  std::string result = text;
  if (std::int64_t fraction = micros % kMicrosPerSecond; fraction != 0) {
    std::snprintf(text, sizeof text, ".%06lld", static_cast<long long>(fraction));
    result += text;
    while (result.back() == '0') result.pop_back();
  }
  return result;
}

bool is_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

/// Takes `INTERVAL [+-]'…' DAY TO HOUR` off a text; nothing when the fields are others.
std::optional<std::string_view> unwrapped(std::string_view text, std::string_view range, bool& negative) {
  text = trimmed(text);
  if (text.size() < 9 || !is_word(text.substr(0, 8), "INTERVAL")) return text;
  text = trimmed(text.substr(8));
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] != '\'') return {};
  const auto close = text.find('\'', 1);
  if (close == std::string_view::npos || !is_word(trimmed(text.substr(close + 1)), range)) return {};
  return text.substr(1, close - 1);
}

/// Digits; nothing without any.
std::optional<std::int64_t> take_number(std::string_view& text, int most = 10) {
  std::int64_t value = 0;
  int digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (++digits > most) return {};
    value = value * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return {};
  return value;
}

/// `.5` as microseconds; digits beyond the ninth are no interval, beyond the sixth are cut.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (text.empty() || text[0] != '.') return 0;
  text.remove_prefix(1);
  std::int64_t micros = 0;
  int digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (++digits <= 6) micros = micros * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (digits == 0 || digits > 9) return {};
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

}  // namespace

std::string day_time_name(int first, int last) {
  return "INTERVAL " + range_name(kDayTimeFields[static_cast<std::size_t>(first)], kDayTimeFields[static_cast<std::size_t>(last)]);
}
std::string year_month_name(int first, int last) {
  return "INTERVAL " + range_name(kYearMonthFields[static_cast<std::size_t>(first)], kYearMonthFields[static_cast<std::size_t>(last)]);
}

std::string day_time_text(std::int64_t micros, int first, int last) {
  const bool negative = micros < 0;
  std::uint64_t rest = negative ? 0 - static_cast<std::uint64_t>(micros) : static_cast<std::uint64_t>(micros);
  std::string text = "INTERVAL '";
  if (negative) text += '-';
  for (int field = first; field <= last; ++field) {
    const auto unit = static_cast<std::uint64_t>(kFieldMicros[static_cast<std::size_t>(field)]);
    if (field > first) text += field == 1 ? ' ' : ':';
    if (field == 3) {
      text += seconds_text(static_cast<std::int64_t>(rest), true);
    } else {
      char digits[32];
      std::snprintf(digits, sizeof digits, field == 0 ? "%llu" : "%02llu", static_cast<unsigned long long>(rest / unit));
      text += digits;
      rest %= unit;
    }
  }
  return text + "' " + range_name(kDayTimeFields[static_cast<std::size_t>(first)], kDayTimeFields[static_cast<std::size_t>(last)]);
}

std::string year_month_text(std::int32_t months, int first, int last) {
  const std::int64_t size = std::llabs(static_cast<std::int64_t>(months));
  std::string text = "INTERVAL '";
  if (months < 0) text += '-';
  if (first == 0) text += std::to_string(size / 12);
  if (first == 0 && last == 1) text += '-' + std::to_string(size % 12);
  if (first == 1) text += std::to_string(size);
  return text + "' " + range_name(kYearMonthFields[static_cast<std::size_t>(first)], kYearMonthFields[static_cast<std::size_t>(last)]);
}

std::string interval_text(const Interval& interval) {
  std::string text;
  const auto add = [&](std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (!text.empty()) text += ' ';
    text += std::to_string(count) + " " + std::string(unit);
  };
  add(interval.months / 12, "years");
  add(interval.months % 12, "months");
  add(interval.days, "days");
  add(interval.micros / (3'600 * kMicrosPerSecond), "hours");
  const std::int64_t rest = interval.micros % (3'600 * kMicrosPerSecond);
  add(rest / (60 * kMicrosPerSecond), "minutes");
  if (const std::int64_t seconds = rest % (60 * kMicrosPerSecond); seconds != 0) {
    if (!text.empty()) text += ' ';
    text += (seconds < 0 ? "-" : "") + seconds_text(std::llabs(seconds), false) + " seconds";
  }
  return text.empty() ? "0 seconds" : text;
}

std::optional<std::int64_t> parse_day_time(std::string_view text, int first, int last) {
  bool negative = false;
  const auto body = unwrapped(text, range_name(kDayTimeFields[static_cast<std::size_t>(first)], kDayTimeFields[static_cast<std::size_t>(last)]), negative);
  if (!body) return {};
  std::string_view rest = *body;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = negative != (rest[0] == '-');
    rest.remove_prefix(1);
  }
  std::int64_t micros = 0;
  for (int field = first; field <= last; ++field) {
    if (field > first) {
      const char separator = field == 1 ? ' ' : ':';
      if (rest.empty() || rest[0] != separator) return {};
      rest.remove_prefix(1);
    }
    const auto count = take_number(rest, field == first ? 18 : 2);
    if (!count || (field > first && field == 1 && *count > 23) || (field > first && field > 1 && *count > 59)) return {};
    std::int64_t part;
    if (__builtin_mul_overflow(*count, kFieldMicros[static_cast<std::size_t>(field)], &part) || __builtin_add_overflow(micros, part, &micros)) return {};
    if (field == 3) {
      const auto fraction = take_fraction(rest);
      if (!fraction) return {};
      micros += *fraction;
    }
  }
  if (!rest.empty()) return {};
  return negative ? -micros : micros;
}

std::optional<std::int32_t> parse_year_month(std::string_view text, int first, int last) {
  bool negative = false;
  const auto body = unwrapped(text, range_name(kYearMonthFields[static_cast<std::size_t>(first)], kYearMonthFields[static_cast<std::size_t>(last)]), negative);
  if (!body) return {};
  std::string_view rest = *body;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = negative != (rest[0] == '-');
    rest.remove_prefix(1);
  }
  const auto years = take_number(rest);
  if (!years) return {};
  std::int64_t months = first == 0 ? *years * 12 : *years;
  if (first == 0 && last == 1) {
    if (rest.empty() || rest[0] != '-') return {};
    rest.remove_prefix(1);
    const auto part = take_number(rest, 2);
    if (!part || *part > 11) return {};
    months += *part;
  }
  if (!rest.empty() || months > 2147483647) return {};
  return static_cast<std::int32_t>(negative ? -months : months);
}

std::optional<Interval> parse_interval(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 8 && is_word(text.substr(0, 8), "INTERVAL")) text = trimmed(text.substr(8));
  if (text.empty()) return {};
  Interval result;
  while (!text.empty()) {
    std::int64_t sign = 1;
    if (text[0] == '-' || text[0] == '+') {
      sign = text[0] == '-' ? -1 : 1;
      text = trimmed(text.substr(1));
    }
    std::optional<std::int64_t> count = 0;
    const bool has_digits = !text.empty() && text[0] != '.';
    if (has_digits) count = take_number(text, 18);
    if (!count) return {};
    const bool fractional = !text.empty() && text[0] == '.';
    const auto fraction = take_fraction(text);
    if (!fraction) return {};
    const std::size_t before = text.size();
    text = trimmed(text);
    if (before == text.size() && !text.empty()) return {};
    std::size_t end = 0;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end]))) ++end;
    std::string unit(text.substr(0, end));
    std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
    text = trimmed(text.substr(end));
    const std::int64_t n = sign * *count;
    if (fractional && unit != "second") return {};
    std::int64_t months = 0, days = 0, micros = 0;
    if (unit == "year") months = n * 12;
    else if (unit == "month") months = n;
    else if (unit == "week") days = n * 7;
    else if (unit == "day") days = n;
    else if (unit == "hour") micros = n * 3'600 * kMicrosPerSecond;
    else if (unit == "minute") micros = n * 60 * kMicrosPerSecond;
    else if (unit == "second") micros = n * kMicrosPerSecond + sign * *fraction;
    else if (unit == "millisecond") micros = n * 1'000;
    else if (unit == "microsecond") micros = n;
    else return {};
    result.months += static_cast<std::int32_t>(months);
    result.days += static_cast<std::int32_t>(days);
    result.micros += micros;
  }
  return result;
}

namespace {

[[noreturn]] void throw_format(const Condition& condition, std::string_view text, std::string_view kind, std::string_view range, std::string_view plain) {
  std::string lower(range);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  throw Error(condition, {{"input", std::string(text)},
                          {"intervalStr", std::string(kind)},
                          {"supportedFormat", "`[+|-]" + std::string(plain) + "`, `INTERVAL [+|-]'[+|-]" + std::string(plain) + "' " + std::string(range) + "`"},
                          {"typeName", "interval " + lower}});
}

}  // namespace

void throw_day_time_format(std::string_view text, int first, int last) {
  static constexpr std::array<std::string_view, 4> kForms{"d", "h", "m", "s.n"};
  std::string form;
  for (int field = first; field <= last; ++field) form += (field > first ? field == 1 ? " " : ":" : "") + std::string(kForms[static_cast<std::size_t>(field)]);
  throw_format(conditions::kIntervalFormatNotice, text, "day-time", range_name(kDayTimeFields[static_cast<std::size_t>(first)], kDayTimeFields[static_cast<std::size_t>(last)]), form);
}

void throw_year_month_format(std::string_view text, int first, int last) {
  const std::string_view form = first == last ? first == 0 ? "y" : "m" : "y-m";
  throw_format(conditions::kIntervalFormat, text, "year-month", range_name(kYearMonthFields[static_cast<std::size_t>(first)], kYearMonthFields[static_cast<std::size_t>(last)]), form);
}

std::int64_t day_time_unit(int field) { return kFieldMicros[static_cast<std::size_t>(field)]; }
std::int32_t year_month_unit(int field) { return field == 0 ? 12 : 1; }

}  // namespace lab::compute
