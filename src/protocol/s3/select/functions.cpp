#include "protocol/s3/select/functions.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

using Arguments = std::span<const Value>;

constexpr std::int64_t kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;

Error cast_failed(const Value& value, std::string_view type) {
  return Error(conditions::kSelectCastFailed, {{"reason", "Attempt to convert from one data type to another using CAST failed: '" + text_of(value) + "' is no " + std::string(type)}});
}

bool has_absent(Arguments arguments) { return std::ranges::any_of(arguments, &is_absent); }

std::int64_t whole_argument(const Value& value, std::string_view function) {
  const auto number = find_number(value);
  if (!number) throw invalid_arguments(std::string(function) + " wants a number");
  if (const auto* whole = std::get_if<std::int64_t>(&*number)) return *whole;
  const double real = std::get<double>(*number);
  if (!(std::abs(real) < 9e18)) throw invalid_arguments(std::string(function) + " wants a smaller number");
  return static_cast<std::int64_t>(real);
}

// ---- arithmetic ------------------------------------------------------------------------------------------------------

/// Whole numbers stay whole while they fit; `whole` answers false when the result does not.
template <typename Whole, typename Real>
Value calculate(Arguments arguments, Whole whole, Real real) {
  if (has_absent(arguments)) return Null{};
  const auto left = find_number(arguments[0]), right = find_number(arguments[1]);
  if (!left || !right) throw Error(conditions::kSelectInvalidDataType, {{"reason", "An arithmetic operator wants numbers"}});
  const auto* a = std::get_if<std::int64_t>(&*left);
  const auto* b = std::get_if<std::int64_t>(&*right);
  std::int64_t result = 0;
  if (a != nullptr && b != nullptr && whole(*a, *b, &result)) return result;
  const auto as_real = [](const Value& value) { return std::holds_alternative<double>(value) ? std::get<double>(value) : static_cast<double>(std::get<std::int64_t>(value)); };
  return real(as_real(*left), as_real(*right));
}

Value add(Arguments arguments) {
  return calculate(arguments, [](std::int64_t a, std::int64_t b, std::int64_t* into) { return !__builtin_add_overflow(a, b, into); }, [](double a, double b) { return a + b; });
}

Value subtract(Arguments arguments) {
  return calculate(arguments, [](std::int64_t a, std::int64_t b, std::int64_t* into) { return !__builtin_sub_overflow(a, b, into); }, [](double a, double b) { return a - b; });
}

Value multiply(Arguments arguments) {
  return calculate(arguments, [](std::int64_t a, std::int64_t b, std::int64_t* into) { return !__builtin_mul_overflow(a, b, into); }, [](double a, double b) { return a * b; });
}

Error divided_by_zero() { return invalid_arguments("Division by zero"); }

Value divide(Arguments arguments) {
  const auto whole = [](std::int64_t a, std::int64_t b, std::int64_t* into) {
    if (b == 0) throw divided_by_zero();
    if (b == -1) return !__builtin_sub_overflow(std::int64_t(0), a, into);
    *into = a / b;
    return true;
  };
  return calculate(arguments, whole, [](double a, double b) {
    if (b == 0) throw divided_by_zero();
    return a / b;
  });
}

Value modulo(Arguments arguments) {
  const auto whole = [](std::int64_t a, std::int64_t b, std::int64_t* into) {
    if (b == 0) throw divided_by_zero();
    *into = b == -1 ? 0 : a % b;
    return true;
  };
  return calculate(arguments, whole, [](double a, double b) {
    if (b == 0) throw divided_by_zero();
    return std::fmod(a, b);
  });
}

Value negate(Arguments arguments) {
  const Value operands[] = {std::int64_t(0), arguments[0]};
  return subtract(operands);
}

// ---- comparisons -----------------------------------------------------------------------------------------------------

template <typename Holds>
Value test_order(Arguments arguments, Holds holds) {
  if (has_absent(arguments)) return Null{};
  const auto order = compare(arguments[0], arguments[1]);
  // What cannot be compared is not the same.
  return holds(order.value_or(std::partial_ordering::unordered));
}

