#include "compute/datetime_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <map>

#include "base/error.h"
#include "compute/calendar.h"
#include "compute/conditions.h"

namespace lab::compute {

namespace {

constexpr std::array<std::string_view, 12> kMonthNames{"January",   "February", "March",    "April",
                                                       "May",       "June",     "July",     "August",
                                                       "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDayNames{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};
constexpr std::string_view kDocroot = "https://spark.apache.org/docs/latest";

std::string quoted(std::string_view text) {
  std::string shown = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') shown += '\\';
    shown += c;
  }
  return shown + "'";
}

[[noreturn]] void throw_unknown(std::string_view text) {
  throw Error(conditions::kDatetimePattern, {{"pattern", quoted(text)}, {"docroot", std::string(kDocroot)}});
}

[[noreturn]] void throw_pattern(std::string_view text) {
  throw Error(conditions::kPatternRecognition, {{"pattern", quoted(text)},
                                                {"config", "\"spark.sql.legacy.timeParserPolicy\""},
                                                {"docroot", std::string(kDocroot)}});
}

/// How long a run of each letter may be.
int longest_run(char letter) {
  switch (letter) {
    case 'y':
      return 6;
    case 'M':
    case 'L':
    case 'E':
    case 'Q':
    case 'q':
    case 'G':
    case 'z':
      return 4;
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
    case 'V':
      return 2;
    case 'D':
      return 3;
    case 'S':
      return 9;
    case 'a':
    case 'F':
      return 1;
    case 'O':
      return 4;
    case 'X':
    case 'x':
    case 'Z':
      return 5;
    default:
      return 0;
  }
}

void append_padded(std::string& out, std::int64_t value, int width) {
  char digits[24];
  const int size = std::snprintf(digits, sizeof digits, "%0*lld", width, static_cast<long long>(value));
  out.append(digits, static_cast<std::size_t>(size));
}

/// `+01:30` and its kin by the letters X, x and Z.
std::string offset_text(std::int32_t seconds, char letter, int count) {
  if (letter == 'X' && seconds == 0) return "Z";
  const bool colon = count == 3 || count == 5;
  std::string text = seconds < 0 ? "-" : "+";
  const std::int32_t size = std::abs(seconds);
  append_padded(text, size / 3600, 2);
  if (count == 1 && size / 60 % 60 == 0) return text;
  if (colon) text += ':';
  append_padded(text, size / 60 % 60, 2);
  if (count >= 4 && size % 60 != 0) {
    if (colon) text += ':';
    append_padded(text, size % 60, 2);
  }
  return text;
}

std::string gmt_text(std::int32_t seconds, bool full) {
  if (seconds == 0) return "GMT";
  std::string text = seconds < 0 ? "GMT-" : "GMT+";
  const std::int32_t size = std::abs(seconds);
  append_padded(text, size / 3600, full ? 2 : 1);
  if (full || size / 60 % 60 != 0) {
    text += ':';
    append_padded(text, size / 60 % 60, 2);
  }
  return text;
}

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

bool is_numeric_item(char letter, int count) {
  if (letter == 0) return false;
  if (std::string_view("ydDHhKkmsSF").find(letter) != std::string_view::npos) return true;
  return std::string_view("MLQq").find(letter) != std::string_view::npos && count <= 2;
}

}  // namespace

struct DatetimePattern::Fields {
  std::optional<std::int64_t> year, month, day, day_of_year, hour, hour12, half, minute, second, micros, era,
      clock_hour, clock_hour12;
  std::optional<int> weekday;
  std::optional<std::string> zone;
};

std::unique_ptr<DatetimePattern> DatetimePattern::compile(std::string_view text) {
  auto pattern = std::make_unique<DatetimePattern>();
  pattern->text_ = text;
  const auto literal = [&](char c) {
    if (pattern->items_.empty() || pattern->items_.back().letter != 0) pattern->items_.push_back({0, 0, {}});
    pattern->items_.back().literal += c;
  };
  bool quoting = false;
  for (const char c : text) {
    if (c == '\'') quoting = !quoting;
    if (!quoting && (c == 'e' || c == 'c')) throw Error(conditions::kWeekPattern, {{"c", std::string(1, c)}});
  }
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'') {
      if (i + 1 < text.size() && text[i + 1] == '\'') {
        literal('\'');
        i += 2;
        continue;
      }
      for (++i;; ++i) {
        if (i >= text.size()) throw_unknown(text);
        if (text[i] == '\'') {
          if (i + 1 < text.size() && text[i + 1] == '\'') {
            literal('\'');
            ++i;
            continue;
          }
          break;
        }
        literal(text[i]);
      }
      ++i;
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      int count = 0;
      while (i < text.size() && text[i] == c) ++i, ++count;
      if (std::string_view("YWwuec").find(c) != std::string_view::npos) {
        if (std::string_view("YWwu").find(c) != std::string_view::npos) throw_pattern(text);
        throw Error(conditions::kWeekPattern, {{"c", std::string(1, c)}});
      }
      if (std::string_view("AnNpgBvI").find(c) != std::string_view::npos || longest_run(c) == 0) {
        throw Error(conditions::kDatetimePatternCharacter, {{"c", std::string(1, c)}, {"pattern", std::string(text)}});
      }
      if (c == 'V' && count != 2) throw_unknown(text);
      if (count > longest_run(c) || (c == 'O' && count != 1 && count != 4)) throw_pattern(text);
      pattern->items_.push_back({c, count, {}});
    } else if (c == '[' || c == ']') {
      depth += c == '[' ? 1 : -1;
      if (depth < 0) throw_pattern(text);
      pattern->items_.push_back({c, 0, {}});
      ++i;
    } else if (c == '#' || c == '{' || c == '}') {
      throw_pattern(text);
    } else {
      literal(c);
      ++i;
    }
  }
  for (; depth > 0; --depth) pattern->items_.push_back({']', 0, {}});
  return pattern;
}

