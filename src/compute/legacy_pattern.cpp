#include "compute/legacy_pattern.h"

#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <map>

#include "base/conditions.h"
#include "base/error.h"
#include "compute/calendar.h"
#include "compute/clock_names.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

constexpr std::string_view kLetters = "GyMLdHhKkmsSEDFwWazZXYu";

void append_old_padded(std::string& out, std::int64_t value, int width) {
  char digits[40];
  const int size = std::snprintf(digits, sizeof digits, "%0*lld", width, static_cast<long long>(value));
  out.append(digits, static_cast<std::size_t>(size));
}

/// A number's width ends where the next number begins.
bool is_abutting(char letter, int count) {
  if (letter == 'M' || letter == 'L') return count <= 2;
  return letter != 0 && std::string_view("ydHhKkmsSDFwWYu").find(letter) != std::string_view::npos;
}

/// Weeks of the United States: from Sunday, the first has the year's first day.
int week_of_year(Date date) {
  const int first_day = (weekday_of({date.days - day_of_year(date) + 1}) + 1) % 7;
  return (day_of_year(date) - 1 + first_day) / 7 + 1;
}
/// The last days of December may be of the next year's first week.
bool week_has_new_year(Date date) {
  const int days_left = 6 - (weekday_of(date) + 1) % 7;
  return days_of({civil_of(date).year + 1, 1, 1}).days - date.days <= days_left;
}
int week_of_month(Date date) {
  const CivilDate civil = civil_of(date);
  const int first_day = (weekday_of({date.days - civil.day + 1}) + 1) % 7;
  return (civil.day - 1 + first_day) / 7 + 1;
}

std::int64_t current_year() {
  const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<int>(std::chrono::year_month_day(now).year());
}

}  // namespace

std::optional<std::vector<LegacyPattern::Item>> LegacyPattern::compile(std::string_view text) {
  std::vector<Item> items;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'') {
      if (i + 1 < text.size() && text[i + 1] == '\'') {
        items.push_back({.literal = "'"});
        i += 2;
        continue;
      }
      Item quoted;
      for (++i;; ++i) {
        if (i >= text.size()) return {};
        if (text[i] == '\'') {
          if (i + 1 >= text.size() || text[i + 1] != '\'') break;
          ++i;
        }
        quoted.literal += text[i];
      }
      ++i;
      items.push_back(std::move(quoted));
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      if (kLetters.find(c) == std::string_view::npos) return {};
      int count = 0;
      while (i < text.size() && text[i] == c) ++i, ++count;
      if (c == 'X' && count > 3) return {};
      items.push_back({.letter = c, .count = count});
    } else {
      items.push_back({.literal = std::string(1, c)});
      ++i;
    }
  }
  return items;
}

bool LegacyPattern::is_pattern(std::string_view text) { return compile(text).has_value(); }

const LegacyPattern& LegacyPattern::find(std::string_view text) {
  thread_local std::map<std::string, LegacyPattern, std::less<>> patterns;
  if (const auto found = patterns.find(text); found != patterns.end()) return found->second;
  auto items = compile(text);
  if (!items)
    throw Error(conditions::kDatetimePattern, {{"pattern", "'" + std::string(text) + "'"}, {"docroot", "https://spark.apache.org/docs/latest"}});
  if (patterns.size() > 256) patterns.clear();
  LegacyPattern pattern;
  pattern.text_ = text;
  pattern.items_ = std::move(*items);
  return patterns.emplace(std::string(text), std::move(pattern)).first->second;
}