Value is_equal(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each == 0; }); }
Value is_unequal(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each != 0; }); }
Value is_less(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each < 0; }); }
Value is_at_most(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each <= 0; }); }
Value is_greater(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each > 0; }); }
Value is_at_least(Arguments arguments) { return test_order(arguments, [](std::partial_ordering each) { return each >= 0; }); }

/// False when either bound says so, whatever the other says.
Value is_between(Arguments arguments) {
  const Value low = is_at_least(arguments.subspan(0, 2)), others[] = {arguments[0], arguments[2]}, high = is_at_most(others);
  for (const Value* each : {&low, &high})
    if (const auto* truth = std::get_if<bool>(each); truth != nullptr && !*truth) return false;
  return is_absent(low) || is_absent(high) ? Value(Null{}) : Value(true);
}

Value test_null(Arguments arguments) { return is_absent(arguments[0]); }
Value test_missing(Arguments arguments) { return std::holds_alternative<Missing>(arguments[0]); }

/// The first is among the others; NULL when it is not and one of them is absent.
Value is_among(Arguments arguments) {
  if (is_absent(arguments[0])) return Null{};
  bool has_unknown = false;
  for (const Value& each : arguments.subspan(1)) {
    has_unknown = has_unknown || is_absent(each);
    if (const auto order = compare(arguments[0], each); order && *order == 0) return true;
  }
  if (has_unknown) return Null{};
  return false;
}

/// LIKE's pattern, over characters of one byte: `%`, `_`, and what the escape makes plain.
bool is_like(std::string_view text, std::string_view pattern, std::optional<char> escape) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size() || p < pattern.size()) {
    const bool is_plain = p < pattern.size() && escape && pattern[p] == *escape && p + 1 < pattern.size();
    const char wanted = p < pattern.size() ? pattern[p + (is_plain ? 1 : 0)] : '\0';
    if (p < pattern.size() && !is_plain && wanted == '%') {
      star = ++p;
      resume = t;
    } else if (p < pattern.size() && t < text.size() && ((!is_plain && wanted == '_') || wanted == text[t])) {
      p += is_plain ? 2 : 1;
      // A character of UTF-8 is one for `_`.
      ++t;
      if (!is_plain && wanted == '_')
        while (t < text.size() && (static_cast<unsigned char>(text[t]) & 0xC0) == 0x80) ++t;
    } else if (star != std::string_view::npos && resume < text.size()) {
      p = star;
      t = ++resume;
    } else {
      return false;
    }
  }
  return true;
}

Value like(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  std::optional<char> escape;
  if (arguments.size() == 3) {
    const std::string text = text_of(arguments[2]);
    if (text.size() != 1) throw invalid_arguments("ESCAPE wants one character");
    escape = text.front();
  }
  return is_like(text_of(arguments[0]), text_of(arguments[1]), escape);
}

// ---- texts -----------------------------------------------------------------------------------------------------------

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

Value concatenate(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  return text_of(arguments[0]) + text_of(arguments[1]);
}

Value char_length(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  return static_cast<std::int64_t>(std::ranges::count_if(text_of(arguments[0]), &begins_character));
}

template <char From, char To>
Value change_case(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  std::string text = text_of(arguments[0]);
  for (char& c : text)
    if (c >= From && c <= From + 25) c = static_cast<char>(c - From + To);
  return text;
}

/// From a position, counted from 1 in characters: those before the first count too.
Value substring(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const std::string text = text_of(arguments[0]);
  const std::int64_t from = whole_argument(arguments[1], "SUBSTRING");
  std::int64_t until = INT64_MAX;
  if (arguments.size() == 3) {
    const std::int64_t length = whole_argument(arguments[2], "SUBSTRING");
    if (length < 0) throw invalid_arguments("SUBSTRING wants a length that is not negative");
    if (__builtin_add_overflow(from, length, &until)) until = INT64_MAX;
  }
  std::string cut;
  std::int64_t at = 0;
  for (const char c : text) {
    if (begins_character(c)) ++at;
    if (at >= from && at < until) cut += c;
  }
  return cut;
}