const DatetimePattern& DatetimePattern::find(std::string_view text) {
  thread_local std::map<std::string, std::unique_ptr<DatetimePattern>, std::less<>> patterns;
  thread_local const DatetimePattern* last = nullptr;
  if (last != nullptr && last->text_ == text) return *last;
  auto found = patterns.find(text);
  if (found == patterns.end()) {
    auto compiled = compile(text);
    // Patterns out of a column must not pile up.
    if (patterns.size() > 256) patterns.clear();
    found = patterns.emplace(std::string(text), std::move(compiled)).first;
  }
  last = found->second.get();
  return *last;
}

void DatetimePattern::format_item(const Item& item, Instant instant, const Zone& zone, std::string& out) const {
  const std::int64_t local = zone.local_of_utc(instant.micros);
  const std::int64_t days = floor_divide(local, kMicrosPerDay), of_day = local - days * kMicrosPerDay;
  const Date date{static_cast<std::int32_t>(days)};
  const CivilDate civil = civil_of(date);
  const std::int64_t hour = of_day / (3600 * kMicrosPerSecond), minute = of_day / (60 * kMicrosPerSecond) % 60,
                     second = of_day / kMicrosPerSecond % 60;
  const std::int64_t year_of_era = civil.year > 0 ? civil.year : 1 - civil.year;
  const auto offset = [&] { return zone.offset_at(floor_divide(instant.micros, kMicrosPerSecond)); };
  const int n = item.count;
  switch (item.letter) {
    case 0:
      out += item.literal;
      break;
    case 'G':
      out += civil.year > 0 ? (n == 4 ? "Anno Domini" : "AD") : (n == 4 ? "Before Christ" : "BC");
      break;
    case 'y':
      if (n == 2) {
        append_padded(out, year_of_era % 100, 2);
      } else {
        if (n >= 4 && year_of_era >= 10'000 && n == 4) out += '+';
        append_padded(out, year_of_era, n);
      }
      break;
    case 'M':
    case 'L':
      if (n <= 2)
        append_padded(out, civil.month, n);
      else
        out += n == 3 ? kMonthNames[static_cast<std::size_t>(civil.month - 1)].substr(0, 3)
                      : kMonthNames[static_cast<std::size_t>(civil.month - 1)];
      break;
    case 'Q':
    case 'q': {
      static constexpr std::array<std::string_view, 4> kQuarters{"1st quarter", "2nd quarter", "3rd quarter",
                                                                 "4th quarter"};
      const int quarter = (civil.month - 1) / 3 + 1;
      if (n <= 2)
        append_padded(out, quarter, n);
      else if (n == 3)
        out += "Q" + std::to_string(quarter);
      else
        out += kQuarters[static_cast<std::size_t>(quarter - 1)];
      break;
    }
    case 'd':
      append_padded(out, civil.day, n);
      break;
    case 'D':
      append_padded(out, compute::day_of_year(date), n);
      break;
    case 'F':
      append_padded(out, (civil.day - 1) % 7 + 1, 1);
      break;
    case 'E': {
      const std::string_view name = kDayNames[static_cast<std::size_t>(weekday_of(date))];
      out += n <= 3 ? name.substr(0, 3) : name;
      break;
    }
    case 'a':
      out += hour < 12 ? "AM" : "PM";
      break;
    case 'h':
      append_padded(out, hour % 12 == 0 ? 12 : hour % 12, n);
      break;
    case 'K':
      append_padded(out, hour % 12, n);
      break;
    case 'k':
      append_padded(out, hour == 0 ? 24 : hour, n);
      break;
    case 'H':
      append_padded(out, hour, n);
      break;
    case 'm':
      append_padded(out, minute, n);
      break;
    case 's':
      append_padded(out, second, n);
      break;
    case 'S': {
      char digits[16];
      std::snprintf(digits, sizeof digits, "%06d000", static_cast<int>(of_day % kMicrosPerSecond));
      out.append(digits, static_cast<std::size_t>(n));
      break;
    }
    case 'V':
      out += zone.id();
      break;
    case 'z':
      out += zone.is_fixed() && !(n == 4 && zone.is_utc()) ? zone.id() : zone_name(zone, instant, n == 4);
      break;
    case 'O':
      out += gmt_text(offset(), n == 4);
      break;
    case 'X':
    case 'x':
      out += offset_text(offset(), item.letter, n);
      break;
    case 'Z':
      if (n == 4)
        out += gmt_text(offset(), true);
      else
        out += n == 5 ? offset_text(offset(), 'X', 5) : offset_text(offset(), 'x', 2);
      break;
    default:
      break;
  }
}

std::string DatetimePattern::format(Instant instant, const Zone& zone) const {
  std::string out;
  for (const Item& item : items_) format_item(item, instant, zone, out);
  return out;
}

bool DatetimePattern::parse_item(const Item& item, std::size_t index, std::string_view text, std::size_t& at,
                                 Fields& fields) const {
  const int n = item.count;
  const std::string_view rest = text.substr(at);
  const auto number = [&](int least, int most) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    int digits = 0;
    while (digits < most && at < text.size() && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + (text[at++] - '0');
      ++digits;
    }
    if (digits < least) return {};
    return value;
  };
  const auto name_of = [&](auto& names, std::size_t length) -> std::optional<int> {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string_view name = length == 0 ? names[i] : std::string_view(names[i]).substr(0, length);
      if (same_letters(rest.substr(0, name.size()), name)) {
        at += name.size();
        return static_cast<int>(i);
      }
    }
    return {};
  };
  // A field of two letters has exactly two digits, one of one letter as many as there are, less those of fixed fields
  // right behind it.
  const auto plain = [&](std::optional<std::int64_t>& field) {
    int most = n == 1 ? 19 : n, least = n == 1 ? 1 : n;
    if (n == 1) {
      int reserved = 0;
      for (std::size_t next = index + 1;
           next < items_.size() && is_numeric_item(items_[next].letter, items_[next].count); ++next)
        reserved += items_[next].count;
      if (reserved > 0) {
        int available = 0;
        while (at + static_cast<std::size_t>(available) < text.size() &&
               std::isdigit(static_cast<unsigned char>(text[at + static_cast<std::size_t>(available)])))
          ++available;
        most = std::max(1, available - reserved);
      }
    }
    field = number(least, std::min(most, 18));
    return field.has_value();
  };
  switch (item.letter) {
    case 0:
      if (!same_letters(rest.substr(0, item.literal.size()), item.literal)) return false;
      at += item.literal.size();
      return true;
    case 'y': {
      if (n == 2) {
        const auto value = number(2, 2);
        if (value) fields.year = 2000 + *value;
        return value.has_value();
      }
      int reserved = 0;
      for (std::size_t next = index + 1;
           next < items_.size() && is_numeric_item(items_[next].letter, items_[next].count); ++next)
        reserved += items_[next].count;
      bool sign = false;
      if (at < text.size() && text[at] == '+' && n >= 4) {
        sign = true;
        ++at;
      }
      int available = 0;
      while (at + static_cast<std::size_t>(available) < text.size() &&
             std::isdigit(static_cast<unsigned char>(text[at + static_cast<std::size_t>(available)])))
        ++available;
      int most = reserved > 0 ? std::max(n, available - reserved) : 9;
      if (!sign && n == 4) most = std::min(most, reserved > 0 ? most : 4);
      const auto value = number(n, std::min(most, 9));
      if (!value) return false;
      if (!sign && n == 4 && reserved == 0 && at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
        return false;
      fields.year = value;
      return true;
    }
    case 'M':
    case 'L': {
      if (n <= 2) return plain(fields.month);
      const auto month = name_of(kMonthNames, n == 3 ? 3 : 0);
      if (month) fields.month = *month + 1;
      return month.has_value();
    }
    case 'd':
      return plain(fields.day);
    case 'D':
      return plain(fields.day_of_year);
    case 'H':
      return plain(fields.hour);
    case 'h':
      return plain(fields.clock_hour12);
    case 'K':
      return plain(fields.hour12);
    case 'k':
      return plain(fields.clock_hour);
    case 'm':
      return plain(fields.minute);
    case 's':
      return plain(fields.second);
    case 'S': {
      const std::size_t begin = at;
      const auto value = number(n, n);
      if (!value) return false;
      std::string digits(text.substr(begin, static_cast<std::size_t>(n)));
      digits.resize(6, '0');
      fields.micros = std::stoll(digits);
      return true;
    }
    case 'E': {
      const auto day = name_of(kDayNames, n <= 3 ? 3 : 0);
      if (day) fields.weekday = *day;
      return day.has_value();
    }
    case 'a': {
      const std::string_view half = rest.substr(0, 2);
      if (!same_letters(half, "AM") && !same_letters(half, "PM")) return false;
      fields.half = same_letters(half, "PM") ? 1 : 0;
      at += 2;
      return true;
    }
    case 'G': {
      if (!same_letters(rest.substr(0, 2), "AD") && !same_letters(rest.substr(0, 2), "BC")) return false;
      fields.era = same_letters(rest.substr(0, 2), "AD") ? 1 : 0;
      at += 2;
      return true;
    }
    case 'Q':
    case 'q':
    case 'F':
      return number(1, 2).has_value();
    case 'V':
    case 'z':
    case 'O':
    case 'X':
    case 'x':
    case 'Z': {
      std::size_t end = at;
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) ||
                                   std::string_view("/_+-:").find(text[end]) != std::string_view::npos))
        ++end;
      for (; end > at; --end) {
        const std::string_view id = text.substr(at, end - at);
        if (Zone::try_find(id) != nullptr) {
          fields.zone = std::string(id);
          at = end;
          return true;
        }
      }
      return false;
    }
    default:
      return false;
  }
}

