#include "sql/datetime_text.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

namespace lab::sql {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// Days since the epoch of a day of the proleptic Gregorian calendar; nullopt when there is no such day.
std::optional<std::int64_t> days_of(std::int64_t year, int month, int day) {
  constexpr std::array<int, 12> kLengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > kLengths[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0)) return std::nullopt;
  const std::int64_t shifted = month <= 2 ? year - 1 : year;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const std::int64_t of_era = shifted - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char look() const { return at_end() ? '\0' : text_[at_]; }
  bool accept(char c) {
    if (look() != c) return false;
    ++at_;
    return true;
  }
  bool at_digit() const { return look() >= '0' && look() <= '9'; }
  /// Between `least` and `most` digits; nullopt otherwise.
  std::optional<std::int64_t> number(int least, int most) {
    std::int64_t value = 0;
    int digits = 0;
    while (at_digit() && digits <= most) {
      value = value * 10 + (text_[at_++] - '0');
      ++digits;
    }
    if (digits < least || digits > most) return std::nullopt;
    return value;
  }
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct DateParts {
  std::int64_t year = 0;
  int month = 1;
  int day = 1;
  bool is_whole = false;
};

/// `[+-]y…y[-m[-d]]`; years of 4 to 7 digits.
std::optional<DateParts> read_date_parts(Reader& reader) {
  const bool negative = reader.accept('-');
  if (!negative) reader.accept('+');
  const auto year = reader.number(4, 7);
  if (!year) return std::nullopt;
  DateParts parts;
  parts.year = negative ? -*year : *year;
  if (!reader.accept('-')) return parts;
  const auto month = reader.number(1, 2);
  if (!month) return std::nullopt;
  parts.month = static_cast<int>(*month);
  if (!reader.accept('-')) return parts;
  const auto day = reader.number(1, 2);
  if (!day) return std::nullopt;
  parts.day = static_cast<int>(*day);
  parts.is_whole = true;
  return parts;
}

/// `h:m[:s[.fraction]]` in microseconds of the day.
std::optional<std::int64_t> read_time(Reader& reader) {
  const auto hour = reader.number(1, 2);
  if (!hour || *hour > 23) return std::nullopt;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t micros = 0;
  if (!reader.accept(':')) return std::nullopt;
  const auto minutes = reader.number(1, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  minute = *minutes;
  if (reader.accept(':')) {
    const auto seconds = reader.number(1, 2);
    if (!seconds || *seconds > 59) return std::nullopt;
    second = *seconds;
    if (reader.accept('.')) {
      int digits = 0;
      for (; reader.at_digit(); ++digits) {
        const char c = reader.look();
        reader.accept(c);
        if (digits < 6) micros = micros * 10 + (c - '0');
      }
      for (; digits < 6; ++digits) micros *= 10;
    }
  }
  return ((*hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros;
}

/// `Z`, `UTC+1`, `GMT-01:30`, `+8:00`: seconds east of Greenwich.
std::optional<int> fixed_offset(std::string_view zone) {
  if (zone == "Z" || zone == "UTC" || zone == "GMT" || zone == "UT" || zone == "Etc/UTC" || zone == "Etc/GMT") return 0;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (zone.starts_with(prefix)) {
      zone.remove_prefix(prefix.size());
      break;
    }
  }
  if (zone.empty() || (zone.front() != '+' && zone.front() != '-')) return std::nullopt;
  const int sign = zone.front() == '-' ? -1 : 1;
  zone.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  Reader reader(zone);
  const bool packed = zone.find(':') == std::string_view::npos && zone.size() > 2;
  if (packed) {
    const auto all = reader.number(3, 6);
    if (!all || zone.size() % 2 != 0) return std::nullopt;
    hours = static_cast<int>(zone.size() == 6 ? *all / 10000 : *all / 100);
    minutes = static_cast<int>(zone.size() == 6 ? *all / 100 % 100 : *all % 100);
    seconds = static_cast<int>(zone.size() == 6 ? *all % 100 : 0);
  } else {
    const auto h = reader.number(1, 2);
    if (!h) return std::nullopt;
    hours = static_cast<int>(*h);
    if (reader.accept(':')) {
      const auto m = reader.number(1, 2);
      if (!m) return std::nullopt;
      minutes = static_cast<int>(*m);
      if (reader.accept(':')) {
        const auto s = reader.number(1, 2);
        if (!s) return std::nullopt;
        seconds = static_cast<int>(*s);
      }
    }
  }
  if (!reader.at_end() || hours > 18 || minutes > 59 || seconds > 59 || (hours == 18 && minutes + seconds > 0)) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60 + seconds);
}

std::unique_ptr<icu::TimeZone> named_zone(const std::string& name) {
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return nullptr;
  return zone;
}

bool is_zone(const std::string& name) { return fixed_offset(name).has_value() || named_zone(name) != nullptr; }

}  // namespace

std::optional<std::int64_t> read_date(std::string_view text) {
  Reader reader(trimmed(text));
  const auto parts = read_date_parts(reader);
  if (!parts) return std::nullopt;
  // Only a whole date may have a time behind it.
  if (!reader.at_end() && (!parts->is_whole || (reader.look() != ' ' && reader.look() != 'T'))) return std::nullopt;
  return days_of(parts->year, parts->month, parts->day);
}

std::optional<TimestampText> read_timestamp(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  TimestampText result;
  Reader reader(text);
  std::int64_t days = 0;
  bool has_time = true;
  // A bare time begins with `T` or has a colon behind its first one or two digits.
  if (text.front() == 'T' || text.find(':') <= 2) {
    result.has_date = false;
    reader.accept('T');
  } else {
    const auto parts = read_date_parts(reader);
    if (!parts) return std::nullopt;
    const auto found = days_of(parts->year, parts->month, parts->day);
    if (!found) return std::nullopt;
    days = *found;
    has_time = parts->is_whole && (reader.accept('T') || reader.accept(' '));
    if (!has_time && !reader.at_end()) return std::nullopt;
    if (has_time && reader.at_end()) return std::nullopt;
  }
  std::int64_t time = 0;
  if (has_time) {
    const auto read = read_time(reader);
    if (!read) return std::nullopt;
    time = *read;
    const std::string zone(trimmed(reader.rest()));
    if (!zone.empty()) {
      if (!is_zone(zone)) return std::nullopt;
      result.zone = zone;
    }
  }
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(days, kMicrosPerDay, &micros) || __builtin_add_overflow(micros, time, &micros)) return std::nullopt;
  result.local_microseconds = micros;
  return result;
}

std::optional<std::int64_t> to_instant(std::int64_t local_microseconds, const std::string& zone) {
  if (const auto offset = fixed_offset(zone)) return local_microseconds - *offset * kMicrosPerSecond;
  const auto found = named_zone(zone);
  if (!found) return std::nullopt;
  std::int64_t millis = local_microseconds / 1000;
  if (local_microseconds % 1000 < 0) --millis;
  std::int32_t raw = 0;
  std::int32_t daylight = 0;
  UErrorCode status = U_ZERO_ERROR;
  const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(found.get());
  if (basic) {
    basic->getOffsetFromLocal(static_cast<UDate>(millis), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, daylight, status);
  } else {
    found->getOffset(static_cast<UDate>(millis), true, raw, daylight, status);
  }
  if (U_FAILURE(status)) return std::nullopt;
  return local_microseconds - (std::int64_t{raw} + daylight) * 1000;
}

}  // namespace lab::sql
