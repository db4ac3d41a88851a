#include "compute/format_text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/datetime_text.h"
#include "compute/real_math.h"
#include "compute/text.h"

namespace lab::compute {

namespace {

struct PlainNumber {
  bool negative = false;
  std::string whole, fraction;
};

PlainNumber split(std::string_view digits) {
  PlainNumber number;
  if (!digits.empty() && digits[0] == '-') {
    number.negative = true;
    digits.remove_prefix(1);
  }
  const auto point = digits.find('.');
  number.whole = std::string(digits.substr(0, point));
  if (point != std::string_view::npos) number.fraction = std::string(digits.substr(point + 1));
  return number;
}

/// Half to even, as DecimalFormat does.
void round_to(PlainNumber& number, std::size_t places) {
  if (number.fraction.size() <= places) {
    number.fraction.resize(places, '0');
    return;
  }
  const char next = number.fraction[places];
  const bool exact_half = next == '5' && number.fraction.find_first_not_of('0', places + 1) == std::string::npos;
  number.fraction.resize(places);
  std::string all = number.whole + number.fraction;
  const bool odd = !all.empty() && (all.back() - '0') % 2 == 1;
  if (next > '5' || (next == '5' && (!exact_half || odd))) {
    std::size_t i = all.size();
    while (i > 0 && all[i - 1] == '9') all[--i] = '0';
    if (i > 0)
      ++all[i - 1];
    else
      all.insert(all.begin(), '1');
  }
  number.whole = all.substr(0, all.size() - places);
  number.fraction = all.substr(all.size() - places);
  if (number.whole.empty()) number.whole = "0";
}

std::string grouped(std::string whole, std::size_t size = 3) {
  for (std::size_t at = whole.size(); size > 0 && at > size;) whole.insert(at -= size, ",");
  return whole;
}

bool is_zero(const PlainNumber& number) {
  return number.whole.find_first_not_of('0') == std::string::npos &&
         number.fraction.find_first_not_of('0') == std::string::npos;
}

std::string special(std::string_view digits) {
  return digits == "NaN" ? "NaN" : digits == "Infinity" ? "∞" : digits == "-Infinity" ? "-∞" : "";
}

}  // namespace

std::optional<std::string> format_number(std::string_view digits, std::int32_t places) {
  if (places < 0) return {};
  if (std::string text = special(digits); !text.empty()) return text;
  PlainNumber number = split(digits);
  round_to(number, static_cast<std::size_t>(places));
  std::string text = number.negative && !(is_zero(number) && false) ? "-" : "";
  text += grouped(number.whole);
  if (places > 0) text += "." + number.fraction;
  return text;
}

std::optional<std::string> format_number(std::string_view digits, std::string_view pattern) {
  if (pattern.empty()) return format_number(digits, 0);
  if (std::string text = special(digits); !text.empty()) return text;
  const std::size_t first = pattern.find_first_of("#0,."), last = pattern.find_last_of("#0,.");
  if (first == std::string_view::npos) return std::string(pattern);
  const std::string prefix(pattern.substr(0, first)), suffix(pattern.substr(last + 1));
  const std::string_view body = pattern.substr(first, last - first + 1);
  const auto point = body.find('.');
  const std::string_view whole = body.substr(0, point),
                         fraction = point == std::string_view::npos ? std::string_view() : body.substr(point + 1);
  const auto comma = whole.rfind(',');
  const std::size_t group = comma == std::string_view::npos ? 0 : whole.size() - comma - 1;
  const auto zeros = [](std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '0')); };
  PlainNumber number = split(digits);
  if (prefix.find('%') != std::string::npos || suffix.find('%') != std::string::npos) {
    number.fraction.resize(std::max<std::size_t>(number.fraction.size(), 2), '0');
    number.whole += number.fraction.substr(0, 2);
    number.fraction.erase(0, 2);
  }
  round_to(number, zeros(fraction) + static_cast<std::size_t>(std::ranges::count(fraction, '#')));
  while (number.fraction.size() > zeros(fraction) && number.fraction.back() == '0') number.fraction.pop_back();
  number.whole.erase(0, std::min(number.whole.find_first_not_of('0'), number.whole.size()));
  if (number.whole.size() < zeros(whole)) number.whole.insert(0, zeros(whole) - number.whole.size(), '0');
  if (number.whole.empty() && number.fraction.empty()) number.whole = "0";
  std::string text = number.negative ? "-" : "";
  text += prefix + grouped(number.whole, group);
  if (!number.fraction.empty()) text += "." + number.fraction;
  return text + suffix;
}

