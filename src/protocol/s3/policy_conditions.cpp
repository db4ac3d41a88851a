#include "protocol/s3/policy_conditions.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "protocol/s3/http_date.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3 {
namespace {

using Test = bool (*)(std::string_view value, std::string_view wanted);

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename Compare>
bool compare_numbers(std::string_view value, std::string_view wanted) {
  const auto a = number_of(value), b = number_of(wanted);
  return a && b && Compare()(*a, *b);
}

template <typename Compare>
bool compare_dates(std::string_view value, std::string_view wanted) {
  const auto time_of = [](std::string_view text) -> std::optional<std::int64_t> {
    if (const auto seconds = parse_number(text)) return static_cast<std::int64_t>(*seconds) * 1000;
    if (const auto time = parse_iso_time(text.size() == 10 ? std::string(text) + "T00:00:00Z" : std::string(text))) return time->time_since_epoch().count();
    return std::nullopt;
  };
  const auto a = time_of(value), b = time_of(wanted);
  return a && b && Compare()(*a, *b);
}

/// An address as 16 bytes; IPv4 as IPv6 writes it.
std::optional<std::array<unsigned char, 16>> address_of(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  const std::string name(text);
  if (::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1) return bytes;
  if (::inet_pton(AF_INET, name.c_str(), bytes.data() + 12) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xFF;
  return bytes;
}

bool is_in_network(std::string_view value, std::string_view network) {
  const auto slash = network.find('/');
  const auto base = address_of(network.substr(0, slash)), address = address_of(value);
  if (!base || !address) return false;
  std::uint64_t bits = 128;
  if (slash != std::string_view::npos) {
    const auto given = parse_number(network.substr(slash + 1));
    if (!given) return false;
    bits = network.find(':') == std::string_view::npos ? *given + 96 : *given;
  }
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(bits, 128); ++i)
    if ((((*base)[i / 8] ^ (*address)[i / 8]) >> (7 - i % 8)) & 1) return false;
  return true;
}

bool equals(std::string_view a, std::string_view b) { return a == b; }
bool equals_ignoring_case(std::string_view a, std::string_view b) { return to_lower_ascii(a) == to_lower_ascii(b); }
bool is_like(std::string_view a, std::string_view b) { return matches_pattern(b, a); }

/// `is_negated` operators hold when no value fits, and when the key is absent.
struct OperatorRow {
  std::string_view name;
  Test test;
  bool is_negated = false;
};

constexpr OperatorRow kOperators[] = {
    {"StringEquals", &equals},
    {"StringNotEquals", &equals, true},
    {"StringEqualsIgnoreCase", &equals_ignoring_case},
    {"StringNotEqualsIgnoreCase", &equals_ignoring_case, true},
    {"StringLike", &is_like},
    {"StringNotLike", &is_like, true},
    {"NumericEquals", &compare_numbers<std::equal_to<>>},
    {"NumericNotEquals", &compare_numbers<std::equal_to<>>, true},
    {"NumericLessThan", &compare_numbers<std::less<>>},
    {"NumericLessThanEquals", &compare_numbers<std::less_equal<>>},
    {"NumericGreaterThan", &compare_numbers<std::greater<>>},
    {"NumericGreaterThanEquals", &compare_numbers<std::greater_equal<>>},
    {"DateEquals", &compare_dates<std::equal_to<>>},
    {"DateNotEquals", &compare_dates<std::equal_to<>>, true},
    {"DateLessThan", &compare_dates<std::less<>>},
    {"DateLessThanEquals", &compare_dates<std::less_equal<>>},
    {"DateGreaterThan", &compare_dates<std::greater<>>},
    {"DateGreaterThanEquals", &compare_dates<std::greater_equal<>>},
    {"Bool", &equals_ignoring_case},
    {"BinaryEquals", &equals},
    {"IpAddress", &is_in_network},
    {"NotIpAddress", &is_in_network, true},
    {"ArnEquals", &is_like},
    {"ArnLike", &is_like},
    {"ArnNotEquals", &is_like, true},
    {"ArnNotLike", &is_like, true},
};

const OperatorRow* find_operator(std::string_view op) {
  const auto* row = std::ranges::find(kOperators, op, &OperatorRow::name);
  return row == std::end(kOperators) ? nullptr : row;
}

}  // namespace

bool is_condition_operator(std::string_view op) { return op == "Null" || find_operator(op) != nullptr; }

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] != '*' && pattern[p] == text[t]))) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string fill_variables(std::string_view text, const PolicyRequest& request) {
  std::string filled;
  while (!text.empty()) {
    const auto start = text.find("${");
    const auto end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) break;
    filled += text.substr(0, start);
    const std::string_view name = text.substr(start + 2, end - start - 2);
    const auto found = request.context.find(to_lower_ascii(name));
    if (name == "*" || name == "?" || name == "$")
      filled += name;
    else if (found != request.context.end() && found->second.size() == 1)
      filled += found->second.front();
    else
      filled += text.substr(start, end + 1 - start);
    text.remove_prefix(end + 1);
  }
  return filled + std::string(text);
}

bool holds(const PolicyCondition& condition, const PolicyRequest& request) {
  const auto found = request.context.find(condition.key);
  const bool is_there = found != request.context.end() && !found->second.empty();
  if (condition.op == "Null")
    return std::ranges::any_of(condition.values, [&](const std::string& each) { return (to_lower_ascii(each) == "true") != is_there; });
  const OperatorRow* row = find_operator(condition.op);
  if (row == nullptr) return false;
  if (!is_there) return condition.if_exists || condition.for_all || row->is_negated;
  const auto fits = [&](const std::string& value) {
    const bool any = std::ranges::any_of(condition.values, [&](const std::string& each) { return row->test(value, fill_variables(each, request)); });
    return any != row->is_negated;
  };
  if (condition.for_any || !row->is_negated) {
    if (condition.for_all) return std::ranges::all_of(found->second, fits);
    return std::ranges::any_of(found->second, fits);
  }
  return std::ranges::all_of(found->second, fits);
}

}  // namespace lab::s3
