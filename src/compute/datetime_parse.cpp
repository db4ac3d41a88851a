#include <array>
#include <cctype>
#include <map>

#include "base/error.h"
#include "compute/calendar.h"
#include "compute/clock_names.h"
#include "compute/conditions.h"
#include "compute/datetime_pattern.h"
#include "compute/legacy_pattern.h"
#include "compute/overflow.h"

/// Reading text by a pattern as java.time does with ResolverStyle.STRICT: fields first, then the moment that they make.
namespace lab::compute {

namespace {

/// Fields of a moment, with Java's name and bounds.
enum class Field : std::uint8_t {
  Era, Year, YearOfEra, Month, Day, DayOfYear, HalfOfDay, HourOfHalf, ClockHourOfHalf, Hour, ClockHour, Minute, Second, Micro, Count
};
struct FieldFacts {
  std::string_view name;
  std::int64_t low, high;
  std::string_view shown_range;
};
constexpr std::array<FieldFacts, static_cast<std::size_t>(Field::Count)> kFields{{
    {"Era", 0, 1, "0 - 1"},
    {"Year", -999'999'999, 999'999'999, "-999999999 - 999999999"},
    {"YearOfEra", 1, 1'000'000'000, "1 - 999999999/1000000000"},
    {"MonthOfYear", 1, 12, "1 - 12"},
    {"DayOfMonth", 1, 31, "1 - 28/31"},
    {"DayOfYear", 1, 366, "1 - 365/366"},
    {"AmPmOfDay", 0, 1, "0 - 1"},
    {"HourOfAmPm", 0, 11, "0 - 11"},
    {"ClockHourOfAmPm", 1, 12, "1 - 12"},
    {"HourOfDay", 0, 23, "0 - 23"},
    {"ClockHourOfDay", 1, 24, "1 - 24"},
    {"MinuteOfHour", 0, 59, "0 - 59"},
    {"SecondOfMinute", 0, 59, "0 - 59"},
    {"NanoOfSecond", 0, 999'999, "0 - 999999999"},
}};

/// A moment that the fields cannot make, in Java's words.
struct Unresolved {
  std::string message;
};

std::optional<Field> field_of(char letter, bool has_era) {
  switch (letter) {
    case 'G': return Field::Era;
    case 'y': return has_era ? Field::YearOfEra : Field::Year;
    case 'M':
    case 'L': return Field::Month;
    case 'd': return Field::Day;
    case 'D': return Field::DayOfYear;
    case 'a': return Field::HalfOfDay;
    case 'K': return Field::HourOfHalf;
    case 'h': return Field::ClockHourOfHalf;
    case 'H': return Field::Hour;
    case 'k': return Field::ClockHour;
    case 'm': return Field::Minute;
    case 's': return Field::Second;
    case 'S': return Field::Micro;
    default: return std::nullopt;
  }
}

}  // namespace

struct DatetimePattern::Fields {
  std::array<std::optional<std::int64_t>, static_cast<std::size_t>(Field::Count)> values;
  std::optional<std::string> zone;
  std::size_t failed_at = 0;
  bool has_era = false;

  std::optional<std::int64_t>& operator[](Field field) { return values[static_cast<std::size_t>(field)]; }

  /// A field that comes twice must say the same.
  bool set(Field field, std::int64_t value) {
    auto& held = (*this)[field];
    if (held && *held != value) return false;
    held = value;
    return true;
  }
  std::int64_t checked(Field field) {
    const FieldFacts& facts = kFields[static_cast<std::size_t>(field)];
    const std::int64_t value = *(*this)[field];
    if (value < facts.low || value > facts.high)
      throw Unresolved{"Invalid value for " + std::string(facts.name) + " (valid values " + std::string(facts.shown_range) +
                       "): " + std::to_string(value)};
    return value;
  }
  std::int64_t checked_or(Field field, std::int64_t otherwise) { return (*this)[field] ? checked(field) : otherwise; }
  /// `from` was another way to say `to`.
  void fold(Field from, Field to, std::int64_t value) {
    (*this)[from].reset();
    if (set(to, value)) return;
    throw Unresolved{"Conflict found: " + std::string(kFields[static_cast<std::size_t>(to)].name) + " " + std::to_string(*(*this)[to]) + " differs from " +
                     std::string(kFields[static_cast<std::size_t>(to)].name) + " " + std::to_string(value) + " while resolving  " +
                     std::string(kFields[static_cast<std::size_t>(from)].name)};
  }
  /// Java tells the derived value first, Spark (of an incomplete date) the one that the text has, and ends with a point.
  void verify(Field field, std::int64_t derived, Date date, bool by_spark);
  void resolve_hours();
  std::optional<Date> resolve_date();
  Date complete_date();
  std::int64_t micros_of_day();
};

namespace {

std::string date_text_of(Date date) {
  const CivilDate civil = civil_of(date);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
  return text;
}

Date date_of_month_day(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (const auto date = make_date(year, month, day)) return *date;
  if (month == 2 && day == 29)
    throw Unresolved{"Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year"};
  std::string name(kMonthNames[static_cast<std::size_t>(month - 1)]);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  throw Unresolved{"Invalid date '" + name + " " + std::to_string(day) + "'"};
}

Date date_of_year_day(std::int64_t year, std::int64_t day) {
  if (day == 366 && !is_leap(year))
    throw Unresolved{"Invalid date 'DayOfYear 366' as '" + std::to_string(year) + "' is not a leap year"};
  return {days_of({static_cast<std::int32_t>(year), 1, 1}).days + static_cast<std::int32_t>(day) - 1};
}

}  // namespace

void DatetimePattern::Fields::verify(Field field, std::int64_t derived, Date date, bool by_spark) {
  const auto& held = (*this)[field];
  if (!held || *held == derived) return;
  const std::string name(kFields[static_cast<std::size_t>(field)].name);
  throw Unresolved{"Conflict found: Field " + name + " " + std::to_string(by_spark ? *held : derived) + " differs from " + name + " " +
                   std::to_string(by_spark ? derived : *held) + " derived from " + date_text_of(date) + (by_spark ? "." : "")};
}

/// Every hour that can be said as an hour of the day becomes one; what stays must be in its bounds.
void DatetimePattern::Fields::resolve_hours() {
  auto& self = *this;
  if (self[Field::ClockHour]) {
    const std::int64_t hour = checked(Field::ClockHour);
    fold(Field::ClockHour, Field::Hour, hour == 24 ? 0 : hour);
  }
  if (self[Field::ClockHourOfHalf]) {
    const std::int64_t hour = checked(Field::ClockHourOfHalf);
    fold(Field::ClockHourOfHalf, Field::HourOfHalf, hour == 12 ? 0 : hour);
  }
  if (self[Field::HalfOfDay] && self[Field::HourOfHalf]) {
    const std::int64_t half = checked(Field::HalfOfDay), hour = checked(Field::HourOfHalf);
    self[Field::HalfOfDay].reset();
    fold(Field::HourOfHalf, Field::Hour, half * 12 + hour);
  }
  for (const Field field : {Field::HalfOfDay, Field::HourOfHalf, Field::Hour, Field::Minute, Field::Second, Field::Micro})
    if (self[field]) checked(field);
}

/// The date, when its fields are all there.
std::optional<Date> DatetimePattern::Fields::resolve_date() {
  auto& self = *this;
  if (self[Field::YearOfEra]) {
    const std::int64_t year = checked(Field::YearOfEra);
    if (self[Field::Era]) fold(Field::YearOfEra, Field::Year, checked(Field::Era) == 1 ? year : 1 - year);
  } else if (self[Field::Era]) {
    checked(Field::Era);
  }
  if (!self[Field::Year]) return {};
  if (self[Field::Month] && self[Field::Day]) {
    const Date date = date_of_month_day(checked(Field::Year), checked(Field::Month), checked(Field::Day));
    verify(Field::DayOfYear, day_of_year(date), date, false);
    return date;
  }
  if (!self[Field::DayOfYear]) return {};
  const Date date = date_of_year_day(checked(Field::Year), checked(Field::DayOfYear));
  const CivilDate civil = civil_of(date);
  verify(Field::Month, civil.month, date, false);
  verify(Field::Day, civil.day, date, false);
  return date;
}

/// What Spark makes of incomplete fields: of 1970, January, the first.
Date DatetimePattern::Fields::complete_date() {
  const std::int64_t year = checked_or(Field::Year, 1970);
  if ((*this)[Field::DayOfYear]) {
    const Date date = date_of_year_day(year, checked(Field::DayOfYear));
    const CivilDate civil = civil_of(date);
    verify(Field::Month, civil.month, date, true);
    verify(Field::Day, civil.day, date, true);
    return date;
  }
  return date_of_month_day(year, checked_or(Field::Month, 1), checked_or(Field::Day, 1));
}

std::int64_t DatetimePattern::Fields::micros_of_day() {
  auto& self = *this;
  // Without an hour the afternoon begins at noon; an hour without its half is of the morning.
  const std::int64_t hour = self[Field::Hour] ? *self[Field::Hour]
                            : self[Field::HourOfHalf] ? *self[Field::HourOfHalf]
                                                      : 12 * self[Field::HalfOfDay].value_or(0);
  return ((hour * 60 + self[Field::Minute].value_or(0)) * 60 + self[Field::Second].value_or(0)) * kMicrosPerSecond + self[Field::Micro].value_or(0);
}

namespace {

bool is_digit(std::string_view text, std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; }

/// How a number is read: java.time's NumberPrinterParser.
struct NumberForm {
  int least = 1, most = 19;
  enum class Sign : std::uint8_t { Minus, None, PlusWhenLong } sign = Sign::Minus;
  int subsequent_width = 0;
};

std::optional<std::int64_t> parse_number(const NumberForm& form, std::string_view text, std::size_t& at, std::size_t& failed_at) {
  std::size_t begin = at;
  failed_at = begin;
  bool negative = false, positive = false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    positive = text[at] == '+';
    negative = !positive;
    if (form.sign == NumberForm::Sign::None || (positive && form.sign == NumberForm::Sign::Minus)) return {};
    ++begin;
  }
  failed_at = begin;
  const auto least = static_cast<std::size_t>(form.least);
  if (begin + least > text.size()) return {};
  std::size_t end = begin;
  const std::size_t most = begin + static_cast<std::size_t>(form.most + std::max(form.subsequent_width, 0));
  while (end < most && is_digit(text, end)) ++end;
  if (end < begin + least) return {};
  if (form.subsequent_width > 0) {
    const std::size_t digits = end - begin, behind = static_cast<std::size_t>(form.subsequent_width);
    end = begin + std::max(least, digits > behind ? digits - behind : 0);
  }
  std::int64_t value = 0;
  for (std::size_t i = begin; i < end; ++i)
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text[i] - '0', &value)) return {};
  const std::size_t digits = end - begin;
  if (negative) {
    failed_at = begin - 1;
    if (value == 0) return {};
    value = -value;
  } else if (form.sign == NumberForm::Sign::PlusWhenLong) {
    failed_at = positive ? begin - 1 : begin;
    if (positive ? digits <= least : digits > least) return {};
  }
  at = end;
  return value;
}

/// `+HH[mm]`, `+HHMM`, `+HH:MM`, `+HHMM[ss]`, `+HH:MM[:ss]` by the number of letters.
std::optional<std::string> parse_offset(int count, std::string_view zero, std::string_view text, std::size_t& at) {
  if (begins_with_name(text.substr(at), zero) && !zero.empty()) {
    at += zero.size();
    return "+00:00";
  }
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return {};
  const bool colon = count == 3 || count == 5;
  std::size_t next = at + 1;
  std::string digits[3];
  for (int part = 0; part < 3; ++part) {
    const bool required = part == 0 || (part == 1 && count != 1);
    if (part == 2 && count < 4) break;
    std::size_t begin = next;
    if (part > 0 && colon) {
      if (begin < text.size() && text[begin] == ':') ++begin;
      else if (required) return {};
      else break;
    }
    if (!is_digit(text, begin) || !is_digit(text, begin + 1)) {
      if (required) return {};
      break;
    }
    digits[part] = text.substr(begin, 2);
    if (part > 0 && std::stoi(digits[part]) > 59) return {};
    next = begin + 2;
  }
  std::string id = text[at] + digits[0] + ":" + (digits[1].empty() ? "00" : digits[1]);
  if (!digits[2].empty()) id += ":" + digits[2];
  if (Zone::try_find(id) == nullptr) return {};
  at = next;
  return id;
}

std::optional<int> parse_name(const auto& names, std::size_t length, std::string_view text, std::size_t& at) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = length == 0 ? std::string_view(names[i]) : std::string_view(names[i]).substr(0, length);
    if (!begins_with_name(text.substr(at), name)) continue;
    at += name.size();
    return static_cast<int>(i);
  }
  return {};
}

