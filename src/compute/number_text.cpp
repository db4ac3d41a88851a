#include "compute/number_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <string>

namespace lab::compute {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> parse_integer(std::string_view text, bool fraction_cut) {
  text = trimmed(text);
  if (text.empty()) return {};
  std::size_t i = 0;
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') ++i;
  if (i == text.size()) return {};
  const std::size_t first = i;
  std::int64_t value = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value) || __builtin_sub_overflow(value, std::int64_t{text[i] - '0'}, &value)) return {};
  }
  if (i < text.size()) {
    if (!fraction_cut || text[i] != '.') return {};
    if (i == first && text.size() == i + 1) return {};
    for (++i; i < text.size(); ++i) {
      if (text[i] < '0' || text[i] > '9') return {};
    }
  }
  if (!negative && __builtin_sub_overflow(std::int64_t{0}, value, &value)) return {};
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return {};
  return static_cast<T>(value);
}
template std::optional<std::int8_t> parse_integer(std::string_view, bool);
template std::optional<std::int16_t> parse_integer(std::string_view, bool);
template std::optional<std::int32_t> parse_integer(std::string_view, bool);
template std::optional<std::int64_t> parse_integer(std::string_view, bool);

namespace {

std::string lower_text(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

template <typename T>
std::optional<T> parse_real(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return {};
  std::string_view body = text;
  const bool negative = body[0] == '-';
  if (body[0] == '-' || body[0] == '+') body.remove_prefix(1);
  if (body.empty()) return {};
  if (!(body[0] >= '0' && body[0] <= '9') && body[0] != '.') {
    const std::string word = lower_text(body);
    if (word == "inf" || word == "infinity") return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    if (word == "nan" && body.size() == text.size()) return std::numeric_limits<T>::quiet_NaN();
    return {};
  }
  // Java takes a suffix for the type.
  if (body.size() > 1 && std::string_view("dDfF").find(body.back()) != std::string_view::npos) body.remove_suffix(1);
  T value{};
  const auto [end, code] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end != body.data() + body.size()) {
    // `1.` and `1.e5` are numbers to Java; from_chars takes them too, so what is left over is none.
    return {};
  }
  if (code == std::errc::result_out_of_range) {
    const auto e = body.find_first_of("eE");
    const bool small = e != std::string_view::npos && e + 1 < body.size() && body[e + 1] == '-';
    value = small ? T{0} : std::numeric_limits<T>::infinity();
  } else if (code != std::errc{}) {
    return {};
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<double> parse_double(std::string_view text) { return parse_real<double>(text); }
std::optional<float> parse_float(std::string_view text) { return parse_real<float>(text); }

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string word = lower_text(trimmed(text));
  for (const std::string_view yes : {"t", "true", "y", "yes", "1"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"f", "false", "n", "no", "0"}) {
    if (word == no) return false;
  }
  return {};
}

}  // namespace lab::compute