template <bool Leading, bool Trailing>
Value trim(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const std::string text = text_of(arguments[0]), characters = arguments.size() == 2 ? text_of(arguments[1]) : " ";
  std::string_view rest = text;
  if (Leading) rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(characters)));
  if (Trailing) rest = rest.substr(0, rest.find_last_not_of(characters) + 1);
  return std::string(rest);
}

// ---- conditional -----------------------------------------------------------------------------------------------------

Value coalesce(Arguments arguments) {
  const auto found = std::ranges::find_if_not(arguments, &is_absent);
  return found == arguments.end() ? Value(Null{}) : *found;
}

Value nullif(Arguments arguments) {
  if (is_absent(arguments[0])) return Null{};
  const auto order = compare(arguments[0], arguments[1]);
  return order && *order == 0 ? Value(Null{}) : arguments[0];
}

// ---- casts -----------------------------------------------------------------------------------------------------------

Value cast_to_int(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  if (const auto* truth = std::get_if<bool>(&arguments[0])) return std::int64_t(*truth ? 1 : 0);
  if (!find_number(arguments[0])) throw cast_failed(arguments[0], "INT");
  return whole_argument(arguments[0], "CAST");
}

Value cast_to_float(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const auto number = find_number(arguments[0]);
  if (!number) throw cast_failed(arguments[0], "FLOAT");
  const auto* whole = std::get_if<std::int64_t>(&*number);
  return whole == nullptr ? std::get<double>(*number) : static_cast<double>(*whole);
}

Value cast_to_decimal(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const auto number = find_number(arguments[0]);
  if (!number) throw cast_failed(arguments[0], "DECIMAL");
  return *number;
}

Value cast_to_bool(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  if (std::holds_alternative<bool>(arguments[0])) return arguments[0];
  const std::string lower = to_lower_ascii(text_of(arguments[0]));
  if (lower == "true" || lower == "false") return lower == "true";
  const auto number = find_number(arguments[0]);
  if (!number) throw cast_failed(arguments[0], "BOOL");
  return std::visit([](const auto& each) -> Value {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(each)>>) return each != 0;
    return Null{};
  }, *number);
}

Value cast_to_string(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  return text_of(arguments[0]);
}

Value cast_to_timestamp(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  if (std::holds_alternative<Moment>(arguments[0])) return arguments[0];
  const auto moment = parse_moment(text_of(arguments[0]));
  if (!moment) throw cast_failed(arguments[0], "TIMESTAMP");
  return *moment;
}

// ---- time ------------------------------------------------------------------------------------------------------------

struct Clock {
  std::int64_t year, month, day, hour, minute, second, micros;
};

Moment moment_argument(const Value& value) {
  const Value cast = cast_to_timestamp(std::span(&value, 1));
  return std::get<Moment>(cast);
}

Clock clock_of(const Moment& moment) {
  const std::chrono::sys_time<std::chrono::microseconds> local(std::chrono::microseconds(moment.micros + moment.offset_minutes * kMinute));
  const auto days = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(local - days);
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
          time.seconds().count(), time.subseconds().count()};
}

Error out_of_range() { return invalid_arguments("The timestamp is out of range"); }

/// The same time of day so many months later, on the month's last day when it has no such day.
Moment add_months(const Moment& moment, std::int64_t months) {
  const Clock clock = clock_of(moment);
  std::int64_t total = 0;
  if (__builtin_add_overflow(clock.year * 12 + clock.month - 1, months, &total) || total < 12 || total >= 12 * 10'000) throw out_of_range();
  const std::chrono::year_month month{std::chrono::year(static_cast<int>(total / 12)), std::chrono::month(static_cast<unsigned>(total % 12 + 1))};
  const auto last = std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month()));
  const unsigned day = std::min(static_cast<unsigned>(clock.day), static_cast<unsigned>(last.day()));
  const auto days = std::chrono::sys_days(month / std::chrono::day(day)).time_since_epoch().count();
  const std::int64_t of_day = ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1'000'000 + clock.micros;
  return {days * kDay + of_day - moment.offset_minutes * kMinute, moment.offset_minutes};
}