std::string LegacyPattern::format(Instant instant, const Zone& zone) const {
  const std::int64_t local = zone.local_of_utc(instant.micros);
  const Date date{static_cast<std::int32_t>(floor_divide(local, kMicrosPerDay))};
  const std::int64_t of_day = local - std::int64_t{date.days} * kMicrosPerDay, hour = of_day / (3600 * kMicrosPerSecond);
  const CivilDate civil = civil_of(date);
  const std::int32_t offset = zone.offset_at(floor_divide(instant.micros, kMicrosPerSecond));
  const std::int64_t year = civil.year > 0 ? civil.year : 1 - civil.year;
  std::string out;
  const auto offset_text = [&](bool minutes, bool colon) {
    out += offset < 0 ? '-' : '+';
    append_old_padded(out, std::abs(offset) / 3600, 2);
    if (!minutes) return;
    if (colon) out += ':';
    append_old_padded(out, std::abs(offset) / 60 % 60, 2);
  };
  for (const Item& item : items_) {
    const int n = item.count;
    switch (item.letter) {
      case 0: out += item.literal; break;
      case 'G': out += civil.year > 0 ? "AD" : "BC"; break;
      case 'y': n == 2 ? append_old_padded(out, year % 100, 2) : append_old_padded(out, year, n); break;
      case 'Y': {
        const std::int64_t week_year = year + (week_has_new_year(date) ? 1 : 0);
        n == 2 ? append_old_padded(out, week_year % 100, 2) : append_old_padded(out, week_year, n);
        break;
      }
      case 'M':
      case 'L':
        if (n <= 2)
          append_old_padded(out, civil.month, n);
        else
          out += kMonthNames[static_cast<std::size_t>(civil.month - 1)].substr(0, n == 3 ? 3 : std::string_view::npos);
        break;
      case 'E': out += kDayNames[static_cast<std::size_t>(weekday_of(date))].substr(0, n < 4 ? 3 : std::string_view::npos); break;
      case 'u': append_old_padded(out, weekday_of(date) + 1, n); break;
      case 'd': append_old_padded(out, civil.day, n); break;
      case 'D': append_old_padded(out, day_of_year(date), n); break;
      case 'F': append_old_padded(out, (civil.day - 1) / 7 + 1, n); break;
      case 'w': append_old_padded(out, week_has_new_year(date) ? 1 : week_of_year(date), n); break;
      case 'W': append_old_padded(out, week_of_month(date), n); break;
      case 'a': out += hour < 12 ? "AM" : "PM"; break;
      case 'H': append_old_padded(out, hour, n); break;
      case 'k': append_old_padded(out, hour == 0 ? 24 : hour, n); break;
      case 'K': append_old_padded(out, hour % 12, n); break;
      case 'h': append_old_padded(out, hour % 12 == 0 ? 12 : hour % 12, n); break;
      case 'm': append_old_padded(out, of_day / (60 * kMicrosPerSecond) % 60, n); break;
      case 's': append_old_padded(out, of_day / kMicrosPerSecond % 60, n); break;
      case 'S': append_old_padded(out, of_day / 1000 % 1000, n); break;
      case 'z': out += zone_name(zone, instant, n >= 4); break;
      case 'Z': offset_text(true, false); break;
      case 'X': offset == 0 ? out += "Z" : (offset_text(n > 1, n == 3), out); break;
      default: break;
    }
  }
  return out;
}

namespace {

/// What a text told, in the order of SimpleDateFormat's calendar: of day-of-month and day-of-year the later one holds.
struct LegacyFields {
  std::int64_t year = 1970, month = 1, day = 1, day_of_year = 0, hour = 0, minute = 0, second = 0, millis = 0;
  std::optional<std::int64_t> hour_of_half, half, weekday, stated_hour;
  bool is_before_christ = false, has_month = false, has_day = false, day_of_year_is_last = false;
  std::optional<std::string> zone;
};

bool within(std::int64_t value, std::int64_t low, std::int64_t high) { return low <= value && value <= high; }

/// DecimalFormat's integer: a minus and digits.
std::optional<std::int64_t> parse_integer(std::string_view text, std::size_t& at, std::size_t end) {
  std::size_t next = at;
  const bool negative = next < end && text[next] == '-';
  if (negative) ++next;
  std::int64_t value = 0;
  const std::size_t begin = next;
  for (; next < end && std::isdigit(static_cast<unsigned char>(text[next])); ++next)
    if (next - begin < 18) value = value * 10 + (text[next] - '0');
  if (next == begin) return {};
  at = next;
  return negative ? -value : value;
}

/// `+0100`, `-01:00`, `Z` (of X), a zone's name.
std::optional<std::string> parse_zone(char letter, int count, std::string_view text, std::size_t& at) {
  if (letter == 'X' && at < text.size() && text[at] == 'Z') {
    ++at;
    return "UTC";
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const auto two = [&](std::size_t i) { return i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && std::isdigit(static_cast<unsigned char>(text[i + 1])); };
    if (!two(at + 1)) return {};
    std::string id(text.substr(at, 3));
    std::size_t next = at + 3;
    if (letter != 'X' || count > 1) {
      const bool colon = letter == 'X' && count == 3;
      if (colon && (next >= text.size() || text[next++] != ':')) return {};
      if (!two(next)) return {};
      id += ":" + std::string(text.substr(next, 2));
      next += 2;
    }
    if (Zone::try_find(id) == nullptr) return {};
    at = next;
    return id;
  }
  if (letter == 'X') return {};
  return parse_zone_name(text, at);
}

template <std::size_t N>
std::optional<int> parse_any_name(const std::array<std::string_view, N>& names, std::string_view text, std::size_t& at) {
  for (const std::size_t length : {std::string_view::npos, std::size_t{3}}) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view name = names[i].substr(0, length);
      if (!begins_with_name(text.substr(at), name)) continue;
      at += name.size();
      return static_cast<int>(i);
    }
  }
  return {};
}