bool DatetimePattern::parse_items(std::size_t& item, std::size_t end, std::string_view text, std::size_t& at,
                                  Fields& fields, std::size_t& failed_at) const {
  while (item < end) {
    if (items_[item].letter == ']') {
      ++item;
      continue;
    }
    if (items_[item].letter == '[') {
      std::size_t close = item + 1;
      for (int depth = 1; close < end; ++close) {
        if (items_[close].letter == '[') ++depth;
        if (items_[close].letter == ']' && --depth == 0) break;
      }
      Fields kept = fields;
      std::size_t inner = item + 1, position = at, ignored = 0;
      if (parse_items(inner, close, text, position, kept, ignored)) {
        fields = std::move(kept);
        at = position;
      }
      item = close + 1;
      continue;
    }
    const std::size_t begin = at;
    if (!parse_item(items_[item], item, text, at, fields)) {
      failed_at = begin;
      return false;
    }
    ++item;
  }
  return true;
}

namespace {

/// What Java says of a number that its field cannot have; nothing when it can.
std::string field_problem(std::string_view name, std::optional<std::int64_t> value, int low, int high,
                          std::string_view shown_high = {}) {
  if (!value || (*value >= low && *value <= high)) return {};
  const std::string top = shown_high.empty() ? std::to_string(high) : std::string(shown_high);
  return "Invalid value for " + std::string(name) + " (valid values " + std::to_string(low) + " - " + top +
         "): " + std::to_string(*value);
}

std::string date_problem(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month == 2 && day == 29) return "Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year";
  std::string name(kMonthNames[static_cast<std::size_t>(month - 1)]);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return "Invalid date '" + name + " " + std::to_string(day) + "'";
}

}  // namespace