/// A part of a date: months and years have no fixed length.
struct DatePart {
  std::string_view name;
  std::int64_t micros;  ///< 0: `months` counts
  std::int64_t months = 0;
  std::int64_t Clock::*field = nullptr;
};

constexpr DatePart kDateParts[] = {{"year", 0, 12, &Clock::year}, {"month", 0, 1, &Clock::month},         {"day", kDay, 0, &Clock::day},
                                   {"hour", kHour, 0, &Clock::hour}, {"minute", kMinute, 0, &Clock::minute}, {"second", 1'000'000, 0, &Clock::second}};

const DatePart& date_part(const Value& name) {
  const std::string lower = to_lower_ascii(text_of(name));
  const auto* part = std::ranges::find(kDateParts, lower, &DatePart::name);
  if (part == std::end(kDateParts)) throw invalid_arguments("'" + lower + "' is no part of a date");
  return *part;
}

Value date_add(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const DatePart& part = date_part(arguments[0]);
  const std::int64_t count = whole_argument(arguments[1], "DATE_ADD");
  Moment moment = moment_argument(arguments[2]);
  if (part.micros == 0) {
    constexpr std::int64_t kMostMonths = 12 * 10'000;
    if (count > kMostMonths || count < -kMostMonths) throw out_of_range();
    return add_months(moment, count * part.months);
  }
  // The years 1 to 9999, as add_months() has them.
  constexpr std::int64_t kBegin = -719'162 * kDay, kEnd = 2'932'897 * kDay;
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(count, part.micros, &micros) || __builtin_add_overflow(moment.micros, micros, &moment.micros)) throw out_of_range();
  if (moment.micros < kBegin || moment.micros >= kEnd) throw out_of_range();
  return moment;
}

/// How many whole parts lie between two moments.
Value date_diff(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const DatePart& part = date_part(arguments[0]);
  const Moment from = moment_argument(arguments[1]), to = moment_argument(arguments[2]);
  if (part.micros != 0) return (to.micros - from.micros) / part.micros;
  const Clock a = clock_of(from), b = clock_of(to);
  std::int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  // The last one is not over yet.
  if (months > 0 && add_months(from, months).micros > to.micros) --months;
  if (months < 0 && add_months(from, months).micros < to.micros) ++months;
  return months / part.months;
}

