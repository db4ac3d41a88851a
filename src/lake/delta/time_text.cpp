#include "lake/delta/time_text.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace lab::lake::delta {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Takes digits from the front; at least `least`, at most `most`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  int value = 0;
  while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9') value = value * 10 + (text[count++] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const bool is_negative = take(text, '-');
  if (!is_negative) take(text, '+');
  const auto year = take_number(text, 4, 6);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 1, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 1, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  // std::chrono::year ends at 32767; Spark's dates end later, so the days are counted by hand (proleptic Gregorian).
  std::int64_t y = is_negative ? -*year : *year;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  if (*day > kDays[*month - 1] + (*month == 2 && leap ? 1 : 0)) return std::nullopt;
  y -= *month <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t of_era = y - era * 400;
  const std::int64_t of_year = (153 * (*month + (*month > 2 ? -3 : 9)) + 2) / 5 + *day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

}  // namespace

std::string date_text(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
  const auto month = static_cast<int>(month_index < 10 ? month_index + 3 : month_index - 9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2);
  char text[48];
  const char* sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  std::snprintf(text, sizeof text, "%s%04lld-%02d-%02d", sign, static_cast<long long>(year < 0 ? -year : year), month, day);
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  const auto days = take_date(text);
  return text.empty() ? days : std::nullopt;
}

std::string timestamp_text(std::int64_t micros, int digits, char separator) {
  std::int64_t days = micros / kMicrosPerDay, rest = micros % kMicrosPerDay;
  if (rest < 0) {
    --days;
    rest += kMicrosPerDay;
  }
  const auto seconds = static_cast<int>(rest / kMicrosPerSecond), fraction = static_cast<int>(rest % kMicrosPerSecond);
  char text[32];
  std::snprintf(text, sizeof text, "%c%02d:%02d:%02d", separator, seconds / 3600, seconds / 60 % 60, seconds % 60);
  std::string result = date_text(days) + text;
  if (digits > 0) {
    std::snprintf(text, sizeof text, ".%06d", fraction);
    result.append(text, static_cast<std::size_t>(digits) + 1);
  }
  return result;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const auto days = take_date(text);
  if (!days || *days > 200'000'000 || *days < -200'000'000) return std::nullopt;
  std::int64_t micros = *days * kMicrosPerDay;
  if (text.empty()) return micros;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_number(text, 1, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 1, 2);
  std::optional<int> second = 0;
  if (take(text, ':')) second = take_number(text, 1, 2);
  if (!minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  micros += ((*hour * 60 + *minute) * 60 + *second) * kMicrosPerSecond;
  if (take(text, '.')) {
    std::int64_t unit = kMicrosPerSecond / 10;
    std::size_t count = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count, unit /= 10) {
      micros += (text[0] - '0') * unit;
      text.remove_prefix(1);
    }
    if (count == 0) return std::nullopt;
  }
  if (text.empty() || text == "Z" || text == "UTC") return micros;
  const int sign = text[0] == '+' ? -1 : text[0] == '-' ? 1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const auto zone_hour = take_number(text, 1, 2);
  take(text, ':');
  const auto zone_minute = text.empty() ? std::optional(0) : take_number(text, 2, 2);
  if (!zone_hour || !zone_minute || !text.empty()) return std::nullopt;
  return micros + sign * (*zone_hour * 60 + *zone_minute) * 60 * kMicrosPerSecond;
}

}  // namespace lab::lake::delta