std::optional<DatetimePattern::Parsed> DatetimePattern::parse(std::string_view text, std::size_t& failed_at,
                                                              std::string* problem) const {
  Fields f;
  std::size_t at = 0, item = 0;
  failed_at = 0;
  if (!parse_items(item, items_.size(), text, at, f, failed_at)) return {};
  if (at != text.size()) {
    failed_at = at;
    return {};
  }
  std::optional<Date> date;
  std::int64_t year = f.year.value_or(1970);
  if (f.era == 0) year = 1 - year;
  for (const std::string& found :
       {field_problem("MonthOfYear", f.month, 1, 12), field_problem("DayOfMonth", f.day, 1, 31, "28/31"),
        field_problem("HourOfDay", f.hour, 0, 23), field_problem("ClockHourOfAmPm", f.clock_hour12, 1, 12),
        field_problem("MinuteOfHour", f.minute, 0, 59), field_problem("SecondOfMinute", f.second, 0, 59)}) {
    if (found.empty()) continue;
    if (problem != nullptr) *problem = found;
    return {};
  }
  if (f.day_of_year && !f.month && !f.day) {
    if (*f.day_of_year < 1 || *f.day_of_year > (is_leap(year) ? 366 : 365)) return {};
    date = Date{days_of({static_cast<std::int32_t>(year), 1, 1}).days + static_cast<std::int32_t>(*f.day_of_year) - 1};
  } else {
    date = make_date(year, f.month.value_or(1), f.day.value_or(1));
    if (!date && problem != nullptr) *problem = date_problem(year, f.month.value_or(1), f.day.value_or(1));
  }
  if (!date || (f.weekday && weekday_of(*date) != *f.weekday)) return {};
  std::int64_t hour = 0;
  if (f.hour) {
    hour = *f.hour;
  } else if (f.clock_hour) {
    if (*f.clock_hour < 1 || *f.clock_hour > 24) return {};
    hour = *f.clock_hour % 24;
  } else if (f.clock_hour12 || f.hour12) {
    const std::int64_t half_hour = f.hour12 ? *f.hour12 : *f.clock_hour12 % 12;
    if (f.clock_hour12 && (*f.clock_hour12 < 1 || *f.clock_hour12 > 12)) return {};
    hour = half_hour + 12 * f.half.value_or(0);
  } else if (f.half) {
    hour = 12 * *f.half;
  }
  const std::int64_t minute = f.minute.value_or(0), second = f.second.value_or(0);
  if (hour > 23 || minute > 59 || second > 59) return {};
  return Parsed{static_cast<std::int64_t>(date->days) * kMicrosPerDay +
                    ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + f.micros.value_or(0),
                f.zone};
}

