#include "scan/csv_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "compute/calendar.h"
#include "compute/datetime_pattern.h"
#include "compute/datetime_text.h"
#include "compute/decimal.h"

namespace lab::scan {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> two_digits(std::string_view text, std::size_t at) {
  if (!is_digit(text[at]) || !is_digit(text[at + 1])) return std::nullopt;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// `yyyy-MM-dd`, which nearly every date is.
std::optional<compute::Date> plain_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto century = two_digits(text, 0), year = two_digits(text, 2), month = two_digits(text, 5), day = two_digits(text, 8);
  if (!century || !year || !month || !day) return std::nullopt;
  return compute::make_date(*century * 100 + *year, *month, *day);
}

// `yyyy-MM-dd HH:mm:ss[.fraction]` as microseconds of a wall clock.
std::optional<std::int64_t> plain_clock(std::string_view text) {
  if (text.size() < 19 || text.size() > 26 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto date = plain_date(text.substr(0, 10));
  const auto hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
  if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::int64_t micros = 0;
  if (text.size() > 19) {
    if (text[19] != '.' || text.size() == 20) return std::nullopt;
    std::int64_t unit = 100'000;
    for (std::size_t i = 20; i < text.size(); ++i, unit /= 10) {
      if (!is_digit(text[i])) return std::nullopt;
      micros += (text[i] - '0') * unit;
    }
  }
  return date->days * compute::kMicrosPerDay + ((*hour * 60LL + *minute) * 60 + *second) * compute::kMicrosPerSecond + micros;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Java's Double.parseDouble: blanks around, a suffix f or d, hexadecimal with an exponent, NaN and Infinity.
std::optional<double> java_double(std::string_view text) {
  text = trimmed(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] == '+' || text[0] == '-') return std::nullopt;
  double value = 0;
  if (text == "NaN") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "Infinity") {
    value = std::numeric_limits<double>::infinity();
  } else {
    const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (hexadecimal && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    if (!hexadecimal && !is_digit(text[0]) && text[0] != '.') return std::nullopt;
    if (const char last = text.back(); last == 'f' || last == 'F' || last == 'd' || last == 'D') text.remove_suffix(1);
    if (text.empty()) return std::nullopt;
    const char* begin = text.data() + (hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, value, hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (stopped != end || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      // Too large is infinite, too small zero; the exponent's sign tells which.
      value = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos ? 0 : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

}  // namespace

CsvValues::CsvValues(const CsvOptions& options, const std::string& time_zone) : options_(options), zone_(compute::Zone::find(time_zone)) {}

std::optional<std::int64_t> CsvValues::integer(std::string_view text, std::int64_t least, std::int64_t greatest) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stopped != text.data() + text.size() || value < least || value > greatest) return std::nullopt;
  return value;
}

bool CsvValues::is_special_number(std::string_view text) const {
  return text == options_.nan_value || text == options_.negative_infinity || text == options_.positive_infinity;
}

std::optional<double> CsvValues::real(std::string_view text) const {
  if (text == options_.nan_value) return std::numeric_limits<double>::quiet_NaN();
  if (text == options_.negative_infinity) return -std::numeric_limits<double>::infinity();
  if (text == options_.positive_infinity) return std::numeric_limits<double>::infinity();
  return java_double(text);
}

std::optional<bool> CsvValues::boolean(std::string_view text) {
  const auto is = [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  if (is("true")) return true;
  if (is("false")) return false;
  return std::nullopt;
}

std::optional<types::Int128> CsvValues::decimal(std::string_view text, int precision, int scale) const {
  // Java's BigDecimal takes no blanks; Spark takes commas between digits out first.
  if (text.empty() || static_cast<unsigned char>(text.front()) <= ' ' || static_cast<unsigned char>(text.back()) <= ' ') return std::nullopt;
  bool malformed = false;
  if (text.find(',') == std::string_view::npos) return compute::parse_decimal(text, {precision, scale}, malformed);
  std::string plain(text);
  std::erase(plain, ',');
  return compute::parse_decimal(plain, {precision, scale}, malformed);
}

std::optional<std::int32_t> CsvValues::date(std::string_view text) const {
  std::optional<compute::Date> date;
  if (options_.date_format) {
    date = compute::parse_date_by(text, *options_.date_format, false);
  } else {
    date = plain_date(text);
    if (!date) date = compute::parse_date(text);
  }
  return date ? std::optional(date->days) : std::nullopt;
}

std::optional<std::int64_t> CsvValues::timestamp(std::string_view text) const {
  if (options_.timestamp_format) {
    const auto instant = compute::parse_instant(text, *options_.timestamp_format, zone_, false);
    return instant ? std::optional(instant->micros) : std::nullopt;
  }
  if (const auto clock = plain_clock(text)) return zone_.is_utc() ? *clock : zone_.utc_of_local(*clock);
  const auto instant = compute::parse_timestamp(text, zone_);
  return instant ? std::optional(instant->micros) : std::nullopt;
}

std::optional<std::int64_t> CsvValues::timestamp_ntz(std::string_view text) const {
  if (options_.timestamp_ntz_format) {
    const auto clock = compute::parse_clock(text, *options_.timestamp_ntz_format, false);
    return clock ? std::optional(clock->micros) : std::nullopt;
  }
  if (const auto clock = plain_clock(text)) return clock;
  const auto clock = compute::parse_wall_clock(text);
  return clock ? std::optional(clock->micros) : std::nullopt;
}

bool CsvValues::is_plain_date(std::string_view text) const {
  return options_.date_format ? compute::parse_date_by(text, *options_.date_format, false).has_value() : plain_date(text).has_value();
}

}  // namespace lab::scan