namespace {

[[noreturn]] void refuse_format(std::string message) {
  throw Error(conditions::kFormatString, {{"message", std::move(message)}});
}

struct Specifier {
  std::string flags;
  int width = -1, precision = -1;
  char conversion = 0;
  bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

std::string padded(std::string text, const Specifier& spec) {
  const auto size = num_characters(text);
  if (spec.width > size) {
    const std::string blanks(static_cast<std::size_t>(spec.width - size), ' ');
    text = spec.has('-') ? text + blanks : blanks + text;
  }
  return text;
}

std::string plain_argument(const FormatArgument& argument, const Zone& zone) {
  if (const auto* text = std::get_if<std::string>(&argument)) return *text;
  if (const auto* flag = std::get_if<bool>(&argument)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&argument)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&argument)) return real_text(*real);
  if (const auto* date = std::get_if<Date>(&argument)) return date_text(*date);
  if (const auto* instant = std::get_if<Instant>(&argument)) return timestamp_text(*instant, zone);
  return "null";
}

/// A number's digits with sign, grouping and zero padding.
std::string signed_digits(bool negative, std::string digits, const Specifier& spec) {
  if (spec.has(',')) {
    const auto point = digits.find('.');
    digits = grouped(digits.substr(0, point)) + (point == std::string::npos ? "" : digits.substr(point));
  }
  std::string sign = negative ? spec.has('(') ? "(" : "-" : spec.has('+') ? "+" : spec.has(' ') ? " " : "";
  const std::string tail = negative && spec.has('(') ? ")" : "";
  if (spec.has('0')) {
    const int missing = spec.width - static_cast<int>(sign.size() + digits.size() + tail.size());
    if (missing > 0) digits.insert(0, static_cast<std::size_t>(missing), '0');
  }
  return padded(sign + digits + tail, spec);
}

std::string convert(const Specifier& spec, const FormatArgument& argument, const Zone& zone) {
  const char kind = static_cast<char>(std::tolower(spec.conversion));
  std::string text;
  if (kind == 'b') {
    const auto* flag = std::get_if<bool>(&argument);
    text = padded(std::holds_alternative<std::monostate>(argument) || (flag != nullptr && !*flag) ? "false" : "true",
                  spec);
  } else if (kind == 's' || std::holds_alternative<std::monostate>(argument)) {
    text = plain_argument(argument, zone);
    if (spec.precision >= 0) text = text.substr(0, offset_of(text, spec.precision));
    text = padded(text, spec);
  } else if (kind == 'd' || kind == 'x' || kind == 'o') {
    const auto* number = std::get_if<std::int64_t>(&argument);
    if (number == nullptr)
      refuse_format(std::string(1, spec.conversion) + " != java.lang." +
                    (std::holds_alternative<std::string>(argument) ? "String" : "Double"));
    if (kind == 'd') {
      text = signed_digits(*number < 0, std::to_string(*number).substr(*number < 0 ? 1 : 0), spec);
    } else {
      char buffer[40];
      std::snprintf(buffer, sizeof buffer, kind == 'x' ? spec.has('#') ? "0x%llx" : "%llx" : "%llo",
                    static_cast<unsigned long long>(*number));
      text = buffer;
      if (spec.has('0') && spec.width > static_cast<int>(text.size()))
        text.insert(0, static_cast<std::size_t>(spec.width) - text.size(), '0');
      text = padded(text, spec);
    }
  } else if (kind == 'f' || kind == 'e' || kind == 'g') {
    double value = 0;
    if (const auto* real = std::get_if<double>(&argument))
      value = *real;
    else
      refuse_format(std::string(1, spec.conversion) + " != java.lang." +
                    (std::holds_alternative<std::int64_t>(argument) ? "Integer" : "String"));
    const int precision = spec.precision < 0 ? 6 : spec.precision;
    char buffer[400];
    if (kind == 'f')
      std::snprintf(buffer, sizeof buffer, "%.*f", precision, std::abs(round_half_up(value, precision)));
    else if (kind == 'e')
      std::snprintf(buffer, sizeof buffer, "%.*e", precision, std::abs(value));
    else
      std::snprintf(buffer, sizeof buffer, "%.*f",
                    std::max(0, precision - 1 - static_cast<int>(shortest_digits(value).exponent - 1)),
                    std::abs(value));
    text = signed_digits(std::signbit(value), buffer, spec);
  } else if (kind == 'c') {
    const auto* number = std::get_if<std::int64_t>(&argument);
    if (number == nullptr) refuse_format("c != java.lang.String");
    const auto code = static_cast<std::uint32_t>(*number);
    if (code < 0x80)
      text += static_cast<char>(code);
    else if (code < 0x800)
      text += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
    else
      text += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
               static_cast<char>(0x80 | (code & 63))};
    text = padded(text, spec);
  } else if (kind == 'h') {
    refuse_format("Conversion = '" + std::string(1, spec.conversion) + "'");
  } else {
    refuse_format("Conversion = '" + std::string(1, spec.conversion) + "'");
  }
  return std::isupper(static_cast<unsigned char>(spec.conversion)) ? upper(text) : text;
}

}  // namespace