constexpr std::array<std::string_view, 2> kHalves{"AM", "PM"}, kEras{"BC", "AD"}, kLongEras{"Before Christ", "Anno Domini"};

}  // namespace

std::optional<std::string> parse_zone_name(std::string_view text, std::size_t& at) {
  std::size_t end = at;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || std::string_view("/_+-:").find(text[end]) != std::string_view::npos)) ++end;
  for (; end > at; --end) {
    const std::string_view id = text.substr(at, end - at);
    if (Zone::try_find(id) == nullptr) continue;
    at = end;
    return std::string(id);
  }
  return {};
}

bool DatetimePattern::parse_item(const Item& item, std::string_view text, std::size_t& at, Fields& fields) {
  const int n = item.count;
  const std::size_t begin = at;
  fields.failed_at = begin;
  const auto named = [&](Field field, std::optional<int> index, int first) { return index && fields.set(field, *index + first); };
  switch (item.letter) {
    case 0:
      if (!begins_with_name(text.substr(at), item.literal)) return false;
      at += item.literal.size();
      return true;
    case 'G': return named(Field::Era, n == 4 ? parse_name(kLongEras, 0, text, at) : parse_name(kEras, 0, text, at), 0);
    case 'a': return named(Field::HalfOfDay, parse_name(kHalves, 0, text, at), 0);
    case 'S': {
      std::string digits;
      while (digits.size() < static_cast<std::size_t>(n) && is_digit(text, at)) digits += text[at++];
      if (digits.empty()) return false;
      digits.resize(6, '0');
      return fields.set(Field::Micro, std::stoll(digits));
    }
    case 'V':
    case 'z':
      fields.zone = parse_zone_name(text, at);
      return fields.zone.has_value();
    case 'O':
      if (!begins_with_name(text.substr(at), "GMT")) return false;
      fields.zone = parse_zone_name(text, at);
      return fields.zone.has_value();
    case 'X':
    case 'x': {
      const std::string_view zero = item.letter == 'X' ? "Z" : n == 1 ? "+00" : n % 2 == 0 ? "+0000" : "+00:00";
      fields.zone = parse_offset(n, zero, text, at);
      return fields.zone.has_value();
    }
    case 'Z':
      if (n == 4 && !begins_with_name(text.substr(at), "GMT")) return false;
      fields.zone = n == 4 ? parse_zone_name(text, at) : n == 5 ? parse_offset(5, "Z", text, at) : parse_offset(2, "+0000", text, at);
      return fields.zone.has_value();
    default: break;
  }
  if ((item.letter == 'M' || item.letter == 'L') && n >= 3) return named(Field::Month, parse_name(kMonthNames, n == 3 ? 3 : 0, text, at), 1);
  const auto field = field_of(item.letter, fields.has_era);
  if (!field) return false;
  NumberForm form{.subsequent_width = item.subsequent_width};
  if (item.letter == 'y' && n == 2) {
    form = {2, 2, NumberForm::Sign::None, item.subsequent_width};
  } else if (item.letter == 'y') {
    form.least = n;
    if (n >= 4) form.sign = NumberForm::Sign::PlusWhenLong;
  } else if (item.letter == 'D' && n > 1) {
    form = {n, 3, NumberForm::Sign::None, item.subsequent_width};
  } else if (n == 2) {
    form = {2, 2, NumberForm::Sign::None, item.subsequent_width};
  }
  // A number in front of another that is no fixed field has the least width it can have, in Java's words "fixed".
  auto value = parse_number(form, text, at, fields.failed_at);
  if (!value) return false;
  if (item.letter == 'y' && n == 2) *value += 2000;
  fields.failed_at = begin;
  return fields.set(*field, *value);
}