bool take_number(LegacyFields& fields, char letter, int count, std::int64_t value, std::size_t num_digits) {
  switch (letter) {
    case 'y':
      // Two digits are the year within eighty years back and twenty on.
      if (count <= 2 && num_digits == 2) {
        const std::int64_t start = current_year() - 80;
        value += start / 100 * 100 + (value < start % 100 ? 100 : 0);
      }
      fields.year = value;
      return value > 0 && value <= 292'278'994;
    case 'M':
    case 'L':
      fields.month = value;
      fields.has_month = true;
      return within(value, 1, 12);
    case 'd':
      fields.day = value;
      fields.has_day = true;
      fields.day_of_year_is_last = false;
      return within(value, 1, 31);
    case 'D':
      fields.day_of_year = value;
      fields.day_of_year_is_last = true;
      return within(value, 1, 366);
    case 'H': fields.hour = value; fields.stated_hour = value; return within(value, 0, 23);
    case 'k': fields.hour = value == 24 ? 0 : value; fields.stated_hour = fields.hour; return within(value, 1, 24);
    case 'K': fields.hour_of_half = value; return within(value, 0, 11);
    case 'h': fields.hour_of_half = value == 12 ? 0 : value; return within(value, 1, 12);
    case 'm': fields.minute = value; return within(value, 0, 59);
    case 's': fields.second = value; return within(value, 0, 59);
    case 'S': fields.millis = value; return within(value, 0, 999);
    default:
      throw Error(lab::conditions::kUnsupportedFeature,
                  {{"feature", "weeks (" + std::string(1, letter) + ") in a pattern that reads text, under timeParserPolicy LEGACY"},
                   {"hint", "Use a pattern of months and days."}});
  }
}

std::optional<Date> date_of(const LegacyFields& fields) {
  const std::int64_t year = fields.is_before_christ ? 1 - fields.year : fields.year;
  if (!fields.day_of_year_is_last) return make_date(year, fields.month, fields.day);
  if (fields.day_of_year > (is_leap(year) ? 366 : 365)) return {};
  const Date date{days_of({static_cast<std::int32_t>(year), 1, 1}).days + static_cast<std::int32_t>(fields.day_of_year) - 1};
  const CivilDate civil = civil_of(date);
  if ((fields.has_month && civil.month != fields.month) || (fields.has_day && civil.day != fields.day)) return {};
  return date;
}

}  // namespace

std::optional<Instant> LegacyPattern::parse(std::string_view text, const Zone& zone) const {
  static constexpr std::array<std::string_view, 2> kHalves{"AM", "PM"}, kEras{"BC", "AD"};
  LegacyFields fields;
  std::size_t at = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.letter == 0) {
      if (text.substr(at, item.literal.size()) != item.literal) return {};
      at += item.literal.size();
      continue;
    }
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    if (at >= text.size()) return {};
    std::optional<int> name;
    switch (item.letter) {
      case 'G':
        if (!(name = parse_any_name(kEras, text, at))) return {};
        fields.is_before_christ = *name == 0;
        continue;
      case 'a':
        if (!(name = parse_any_name(kHalves, text, at))) return {};
        fields.half = *name;
        continue;
      case 'E':
        if (!(name = parse_any_name(kDayNames, text, at))) return {};
        fields.weekday = *name;
        continue;
      case 'z':
      case 'Z':
      case 'X':
        fields.zone = parse_zone(item.letter, item.count, text, at);
        if (!fields.zone) return {};
        continue;
      default: break;
    }
    if ((item.letter == 'M' || item.letter == 'L') && item.count > 2) {
      if (!(name = parse_any_name(kMonthNames, text, at))) return {};
      fields.month = *name + 1;
      fields.has_month = true;
      continue;
    }
    std::size_t end = text.size();
    if (i + 1 < items_.size() && is_abutting(items_[i + 1].letter, items_[i + 1].count)) {
      end = at + static_cast<std::size_t>(item.count);
      if (end > text.size()) return {};
    }
    const std::size_t begin = at;
    const auto value = parse_integer(text, at, end);
    if (!value || !take_number(fields, item.letter, item.count, *value, at - begin)) return {};
  }
  const auto date = date_of(fields);
  if (!date || (fields.weekday && weekday_of(*date) != *fields.weekday)) return {};
  std::int64_t hour = fields.hour;
  if (!fields.stated_hour) hour = fields.hour_of_half.value_or(0) + 12 * fields.half.value_or(0);
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(std::int64_t{date->days}, kMicrosPerDay, &micros)) return {};
  micros += ((hour * 60 + fields.minute) * 60 + fields.second) * kMicrosPerSecond + fields.millis * 1000;
  return Instant{(fields.zone ? Zone::find(*fields.zone) : zone).utc_of_local(micros)};
}

}  // namespace lab::compute
