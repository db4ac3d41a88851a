#include "compute/datetime_pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/error.h"
#include "compute/calendar.h"
#include "compute/clock_names.h"
#include "compute/conditions.h"
#include "compute/legacy_pattern.h"

namespace lab::compute {

namespace {

constexpr std::string_view kDocroot = "https://spark.apache.org/docs/latest";

std::string quoted(std::string_view text) {
  std::string shown = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') shown += '\\';
    shown += c;
  }
  return shown + "'";
}

/// What Java refuses. Spark looks whether the formatter before Spark 3 took it, to tell whom the upgrade surprised.
[[noreturn]] void throw_pattern(std::string_view text, Error error) {
  if (!LegacyPattern::is_pattern(text)) throw error;
  throw Error(conditions::kPatternRecognition, {{"pattern", quoted(text)},
                                                {"config", "\"spark.sql.legacy.timeParserPolicy\""},
                                                {"docroot", std::string(kDocroot)}});
}
[[noreturn]] void throw_unknown(std::string_view text) {
  throw_pattern(text, Error(conditions::kDatetimePattern, {{"pattern", quoted(text)}, {"docroot", std::string(kDocroot)}}));
}

/// How long a run of each letter may be; 0: Java does not know it.
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
    case 'O':
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
    case 'X':
    case 'x':
    case 'Z':
      return 5;
    default:
      return 0;
  }
}

/// Spark's own refusals, which come before Java's: they look at the text outside of quotes, in this order.
void refuse_letters(std::string_view text, DatetimePattern::Purpose purpose) {
  const bool parses = purpose == DatetimePattern::Purpose::Parse;
  std::vector<std::string> parts(1);
  bool quoting = false;
  for (const char c : text) {
    if (c == '\'')
      quoting = !quoting;
    else if (!quoting)
      parts.back() += c;
    if (c == '\'' && !quoting) parts.emplace_back();
  }
  for (const std::string& part : parts) {
    if (const auto at = part.find_first_of("YWwuec"); at != std::string::npos)
      throw_pattern(text, Error(conditions::kWeekPattern, {{"c", std::string(1, part[at])}}));
    if (const auto at = part.find_first_of(parses ? "ABnNpEFqQ" : "ABnNp"); at != std::string::npos)
      throw_pattern(text, Error(conditions::kDatetimePatternCharacter,
                                {{"c", std::string(1, part[at])}, {"pattern", std::string(text)}}));
    for (const char* style : {"GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"})
      if (part.find(style) != std::string::npos)
        throw_pattern(text, Error(conditions::kDatetimePatternLength, {{"pattern", style}}));
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
  if (full || size / 60 % 60 != 0 || size % 60 != 0) {
    text += ':';
    append_padded(text, size / 60 % 60, 2);
  }
  if (size % 60 != 0) {
    text += ':';
    append_padded(text, size % 60, 2);
  }
  return text;
}

/// Written as digits, so that it may stand right behind another number.
bool is_number(char letter, int count) {
  if (letter == 0) return false;
  if (std::string_view("ydDHhKkmsF").find(letter) != std::string_view::npos) return true;
  return std::string_view("MLQq").find(letter) != std::string_view::npos && count <= 2;
}
/// As many digits as letters, no sign.
bool is_fixed_number(char letter, int count) {
  return is_number(letter, count) && letter != 'D' && letter != 'F' && count == 2;
}

}  // namespace

void DatetimePattern::append(Item item) {
  if (!is_number(item.letter, item.count)) {
    open_number_.reset();
    items_.push_back(std::move(item));
    return;
  }
  if (!open_number_) {
    open_number_ = items_.size();
  } else if (is_fixed_number(item.letter, item.count)) {
    items_[*open_number_].subsequent_width += item.count;
    item.subsequent_width = -1;
  } else {
    items_[*open_number_].subsequent_width = -1;
    open_number_ = items_.size();
  }
  items_.push_back(std::move(item));
}

std::unique_ptr<DatetimePattern> DatetimePattern::compile(std::string_view text, Purpose purpose) {
  refuse_letters(text, purpose);
  auto pattern = std::make_unique<DatetimePattern>();
  pattern->text_ = text;
  const auto literal = [&](char c) { pattern->append({.letter = 0, .literal = std::string(1, c)}); };
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'') {
      if (i + 1 < text.size() && text[i + 1] == '\'') {
        literal('\'');
        i += 2;
        continue;
      }
      std::string content;
      for (++i;; ++i) {
        if (i >= text.size()) throw_unknown(text);
        if (text[i] == '\'') {
          if (i + 1 < text.size() && text[i + 1] == '\'') {
            content += '\'';
            ++i;
            continue;
          }
          break;
        }
        content += text[i];
      }
      ++i;
      pattern->append({.letter = 0, .literal = std::move(content)});
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      int count = 0;
      while (i < text.size() && text[i] == c) ++i, ++count;
      if (count > longest_run(c) || (c == 'V' && count != 2) || (c == 'O' && count != 1 && count != 4))
        throw_unknown(text);
      pattern->has_era_ |= c == 'G';
      pattern->append({.letter = c, .count = count});
    } else if (c == '[' || c == ']') {
      depth += c == '[' ? 1 : -1;
      if (depth < 0) throw_unknown(text);
      pattern->append({.letter = c});
      ++i;
    } else if (c == '#' || c == '{' || c == '}') {
      throw_unknown(text);
    } else {
      literal(c);
      ++i;
    }
  }
  for (; depth > 0; --depth) pattern->append({.letter = ']'});
  return pattern;
}

const DatetimePattern& DatetimePattern::find(std::string_view text, Purpose purpose) {
  struct Kept {
    std::map<std::string, std::unique_ptr<DatetimePattern>, std::less<>> patterns;
    const DatetimePattern* last = nullptr;
  };
  thread_local Kept by_purpose[2];
  Kept& kept = by_purpose[purpose == Purpose::Parse];
  if (kept.last != nullptr && kept.last->text_ == text) return *kept.last;
  auto found = kept.patterns.find(text);
  if (found == kept.patterns.end()) {
    auto compiled = compile(text, purpose);
    // Patterns out of a column must not pile up.
    if (kept.patterns.size() > 256) {
      kept.last = nullptr;
      kept.patterns.clear();
    }
    found = kept.patterns.emplace(std::string(text), std::move(compiled)).first;
  }
  kept.last = found->second.get();
  return *kept.last;
}

void DatetimePattern::format_item(const Item& item, Instant instant, const Zone& zone, std::string& out) const {
  const std::int64_t local = zone.local_of_utc(instant.micros);
  const std::int64_t days = floor_divide(local, kMicrosPerDay), of_day = local - days * kMicrosPerDay;
  const Date date{static_cast<std::int32_t>(days)};
  const CivilDate civil = civil_of(date);
  const std::int64_t hour = of_day / (3600 * kMicrosPerSecond), minute = of_day / (60 * kMicrosPerSecond) % 60,
                     second = of_day / kMicrosPerSecond % 60;
  const std::int64_t year = !has_era_ || civil.year > 0 ? civil.year : 1 - civil.year;
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
        append_padded(out, std::abs(year) % 100, 2);
      } else {
        if (year < 0) out += '-';
        if (n >= 4 && year > 0 && std::to_string(year).size() > static_cast<std::size_t>(n)) out += '+';
        append_padded(out, std::abs(year), n);
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

}  // namespace lab::compute
