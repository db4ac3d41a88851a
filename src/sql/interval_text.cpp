#include "sql/interval_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

namespace lab::sql {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

enum class Target { Months, Days, Micros };

struct IntervalUnit {
  std::string_view name;
  Target target;
  std::int64_t factor;
};

constexpr std::array<IntervalUnit, 9> kUnits{{
    {"year", Target::Months, 12},
    {"month", Target::Months, 1},
    {"week", Target::Days, 7},
    {"day", Target::Days, 1},
    {"hour", Target::Micros, 3600 * kSecond},
    {"minute", Target::Micros, 60 * kSecond},
    {"second", Target::Micros, kSecond},
    {"millisecond", Target::Micros, 1000},
    {"microsecond", Target::Micros, 1},
}};

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

class IntervalReader {
 public:
  explicit IntervalReader(std::string_view text) : text_(text) {
    while (!text_.empty() && is_blank(text_.back())) text_.remove_suffix(1);
  }

  bool at_end() const { return at_ >= text_.size(); }
  char look() const { return at_end() ? '\0' : text_[at_]; }
  void skip_blanks() {
    while (!at_end() && is_blank(look())) ++at_;
  }
  bool accept(char c) {
    if (look() != c) return false;
    ++at_;
    return true;
  }
  /// Digits that fit; nullopt without any or when they overflow.
  std::optional<std::int64_t> digits(std::size_t most = 19) {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (is_decimal_digit(look())) {
      if (++count > most) return std::nullopt;
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) || __builtin_add_overflow(value, std::int64_t{look() - '0'}, &value))
        return std::nullopt;
      ++at_;
    }
    if (count == 0) return std::nullopt;
    return value;
  }
  /// Up to nine digits behind a point, in microseconds (Spark drops what is finer).
  std::optional<std::int64_t> fraction() {
    std::int64_t nanos = 0;
    int count = 0;
    for (; is_decimal_digit(look()) && count < 9; ++count) nanos = nanos * 10 + (text_[at_++] - '0');
    if (is_decimal_digit(look())) return std::nullopt;
    for (; count < 9; ++count) nanos *= 10;
    return nanos / 1000;
  }
  std::string word() {
    std::string result;
    while (std::isalpha(static_cast<unsigned char>(look()))) result += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
    return result;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

const IntervalUnit* unit_named(std::string_view word) {
  for (const auto& unit : kUnits)
    if (word == unit.name || (word.size() == unit.name.size() + 1 && word.starts_with(unit.name) && word.back() == 's')) return &unit;
  return nullptr;
}

bool add_scaled(std::int64_t& sum, std::int64_t value, std::int64_t factor) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(value, factor, &product) && !__builtin_add_overflow(sum, product, &sum);
}

bool fits_int(std::int64_t value) { return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max(); }

}  // namespace

std::optional<types::CalendarInterval> read_interval(std::string_view text) {
  IntervalReader reader(text);
  reader.skip_blanks();
  if (reader.at_end()) return std::nullopt;
  if (std::isalpha(static_cast<unsigned char>(reader.look()))) {
    if (reader.word() != "interval" || !is_blank(reader.look())) return std::nullopt;
    reader.skip_blanks();
    if (reader.at_end()) return std::nullopt;
  }
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t micros = 0;
  while (!reader.at_end()) {
    const bool negative = reader.accept('-');
    if (!negative) reader.accept('+');
    reader.skip_blanks();
    const bool has_whole = is_decimal_digit(reader.look());
    const auto whole = has_whole ? reader.digits() : std::optional<std::int64_t>(0);
    if (!whole) return std::nullopt;
    std::int64_t fraction = 0;
    bool has_fraction = false;
    if (reader.accept('.')) {
      if (!has_whole && !is_decimal_digit(reader.look())) return std::nullopt;
      const auto part = reader.fraction();
      if (!part) return std::nullopt;
      fraction = *part;
      has_fraction = true;
    } else if (!has_whole) {
      return std::nullopt;
    }
    if (!is_blank(reader.look()) || reader.at_end()) return std::nullopt;
    reader.skip_blanks();
    const auto* unit = unit_named(reader.word());
    if (!unit || (!reader.at_end() && !is_blank(reader.look()))) return std::nullopt;
    if (has_fraction && unit->name != "second") return std::nullopt;
    reader.skip_blanks();
    const std::int64_t value = negative ? -*whole : *whole;
    auto& sum = unit->target == Target::Months ? months : unit->target == Target::Days ? days : micros;
    if (!add_scaled(sum, value, unit->factor)) return std::nullopt;
    if (has_fraction && !add_scaled(micros, negative ? -fraction : fraction, 1)) return std::nullopt;
  }
  if (!fits_int(months) || !fits_int(days)) return std::nullopt;
  return types::CalendarInterval{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros};
}

std::optional<std::int64_t> read_year_to_month(std::string_view text) {
  IntervalReader reader(text);
  reader.skip_blanks();
  const bool negative = reader.accept('-');
  if (!negative) reader.accept('+');
  const auto years = reader.digits(10);
  if (!years || !reader.accept('-')) return std::nullopt;
  const auto months = reader.digits(2);
  if (!months || !reader.at_end()) return std::nullopt;
  // Twelve months are a year: beyond what any interval holds, so that the caller tells the one from the other.
  if (*months > 11) return std::numeric_limits<std::int64_t>::max();
  const std::int64_t total = *years * 12 + *months;
  return negative ? -total : total;
}

std::optional<std::int64_t> read_day_to_second(std::string_view text, int from, int to) {
  constexpr std::array<std::int64_t, 4> kFactors{86'400 * kSecond, 3600 * kSecond, 60 * kSecond, kSecond};
  constexpr std::array<std::int64_t, 4> kHighest{0, 23, 59, 59};
  constexpr std::array<char, 4> kSeparators{' ', ' ', ':', ':'};  // in front of each field
  IntervalReader reader(text);
  reader.skip_blanks();
  const bool negative = reader.accept('-');
  if (!negative) reader.accept('+');
  std::int64_t total = 0;
  for (int field = from; field <= to; ++field) {
    const auto index = static_cast<std::size_t>(field);
    if (field != from && !reader.accept(kSeparators[index])) return std::nullopt;
    const auto value = reader.digits(field == from ? 18 : 2);
    if (!value || (field != from && *value > kHighest[index])) return std::nullopt;
    if (!add_scaled(total, negative ? -*value : *value, kFactors[index])) return std::nullopt;
  }
  if (to == 3 && reader.accept('.')) {
    const auto fraction = reader.fraction();
    if (!fraction || !add_scaled(total, negative ? -*fraction : *fraction, 1)) return std::nullopt;
  }
  if (!reader.at_end()) return std::nullopt;
  return total;
}

}  // namespace lab::sql