namespace {

[[noreturn]] void throw_unparsed(std::string_view text, std::size_t at, const std::string& problem,
                                 std::string_view tolerant) {
  std::string message = "Text '" + std::string(text) + "' could not be parsed";
  if (!problem.empty())
    message += ": " + problem;
  else if (at < text.size() && at > 0)
    message += ", unparsed text found at index " + std::to_string(at);
  else
    message += " at index " + std::to_string(at);
  throw Error(conditions::kCannotParseTimestamp, {{"message", message}, {"func", "`" + std::string(tolerant) + "`"}});
}

std::optional<DatetimePattern::Parsed> parse_by(std::string_view text, std::string_view pattern, bool raises,
                                                std::string_view tolerant) {
  std::size_t failed_at = 0;
  std::string problem;
  const auto parsed = DatetimePattern::find(pattern).parse(text, failed_at, raises ? &problem : nullptr);
  if (!parsed && raises) throw_unparsed(text, failed_at, problem, tolerant);
  return parsed;
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text, std::string_view pattern, const Zone& zone, bool raises) {
  const auto parsed = parse_by(text, pattern, raises, "try_to_timestamp");
  if (!parsed) return {};
  const Zone& own = parsed->zone ? Zone::find(*parsed->zone) : zone;
  return Instant{own.utc_of_local(parsed->local_micros)};
}

std::optional<WallClock> parse_clock(std::string_view text, std::string_view pattern, bool raises) {
  const auto parsed = parse_by(text, pattern, raises, "try_to_timestamp");
  if (!parsed) return {};
  return WallClock{parsed->local_micros};
}

std::optional<Date> parse_date_by(std::string_view text, std::string_view pattern, bool raises) {
  const auto parsed = parse_by(text, pattern, raises, "try_to_date");
  if (!parsed) return {};
  return Date{static_cast<std::int32_t>(floor_divide(parsed->local_micros, kMicrosPerDay))};
}

}  // namespace lab::compute
