#include "protocol/s3/select/value.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60'000'000;

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::optional<double> real_of(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::optional<bool> truth_of(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string lower = to_lower_ascii(*text);
    if (lower == "true" || lower == "false") return lower == "true";
  }
  return std::nullopt;
}

std::optional<Moment> moment_of(const Value& value) {
  if (const auto* moment = std::get_if<Moment>(&value)) return *moment;
  if (const auto* text = std::get_if<std::string>(&value)) return parse_moment(*text);
  return std::nullopt;
}

template <typename T>
std::optional<std::partial_ordering> order(const std::optional<T>& left, const std::optional<T>& right) {
  if (!left || !right) return std::nullopt;
  return std::partial_ordering(*left <=> *right);
}

/// Takes `count` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int number = 0;
  if (text.size() < count) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take_character(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::string two_digits(long long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// `Z`, `+01:00`, `-0100`; nothing is UTC.
std::optional<int> parse_offset(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const bool is_west = text.front() == '-';
  if (!is_west && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take_character(text, ':');
  const auto minutes = text.empty() ? std::optional(0) : take_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
  return (is_west ? -1 : 1) * (*hours * 60 + *minutes);
}

}  // namespace

bool is_absent(const Value& value) { return std::holds_alternative<Missing>(value) || std::holds_alternative<Null>(value); }

Value value_of(const Json& json) {
  if (json.is_null()) return Null{};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return Value(std::in_place_type<Json>, json);
}

Json json_of(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* json = std::get_if<Json>(&value)) return *json;
  if (is_absent(value)) return nullptr;
  return text_of(value);
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
  if (const auto* moment = std::get_if<Moment>(&value)) return print_moment(*moment);
  if (const auto* json = std::get_if<Json>(&value)) return json->dump(-1, ' ', false, Json::error_handler_t::replace);
  return {};
}

std::optional<Value> find_number(const Value& value) {
  if (std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value)) return value;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  std::string_view digits = trim_spaces(*text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const char* end = digits.data() + digits.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(digits.data(), end, whole); read.ec == std::errc() && read.ptr == end) return whole;
  double real = 0;
  if (const auto read = std::from_chars(digits.data(), end, real); read.ec == std::errc() && read.ptr == end && std::isfinite(real)) return real;
  return std::nullopt;
}

std::optional<std::partial_ordering> compare(const Value& left, const Value& right) {
  if (is_absent(left) || is_absent(right)) return std::nullopt;
  const auto* text = std::get_if<std::string>(&left);
  const auto* other_text = std::get_if<std::string>(&right);
  if (text != nullptr && other_text != nullptr) return std::partial_ordering(text->compare(*other_text) <=> 0);
  const auto is_either = [&](auto kind) {
    using Kind = decltype(kind);
    return std::holds_alternative<Kind>(left) || std::holds_alternative<Kind>(right);
  };
  if (is_either(bool())) return order(truth_of(left), truth_of(right));
  if (is_either(Moment())) {
    const auto moment = moment_of(left), other = moment_of(right);
    if (!moment || !other) return std::nullopt;
    return std::partial_ordering(moment->micros <=> other->micros);
  }
  if (is_either(Json())) return text_of(left) == text_of(right) ? std::optional(std::partial_ordering::equivalent) : std::optional(std::partial_ordering::unordered);
  const auto number = find_number(left), other = find_number(right);
  if (!number || !other) return std::nullopt;
  const auto* whole = std::get_if<std::int64_t>(&*number);
  const auto* other_whole = std::get_if<std::int64_t>(&*other);
  if (whole != nullptr && other_whole != nullptr) return std::partial_ordering(*whole <=> *other_whole);
  return order(real_of(*number), real_of(*other));
}

std::optional<Moment> parse_moment(std::string_view text) {
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t micros = 0;
  const auto year = take_digits(text, 4);
  if (!year) return std::nullopt;
  // `2006-01-02T03:04:05Z` and its beginnings; also without what parts them.
  const auto take = [&](char before, int& into) {
    std::string_view rest = text;
    take_character(rest, before);
    const auto number = take_digits(rest, 2);
    if (!number) return false;
    into = *number;
    text = rest;
    return true;
  };
  if (take('-', month)) take('-', day);
  if (take_character(text, 'T') && take(':', hour) && take(':', minute) && take(':', second) && take_character(text, '.')) {
    std::int64_t unit = 100'000;
    bool has_digit = false;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10) {
      micros += (text.front() - '0') * unit;
      has_digit = true;
    }
    if (!has_digit) return std::nullopt;
  }
  const auto offset = parse_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!offset || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
  return Moment{seconds * 1'000'000 + micros - *offset * kMicrosPerMinute, *offset};
}

std::string print_moment(const Moment& moment) {
  const std::chrono::sys_time<std::chrono::microseconds> local(std::chrono::microseconds(moment.micros + moment.offset_minutes * kMicrosPerMinute));
  const auto days = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(local - days);
  std::string text = std::to_string(static_cast<int>(date.year()));
  while (text.size() < 4) text.insert(0, "0");
  text += "-" + two_digits(static_cast<unsigned>(date.month())) + "-" + two_digits(static_cast<unsigned>(date.day())) + "T" + two_digits(clock.hours().count()) +
          ":" + two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count());
  if (const auto micros = clock.subseconds().count(); micros != 0) {
    std::string fraction = std::to_string(1'000'000 + micros).substr(1);
    while (fraction.ends_with('0')) fraction.pop_back();
    text += "." + fraction;
  }
  if (moment.offset_minutes == 0) return text + "Z";
  const int minutes = std::abs(moment.offset_minutes);
  return text + (moment.offset_minutes < 0 ? "-" : "+") + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

}  // namespace lab::s3::select