bool DatetimePattern::parse_items(std::size_t item, std::size_t end, std::string_view text, std::size_t& at, Fields& fields) const {
  for (; item < end; ++item) {
    if (items_[item].letter != '[') {
      if (items_[item].letter != ']' && !parse_item(items_[item], text, at, fields)) return false;
      continue;
    }
    std::size_t close = item + 1;
    for (int depth = 1; close < end; ++close) {
      if (items_[close].letter == '[') ++depth;
      if (items_[close].letter == ']' && --depth == 0) break;
    }
    Fields kept = fields;
    std::size_t position = at;
    if (parse_items(item + 1, close, text, position, kept)) {
      fields = std::move(kept);
      at = position;
    }
    item = close;
  }
  return true;
}

std::optional<DatetimePattern::Parsed> DatetimePattern::parse(std::string_view text, std::string* problem) const {
  const auto refused = [&](const std::string& why, bool names_text) -> std::optional<Parsed> {
    if (problem != nullptr) *problem = (names_text ? "Text '" + std::string(text) + "' could not be parsed" : "") + why;
    return {};
  };
  Fields fields;
  fields.has_era = has_era_;
  std::size_t at = 0;
  if (!parse_items(0, items_.size(), text, at, fields)) return refused(" at index " + std::to_string(fields.failed_at), true);
  if (at != text.size()) return refused(", unparsed text found at index " + std::to_string(at), true);
  std::optional<Date> date;
  try {
    date = fields.resolve_date();
    fields.resolve_hours();
  } catch (const Unresolved& why) {
    return refused(": " + why.message, true);
  }
  try {
    if (!date) date = fields.complete_date();
  } catch (const Unresolved& why) {
    return refused(why.message, false);
  }
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(std::int64_t{date->days}, kMicrosPerDay, &micros) || __builtin_add_overflow(micros, fields.micros_of_day(), &micros))
    throw_overflow("long overflow");
  return Parsed{micros, fields.zone};
}

