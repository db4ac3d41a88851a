#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compute/moments.h"
#include "compute/zone.h"

/// Patterns of Java's SimpleDateFormat (not lenient, English): how Spark before 3 read and wrote moments, and how it does
/// under `spark.sql.legacy.timeParserPolicy=LEGACY`.
namespace lab::compute {

class LegacyPattern {
 public:
  static bool is_pattern(std::string_view text);
  /// Keeps what was compiled, by thread. Throws INVALID_DATETIME_PATTERN.WITH_SUGGESTION.
  static const LegacyPattern& find(std::string_view text);

  std::string format(Instant instant, const Zone& zone) const;
  /// Reads the text's beginning; what stands behind the pattern is not looked at. Throws UNSUPPORTED_FEATURE for
  /// weeks, which it only writes.
  std::optional<Instant> parse(std::string_view text, const Zone& zone) const;

 private:
  struct Item {
    char letter = 0;  ///< 0: literal
    int count = 0;
    std::string literal = {};
  };
  static std::optional<std::vector<Item>> compile(std::string_view text);

  std::string text_;
  std::vector<Item> items_;
};

}  // namespace lab::compute
