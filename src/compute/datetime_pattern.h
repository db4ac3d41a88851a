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

/// spark.sql.legacy.timeParserPolicy: what becomes of text that this parser refuses. Exception: an error when the parser
/// before Spark 3 would have taken it; Legacy: that parser itself (see legacy_pattern.h).
enum class TimeParser : std::uint8_t { Exception, Corrected, Legacy };

class DatetimePattern {
 public:
  /// Texts are read by fewer letters than they are written by.
  enum class Purpose : std::uint8_t { Format, Parse };

  /// Keeps what was compiled, by thread. Throws INVALID_DATETIME_PATTERN.* or INCONSISTENT_BEHAVIOR_CROSS_VERSION.*.
  static const DatetimePattern& find(std::string_view text, Purpose purpose = Purpose::Format);

  std::string format(Instant instant, const Zone& zone) const;

  struct Parsed {
    std::int64_t local_micros = 0;
    std::optional<std::string> zone;
  };
  /// The whole text must match; nothing when it does not, and `problem` becomes what Java says of it.
  std::optional<Parsed> parse(std::string_view text, std::string* problem = nullptr) const;

  const std::string& text() const { return text_; }

 private:
  struct Item {
    char letter = 0;  ///< 0: literal, '[' and ']' optional sections
    int count = 0;
    std::string literal = {};
    /// Of a number: digits of fixed fields right behind it; -1 when it is such a field itself.
    int subsequent_width = 0;
  };
  struct Fields;

  static std::unique_ptr<DatetimePattern> compile(std::string_view text, Purpose purpose);
  void append(Item item);
  bool parse_items(std::size_t begin, std::size_t end, std::string_view text, std::size_t& at, Fields& fields) const;
  static bool parse_item(const Item& item, std::string_view text, std::size_t& at, Fields& fields);
  void format_item(const Item& item, Instant instant, const Zone& zone, std::string& out) const;

  std::string text_;
  std::vector<Item> items_;
  std::optional<std::size_t> open_number_;  ///< while compiling: the number whose width the next fixed fields limit
  bool has_era_ = false;
};

std::string format_instant(Instant instant, std::string_view pattern, const Zone& zone, TimeParser parser);

/// Parses by a pattern; nothing when the text does not match, or CANNOT_PARSE_TIMESTAMP when `raises`. Under
/// TimeParser::Exception text that only the old parser takes is INCONSISTENT_BEHAVIOR_CROSS_VERSION.*, raising or not.
std::optional<Instant> parse_instant(std::string_view text, std::string_view pattern, const Zone& zone, bool raises,
                                     TimeParser parser = TimeParser::Corrected);
std::optional<WallClock> parse_clock(std::string_view text, std::string_view pattern, bool raises,
                                     TimeParser parser = TimeParser::Corrected);
std::optional<Date> parse_date_by(std::string_view text, std::string_view pattern, bool raises,
                                  TimeParser parser = TimeParser::Corrected);

}  // namespace lab::compute