namespace {

/// By the parser of the policy. What the old one gives is an instant in `zone`.
std::optional<Instant> parse_by(std::string_view text, std::string_view pattern, const Zone& zone, bool raises, TimeParser parser,
                                std::string_view tolerant) {
  const auto refuse = [&](const std::string& message) -> std::optional<Instant> {
    if (raises) throw Error(conditions::kCannotParseTimestamp, {{"message", message}, {"func", "`" + std::string(tolerant) + "`"}});
    return {};
  };
  if (parser == TimeParser::Legacy) {
    const auto instant = LegacyPattern::find(pattern).parse(text, zone);
    return instant ? instant : refuse("Unparseable date: \"" + std::string(text) + "\"");
  }
  std::string problem;
  const auto parsed = DatetimePattern::find(pattern, DatetimePattern::Purpose::Parse).parse(text, raises ? &problem : nullptr);
  if (parsed) return Instant{(parsed->zone ? Zone::find(*parsed->zone) : zone).utc_of_local(parsed->local_micros)};
  if (parser == TimeParser::Exception && LegacyPattern::is_pattern(pattern) && LegacyPattern::find(pattern).parse(text, zone))
    throw Error(conditions::kParseByNewParser, {{"datetime", "'" + std::string(text) + "'"}, {"config", "\"spark.sql.legacy.timeParserPolicy\""}});
  return refuse(problem);
}

}  // namespace