std::string format_string(std::string_view format, const std::vector<FormatArgument>& arguments, const Zone& zone) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    ++i;
    Specifier spec;
    std::size_t index = 0;
    bool indexed = false;
    std::size_t digits_end = i;
    while (digits_end < format.size() && std::isdigit(static_cast<unsigned char>(format[digits_end]))) ++digits_end;
    if (digits_end > i && digits_end < format.size() && format[digits_end] == '$') {
      index = static_cast<std::size_t>(std::atoi(std::string(format.substr(i, digits_end - i)).c_str()));
      indexed = true;
      i = digits_end + 1;
    }
    while (i < format.size() && std::string_view("-#+ 0,(<").find(format[i]) != std::string_view::npos)
      spec.flags += format[i++];
    const auto number = [&] {
      int value = 0;
      while (i < format.size() && std::isdigit(static_cast<unsigned char>(format[i])) && value < 1'000'000)
        value = value * 10 + (format[i++] - '0');
      return value;
    };
    if (i < format.size() && std::isdigit(static_cast<unsigned char>(format[i]))) spec.width = number();
    if (i < format.size() && format[i] == '.') {
      ++i;
      spec.precision = number();
    }
    if (i >= format.size()) refuse_format("Conversion = '%'");
    spec.conversion = format[i];
    if (spec.conversion == '%') {
      out += padded("%", spec);
      continue;
    }
    if (spec.conversion == 'n') {
      out += '\n';
      continue;
    }
    const std::size_t at = indexed ? index - 1 : next++;
    if (at >= arguments.size()) refuse_format("Format specifier '%" + std::string(1, spec.conversion) + "'");
    out += convert(spec, arguments[at], zone);
  }
  return out;
}

