#include "protocol/s3/http_date.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "protocol/s3/text_forms.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kDays = "SunMonTueWedThuFriSat";

struct DateFields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

DateFields split_time(std::chrono::sys_seconds time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::optional<std::chrono::sys_seconds> join_time(const DateFields& fields) {
  const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                         std::chrono::month(static_cast<unsigned>(fields.month)),
                                         std::chrono::day(static_cast<unsigned>(fields.day))};
  if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(fields.hour) + std::chrono::minutes(fields.minute) +
         std::chrono::seconds(fields.second);
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  const auto value = parse_number(text.substr(at, count));
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<int> month_number(std::string_view name) {
  if (name.size() != 3) return std::nullopt;
  const auto at = kMonths.find(name);
  return at == std::string_view::npos || at % 3 != 0 ? std::nullopt : std::optional(static_cast<int>(at / 3) + 1);
}

bool parse_clock(std::string_view text, DateFields& fields) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto hour = digits(text, 0, 2);
  const auto minute = digits(text, 3, 2);
  const auto second = digits(text, 6, 2);
  if (!hour || !minute || !second) return false;
  fields.hour = *hour, fields.minute = *minute, fields.second = *second;
  return true;
}

// `06 Nov 1994 08:49:37 GMT` and `06-Nov-94 08:49:37 GMT`.
std::optional<std::chrono::sys_seconds> parse_after_comma(std::string_view text) {
  DateFields fields;
  const auto day = digits(text, 0, 2);
  const auto month = text.size() > 6 ? month_number(text.substr(3, 3)) : std::nullopt;
  if (!day || !month) return std::nullopt;
  fields.day = *day, fields.month = *month;
  const bool is_old = text[2] == '-';
  const auto year = digits(text, 7, is_old ? 2 : 4);
  if (!year) return std::nullopt;
  fields.year = !is_old ? *year : *year < 70 ? 2000 + *year : 1900 + *year;
  const std::size_t date_size = is_old ? 10 : 12;
  if (text.size() < date_size + 12) return std::nullopt;
  text.remove_prefix(date_size);
  // RFC 822 clients write the zone as a number.
  const bool is_utc = text.ends_with("GMT") || text.ends_with("+0000") || text.ends_with("UTC");
  if (!is_utc || !parse_clock(text.substr(0, 8), fields)) return std::nullopt;
  return join_time(fields);
}

// `Sun Nov  6 08:49:37 1994`.
std::optional<std::chrono::sys_seconds> parse_asctime(std::string_view text) {
  if (text.size() != 24) return std::nullopt;
  DateFields fields;
  const auto month = month_number(text.substr(4, 3));
  const auto day = text[8] == ' ' ? digits(text, 9, 1) : digits(text, 8, 2);
  const auto year = digits(text, 20, 4);
  if (!month || !day || !year || !parse_clock(text.substr(11, 8), fields)) return std::nullopt;
  fields.month = *month, fields.day = *day, fields.year = *year;
  return join_time(fields);
}

}  // namespace

std::string print_http_date(std::chrono::sys_seconds time) {
  const DateFields fields = split_time(time);
  const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(time));
  char text[64];
  std::snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", &kDays[weekday.c_encoding() * 3],
                fields.day, &kMonths[static_cast<std::size_t>(fields.month - 1) * 3], fields.year, fields.hour,
                fields.minute, fields.second);
  return text;
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  text = trim_spaces(text);
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return parse_asctime(text);
  return parse_after_comma(trim_spaces(text.substr(comma + 1)));
}

std::string print_basic_time(std::chrono::sys_seconds time) {
  const DateFields fields = split_time(time);
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", fields.year, fields.month, fields.day, fields.hour,
                fields.minute, fields.second);
  return text;
}

std::optional<std::chrono::sys_seconds> parse_basic_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 4, 2);
  const auto day = digits(text, 6, 2);
  const auto hour = digits(text, 9, 2);
  const auto minute = digits(text, 11, 2);
  const auto second = digits(text, 13, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  return join_time({*year, *month, *day, *hour, *minute, *second});
}

// A listing writes a thousand of them, so that this one does without printf.
std::string print_iso_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const DateFields fields = split_time(seconds);
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t begin, std::size_t end, int value) {
    for (; end != begin; value /= 10) text[--end] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, std::clamp(fields.year, 0, 9999));
  put(5, 7, fields.month);
  put(8, 10, fields.day);
  put(11, 13, fields.hour);
  put(14, 16, fields.minute);
  put(17, 19, fields.second);
  put(20, 23, static_cast<int>((time - seconds).count()));
  return text;
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_iso_time(std::string_view text) {
  // YYYY-MM-DDThh:mm:ss, then a fraction, then Z or ±hh:mm.
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !is_digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto field = [&](std::size_t at, std::size_t size) { return static_cast<int>(parse_number(text.substr(at, size)).value_or(0)); };
  const std::chrono::year_month_day date{std::chrono::year(field(0, 4)), std::chrono::month(static_cast<unsigned>(field(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(field(8, 2)))};
  if (!date.ok() || field(11, 2) > 23 || field(14, 2) > 59 || field(17, 2) > 60) return std::nullopt;
  std::chrono::sys_time<std::chrono::milliseconds> time = std::chrono::sys_days(date) + std::chrono::hours(field(11, 2)) +
                                                          std::chrono::minutes(field(14, 2)) + std::chrono::seconds(field(17, 2));
  std::string_view rest = text.substr(kShape.size());
  if (rest.starts_with('.')) {
    std::size_t size = 1;
    while (size < rest.size() && rest[size] >= '0' && rest[size] <= '9') ++size;
    std::string digits(rest.substr(1, std::min<std::size_t>(size - 1, 3)));
    if (digits.empty()) return std::nullopt;
    digits.resize(3, '0');
    time += std::chrono::milliseconds(*parse_number(digits));
    rest.remove_prefix(size);
  }
  if (rest == "Z" || rest.empty()) return time;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hours = parse_number(rest.substr(1, 2)), minutes = parse_number(rest.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return rest[0] == '+' ? time - offset : time + offset;
}

std::optional<std::chrono::sys_seconds> parse_any_date(std::string_view text) {
  if (const auto time = parse_http_date(text)) return time;
  if (const auto time = parse_iso_time(trim_spaces(text))) return std::chrono::floor<std::chrono::seconds>(*time);
  return std::nullopt;
}

}  // namespace lab::s3