std::string format_instant(Instant instant, std::string_view pattern, const Zone& zone, TimeParser parser) {
  if (parser == TimeParser::Legacy) return LegacyPattern::find(pattern).format(instant, zone);
  return DatetimePattern::find(pattern).format(instant, zone);
}

std::optional<Instant> parse_instant(std::string_view text, std::string_view pattern, const Zone& zone, bool raises, TimeParser parser) {
  return parse_by(text, pattern, zone, raises, parser, "try_to_timestamp");
}

std::optional<WallClock> parse_clock(std::string_view text, std::string_view pattern, bool raises, TimeParser parser) {
  // A wall clock drops the zone that the text names, and was never read by the old parser.
  std::string problem;
  const auto parsed = DatetimePattern::find(pattern, DatetimePattern::Purpose::Parse).parse(text, raises ? &problem : nullptr);
  if (parsed) return WallClock{parsed->local_micros};
  const Zone& utc = Zone::find("UTC");
  if (parser == TimeParser::Exception && LegacyPattern::is_pattern(pattern) && LegacyPattern::find(pattern).parse(text, utc))
    throw Error(conditions::kParseByNewParser, {{"datetime", "'" + std::string(text) + "'"}, {"config", "\"spark.sql.legacy.timeParserPolicy\""}});
  if (raises) throw Error(conditions::kCannotParseTimestamp, {{"message", problem}, {"func", "`try_to_timestamp`"}});
  return {};
}

std::optional<Date> parse_date_by(std::string_view text, std::string_view pattern, bool raises, TimeParser parser) {
  const auto instant = parse_by(text, pattern, Zone::find("UTC"), raises, parser, "try_to_date");
  if (!instant) return {};
  return Date{static_cast<std::int32_t>(floor_divide(instant->micros, kMicrosPerDay))};
}

}  // namespace lab::compute
