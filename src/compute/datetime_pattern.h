#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compute/moments.h"
#include "compute/zone.h"

/// Patterns of Java's DateTimeFormatter, as Spark 3 takes them (no week-based years, English names).
namespace lab::compute {

class DatetimePattern {
 public:
  /// Keeps what was parsed, by thread. Throws INVALID_DATETIME_PATTERN.* or INCONSISTENT_BEHAVIOR_CROSS_VERSION.*.
  static const DatetimePattern& find(std::string_view text);

  std::string format(Instant instant, const Zone& zone) const;

  struct Parsed {
    std::int64_t local_micros = 0;
    std::optional<std::string> zone;
  };
  /// The whole text must match. Nothing when it does not; `failed_at` is then where.
  /// `problem` becomes what Java says of a value that its field cannot have.
  std::optional<Parsed> parse(std::string_view text, std::size_t& failed_at, std::string* problem = nullptr) const;

  const std::string& text() const { return text_; }

 private:
  struct Item {
    char letter = 0;  ///< 0: literal, '[' and ']' optional sections
    int count = 0;
    std::string literal;
  };
  struct Fields;

  static std::unique_ptr<DatetimePattern> compile(std::string_view text);
  bool parse_items(std::size_t& item, std::size_t end, std::string_view text, std::size_t& at, Fields& fields, std::size_t& failed_at) const;
  bool parse_item(const Item& item, std::size_t index, std::string_view text, std::size_t& at, Fields& fields) const;
  void format_item(const Item& item, Instant instant, const Zone& zone, std::string& out) const;

  std::string text_;
  std::vector<Item> items_;
};

/// Parses by a pattern; nothing when the text does not match, or CANNOT_PARSE_TIMESTAMP when `raises`.
std::optional<Instant> parse_instant(std::string_view text, std::string_view pattern, const Zone& zone, bool raises);
std::optional<WallClock> parse_clock(std::string_view text, std::string_view pattern, bool raises);
std::optional<Date> parse_date_by(std::string_view text, std::string_view pattern, bool raises);

}  // namespace lab::compute