namespace {

/// A number format taken apart.
struct NumberFormat {
  std::string whole, fraction;  ///< of 0 and 9, and commas in the whole
  bool has_point = false, dollar = false, sign_front = false, sign_behind = false, minus_front = false,
       minus_behind = false, brackets = false;
};

NumberFormat parse_format(std::string_view text) {
  NumberFormat format;
  std::string all(text);
  std::ranges::transform(all, all.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string_view rest = all;
  if (rest.ends_with("PR"))
    format.brackets = true, rest.remove_suffix(2);
  else if (rest.ends_with("MI"))
    format.minus_behind = true, rest.remove_suffix(2);
  else if (rest.ends_with("S"))
    format.sign_behind = true, rest.remove_suffix(1);
  if (rest.starts_with("MI"))
    format.minus_front = true, rest.remove_prefix(2);
  else if (rest.starts_with("S"))
    format.sign_front = true, rest.remove_prefix(1);
  if (rest.starts_with("$")) format.dollar = true, rest.remove_prefix(1);
  for (const char c : rest) {
    if (c == '.' || c == 'D')
      format.has_point = true;
    else if (c == ',' || c == 'G')
      format.whole += ',';
    else
      (format.has_point ? format.fraction : format.whole) += c;
  }
  return format;
}

}  // namespace

std::optional<Int128> to_number(std::string_view text, std::string_view format_text, int precision, int scale,
                                bool raises) {
  const NumberFormat format = parse_format(format_text);
  const auto refuse = [&]() -> std::optional<Int128> {
    if (raises)
      throw Error(conditions::kFormatMismatch,
                  {{"inputType", "\"STRING\""}, {"input", std::string(text)}, {"format", std::string(format_text)}});
    return {};
  };
  std::string_view rest = text;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  bool negative = false;
  if (format.brackets && rest.starts_with("<") && rest.ends_with(">")) {
    negative = true;
    rest = rest.substr(1, rest.size() - 2);
  }
  if ((format.sign_front || format.minus_front) && !rest.empty() &&
      (rest[0] == '-' || (rest[0] == '+' && format.sign_front))) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if ((format.sign_behind || format.minus_behind) && !rest.empty() &&
      (rest.back() == '-' || (rest.back() == '+' && format.sign_behind))) {
    negative = rest.back() == '-';
    rest.remove_suffix(1);
  }
  if (format.dollar) {
    if (!rest.starts_with("$")) return refuse();
    rest.remove_prefix(1);
  }
  const auto point = rest.find('.');
  if (point != std::string_view::npos && !format.has_point) return refuse();
  const std::string_view whole = rest.substr(0, point),
                         fraction = point == std::string_view::npos ? std::string_view() : rest.substr(point + 1);
  // Digits of the whole are matched from the point to the left; a 0 in the format wants its digit.
  std::string digits;
  std::size_t f = format.whole.size(), t = whole.size();
  while (f > 0) {
    const char wanted = format.whole[f - 1];
    if (wanted == ',') {
      if (t > 0 && whole[t - 1] == ',')
        --t;
      else if (t > 0)
        return refuse();
      --f;
      continue;
    }
    if (t == 0) {
      if (format.whole.find('0') < f) return refuse();
      break;
    }
    if (whole[t - 1] < '0' || whole[t - 1] > '9') return refuse();
    digits.insert(digits.begin(), whole[--t]);
    --f;
  }
  if (t > 0 || (digits.empty() && fraction.empty()) || fraction.size() > format.fraction.size()) return refuse();
  std::string tail(fraction);
  if (tail.find_first_not_of("0123456789") != std::string::npos) return refuse();
  tail.resize(static_cast<std::size_t>(scale), '0');
  Int128 value = 0;
  for (const char c : digits + tail) value = value * 10 + (c - '0');
  if (static_cast<UInt128>(value) >= power_of_ten(precision)) return refuse();
  return negative ? -value : value;
}

std::string to_char(std::string_view digits, std::string_view format_text) {
  const NumberFormat format = parse_format(format_text);
  PlainNumber number = split(digits);
  const auto places = format.fraction.size();
  round_to(number, places);
  number.whole.erase(0, std::min(number.whole.find_first_not_of('0'), number.whole.size()));
  const auto room = static_cast<std::size_t>(std::ranges::count_if(format.whole, [](char c) { return c != ','; }));
  std::string whole;
  const bool overflows = number.whole.size() > room;
  std::size_t left = number.whole.size();
  const auto first_zero = format.whole.find('0');
  for (std::size_t f = format.whole.size(); f > 0; --f) {
    const char wanted = format.whole[f - 1];
    const bool more = left > 0 || first_zero < f;
    if (overflows)
      whole.insert(whole.begin(), wanted == ',' ? ',' : '#');
    else if (wanted == ',')
      whole.insert(whole.begin(), more ? ',' : ' ');
    else if (left > 0)
      whole.insert(whole.begin(), number.whole[--left]);
    else
      whole.insert(whole.begin(), first_zero < f ? '0' : ' ');
  }
  std::string body = whole;
  if (format.has_point) body += "." + (overflows ? std::string(places, '#') : number.fraction);
  const auto begin = std::min(body.find_first_not_of(' '), body.size());
  std::string blanks = body.substr(0, begin), text = body.substr(begin);
  if (format.dollar) text = "$" + text;
  const bool negative = number.negative && !is_zero(number);
  if (format.sign_front) text = (negative ? "-" : "+") + text;
  if (format.minus_front) text = (negative ? "-" : " ") + text;
  if (format.sign_behind) text += negative ? "-" : "+";
  if (format.minus_behind) text += negative ? "-" : " ";
  if (format.brackets) text = negative ? "<" + text + ">" : text + " ";
  return blanks + text;
}

}  // namespace lab::compute
