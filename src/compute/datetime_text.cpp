#include "compute/datetime_text.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "compute/calendar.h"
#include "compute/number_text.h"

namespace lab::compute {

namespace {

/// A text taken apart: year, month, day, hour, minute, second, microseconds; zone.
struct TimestampParts {
  std::array<std::int64_t, 7> fields{1, 1, 1, 0, 0, 0, 0};
  std::string_view zone;
  bool has_zone = false;
  bool only_time = false;
};

bool has_valid_digits(std::size_t segment, int digits) {
  constexpr int kMaxYearDigits = 6;
  if (segment == 6) return true;
  if (segment == 0) return digits >= 4 && digits <= kMaxYearDigits;
  if (segment == 7) return digits <= 2;
  return digits > 0 && digits <= 2;
}

/// Walks the text once; a segment ends at the separator that belongs behind it.
class TimestampReader {
 public:
  std::optional<TimestampParts> read(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return {};
    std::size_t at = 0;
    std::int64_t sign = 1;
    if (text[0] == '-' || text[0] == '+') {
      sign = text[0] == '-' ? -1 : 1;
      signed_ = true;
      at = 1;
    }
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (c >= '0' && c <= '9') {
        if (segment_ == 6) ++fraction_digits_;
        if (digits_ == 18 && segment_ != 6) return {};
        if (segment_ != 6 || digits_ < 6) value_ = value_ * 10 + (c - '0');
        ++digits_;
        continue;
      }
      if (!separate(c, at == 0)) return {};
      if (zone_begins_) {
        parts_.zone = trimmed(text.substr(at));
        parts_.has_zone = true;
        break;
      }
    }
    if (!has_valid_digits(segment_, digits_)) return {};
    if (segment_ < parts_.fields.size()) parts_.fields[segment_] = value_;
    for (int i = fraction_digits_; i < 6; ++i) parts_.fields[6] *= 10;
    parts_.fields[0] *= sign;
    return parts_;
  }

 private:
  bool close() {
    if (!has_valid_digits(segment_, digits_)) return false;
    parts_.fields[segment_] = value_;
    value_ = 0;
    digits_ = 0;
    ++segment_;
    return true;
  }

  bool separate(char c, bool is_first) {
    if (is_first && c == 'T') {
      parts_.only_time = true;
      segment_ = 3;
      return true;
    }
    if (segment_ < 2) {
      if (c == '-') return close();
      if (segment_ == 0 && c == ':' && !signed_) {
        segment_ = 3;
        parts_.only_time = true;
        return close();
      }
      return false;
    }
    if (segment_ == 2) return (c == ' ' || c == 'T') && close();
    if (segment_ == 3 || segment_ == 4) return c == ':' && close();
    if (segment_ == 5 && c == '.') return close();
    if (!close()) return false;
    segment_ = 7;
    zone_begins_ = true;
    return true;
  }

  TimestampParts parts_;
  std::size_t segment_ = 0;
  std::int64_t value_ = 0;
  int digits_ = 0, fraction_digits_ = 0;
  bool signed_ = false, zone_begins_ = false;
};

std::optional<std::int64_t> clock_of(const TimestampParts& parts, std::int32_t today) {
  const auto& f = parts.fields;
  if (f[3] > 23 || f[4] > 59 || f[5] > 59) return {};
  std::optional<Date> date = Date{today};
  if (!parts.only_time) date = make_date(f[0], f[1], f[2]);
  if (!date) return {};
  std::int64_t micros;
  const std::int64_t of_day = ((f[3] * 60 + f[4]) * 60 + f[5]) * kMicrosPerSecond + f[6];
  if (__builtin_mul_overflow(static_cast<std::int64_t>(date->days), kMicrosPerDay, &micros) || __builtin_add_overflow(micros, of_day, &micros)) return {};
  return micros;
}

void append_number(std::string& text, std::int64_t value, int width) {
  char digits[24];
  const int size = std::snprintf(digits, sizeof digits, "%0*lld", width, static_cast<long long>(value));
  text.append(digits, static_cast<std::size_t>(size));
}

void append_date(std::string& text, Date date) {
  const CivilDate civil = civil_of(date);
  if (civil.year > 9999) text += '+';
  if (civil.year < 0) text += '-';
  append_number(text, civil.year < 0 ? -static_cast<std::int64_t>(civil.year) : civil.year, 4);
  text += '-';
  append_number(text, civil.month, 2);
  text += '-';
  append_number(text, civil.day, 2);
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return {};
  std::size_t at = 0, segment = 0;
  std::int64_t sign = 1;
  if (text[0] == '-' || text[0] == '+') {
    sign = text[0] == '-' ? -1 : 1;
    at = 1;
  }
  std::array<std::int64_t, 3> fields{1, 1, 1};
  std::int64_t value = 0;
  int digits = 0;
  const auto valid = [&] { return segment == 0 ? digits >= 4 && digits <= 7 : digits > 0 && digits <= 2; };
  for (; at < text.size() && text[at] != ' ' && text[at] != 'T'; ++at) {
    if (segment < 2 && text[at] == '-') {
      if (!valid()) return {};
      fields[segment++] = value;
      value = digits = 0;
    } else if (text[at] >= '0' && text[at] <= '9' && digits < 8) {
      value = value * 10 + (text[at] - '0');
      ++digits;
    } else {
      return {};
    }
  }
  if (!valid() || (segment < 2 && at < text.size())) return {};
  fields[segment] = value;
  return make_date(sign * fields[0], fields[1], fields[2]);
}

std::optional<Instant> parse_timestamp(std::string_view text, const Zone& zone) {
  const auto parts = TimestampReader().read(text);
  if (!parts) return {};
  const Zone* own = &zone;
  if (parts->has_zone && (own = Zone::try_find(parts->zone)) == nullptr) return {};
  std::int32_t today = 0;
  if (parts->only_time) {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    today = static_cast<std::int32_t>(floor_divide(own->local_of_utc(now), kMicrosPerDay));
  }
  const auto clock = clock_of(*parts, today);
  if (!clock) return {};
  return Instant{own->utc_of_local(*clock)};
}

std::optional<WallClock> parse_wall_clock(std::string_view text) {
  const auto parts = TimestampReader().read(text);
  if (!parts || parts->only_time) return {};
  if (parts->has_zone && Zone::try_find(parts->zone) == nullptr) return {};
  const auto clock = clock_of(*parts, 0);
  if (!clock) return {};
  return WallClock{*clock};
}

std::string date_text(Date date) {
  std::string text;
  append_date(text, date);
  return text;
}

std::string timestamp_text(Instant instant, const Zone& zone) {
  const std::int64_t local = zone.local_of_utc(instant.micros);
  const std::int64_t days = floor_divide(local, kMicrosPerDay), of_day = local - days * kMicrosPerDay;
  const std::int64_t seconds = of_day / kMicrosPerSecond;
  std::int64_t fraction = of_day % kMicrosPerSecond;
  std::string text;
  text.reserve(26);
  append_date(text, Date{static_cast<std::int32_t>(days)});
  text += ' ';
  append_number(text, seconds / 3600, 2);
  text += ':';
  append_number(text, seconds / 60 % 60, 2);
  text += ':';
  append_number(text, seconds % 60, 2);
  if (fraction != 0) {
    text += '.';
    int width = 6;
    for (; fraction % 10 == 0; fraction /= 10) --width;
    append_number(text, fraction, width);
  }
  return text;
}

}  // namespace lab::compute