Value extract(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const std::string name = to_lower_ascii(text_of(arguments[0]));
  const Moment moment = moment_argument(arguments[1]);
  if (name == "timezone_hour") return std::int64_t(moment.offset_minutes / 60);
  if (name == "timezone_minute") return std::int64_t(moment.offset_minutes % 60);
  return clock_of(moment).*date_part(arguments[0]).field;
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

/// One run of the same letter of TO_STRING's format.
std::string print_run(char letter, std::size_t count, const Moment& moment) {
  constexpr std::string_view kMonths[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
  const Clock clock = clock_of(moment);
  const std::size_t width = std::min<std::size_t>(count, 2);
  const std::string_view month = kMonths[clock.month - 1];
  const int offset = std::abs(moment.offset_minutes);
  switch (letter) {
    case 'y': return count == 2 ? padded(clock.year % 100, 2) : padded(clock.year, count);
    case 'M': return count < 3 ? padded(clock.month, width) : std::string(count == 3 ? month.substr(0, 3) : count == 4 ? month : month.substr(0, 1));
    case 'd': return padded(clock.day, width);
    case 'a': return clock.hour < 12 ? "AM" : "PM";
    case 'h': return padded((clock.hour + 11) % 12 + 1, width);
    case 'H': return padded(clock.hour, width);
    case 'm': return padded(clock.minute, width);
    case 's': return padded(clock.second, width);
    case 'S': return (padded(clock.micros, 6) + std::string(count, '0')).substr(0, count);
    case 'n': return std::to_string(clock.micros * 1000);
    case 'X':
      if (offset == 0) return "Z";
      [[fallthrough]];
    case 'x': {
      const std::string sign = moment.offset_minutes < 0 ? "-" : "+";
      if (count == 1) return sign + padded(offset / 60, 2) + (offset % 60 == 0 ? "" : padded(offset % 60, 2));
      return sign + padded(offset / 60, 2) + (count == 3 || count == 5 ? ":" : "") + padded(offset % 60, 2);
    }
    default: throw invalid_arguments(std::string("TO_STRING knows no format '") + letter + "'");
  }
}

Value print_formatted(Arguments arguments) {
  if (has_absent(arguments)) return Null{};
  const Moment moment = moment_argument(arguments[0]);
  const std::string format = text_of(arguments[1]);
  std::string text;
  for (std::size_t at = 0; at < format.size();) {
    const char letter = format[at];
    if (letter == '\'') {
      const auto end = format.find('\'', at + 1);
      if (end == std::string::npos) throw invalid_arguments("TO_STRING's format has a quote without its end");
      text += format.substr(at + 1, end - at - 1);
      at = end + 1;
      continue;
    }
    const auto end = std::min(format.size(), format.find_first_not_of(letter, at));
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    text += is_letter ? print_run(letter, end - at, moment) : format.substr(at, end - at);
    at = end;
  }
  return text;
}

Value size_of_list(Arguments arguments) {
  const auto* json = std::get_if<Json>(&arguments[0]);
  if (json == nullptr || !json->is_array()) throw invalid_arguments("SIZE wants a list");
  return static_cast<std::int64_t>(json->size());
}

constexpr int kMany = 1000;

constexpr FunctionRow kFunctions[] = {
    {"+", 2, 2, &add},
    {"-", 2, 2, &subtract},
    {"*", 2, 2, &multiply},
    {"/", 2, 2, &divide},
    {"%", 2, 2, &modulo},
    {"||", 2, 2, &concatenate},
    {"=", 2, 2, &is_equal},
    {"!=", 2, 2, &is_unequal},
    {"<>", 2, 2, &is_unequal},
    {"<", 2, 2, &is_less},
    {"<=", 2, 2, &is_at_most},
    {">", 2, 2, &is_greater},
    {">=", 2, 2, &is_at_least},
    {"between", 3, 3, &is_between},
    {"in", 1, kMany, &is_among},
    {"is missing", 1, 1, &test_missing},
    {"is null", 1, 1, &test_null},
    {"like", 2, 3, &like},
    {"negate", 1, 1, &negate},
    {"bool", 1, 1, &cast_to_bool},
    {"boolean", 1, 1, &cast_to_bool},
    {"char_length", 1, 1, &char_length},
    {"character_length", 1, 1, &char_length},
    {"coalesce", 1, kMany, &coalesce},
    {"date_add", 3, 3, &date_add},
    {"date_diff", 3, 3, &date_diff},
    {"decimal", 1, 1, &cast_to_decimal},
    {"extract", 2, 2, &extract},
    {"float", 1, 1, &cast_to_float},
    {"int", 1, 1, &cast_to_int},
    {"integer", 1, 1, &cast_to_int},
    {"lower", 1, 1, &change_case<'A', 'a'>},
    {"nullif", 2, 2, &nullif},
    {"numeric", 1, 1, &cast_to_decimal},
    {"size", 1, 1, &size_of_list},
    {"string", 1, 1, &cast_to_string},
    {"substring", 2, 3, &substring},
    {"timestamp", 1, 1, &cast_to_timestamp},
    {"to_string", 2, 2, &print_formatted},
    {"to_timestamp", 1, 1, &cast_to_timestamp},
    {"trim", 1, 2, &trim<true, true>},
    {"trim leading", 1, 2, &trim<true, false>},
    {"trim trailing", 1, 2, &trim<false, true>},
    {"upper", 1, 1, &change_case<'a', 'A'>},
    {"varchar", 1, 1, &cast_to_string},
};

}  // namespace

const FunctionRow* find_function(std::string_view name) {
  const auto* row = std::ranges::find(kFunctions, name, &FunctionRow::name);
  return row == std::end(kFunctions) ? nullptr : row;
}

Error invalid_arguments(std::string reason) { return Error(conditions::kSelectInvalidArguments, {{"reason", std::move(reason)}}); }

}  // namespace lab::s3::select
