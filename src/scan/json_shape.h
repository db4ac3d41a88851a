#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scan/json_tokens.h"
#include "types/data_type.h"

namespace lab::scan {

/// The tightest type of the JSON values seen so far, by the rules of Spark's inference; grows in place.
class JsonShape {
 public:
  enum class Kind : std::uint8_t { Null, Boolean, Long, Decimal, Double, Timestamp, TimestampNtz, String, Array, Struct };

  /// What is the same for all values of a scan.
  struct Rules {
    const JsonOptions& options;
    const ClockTexts& clocks;
  };

  Kind kind() const { return kind_; }
  /// Sees the value at the tokens' current token, which is well-formed; ends at its last token.
  void see(JsonTokens& tokens, const Rules& rules);
  void merge(const JsonShape& other);
  const JsonShape& element() const { return *element_; }

  /// Nothing for what has no type left (`{}`, or only nulls when those are dropped).
  std::optional<types::DataType> type(bool drops_nulls) const;

 private:
  struct Member;

  void widen(Kind kind, int precision = 0, int scale = 0);
  void see_number(std::string_view text, bool is_whole, const Rules& rules);
  void see_text(std::string_view text, const Rules& rules);
  Member& member(std::string_view name, std::size_t& expected);

  Kind kind_ = Kind::Null;
  int precision_ = 0, scale_ = 0;
  std::unique_ptr<JsonShape> element_;
  std::vector<Member> members_;
  std::unordered_map<std::string, std::size_t> places_;
  std::uint64_t objects_ = 0;  ///< seen so far, to notice a name that repeats in one
};

struct JsonShape::Member {
  std::string name;
  JsonShape shape;
  std::uint64_t last_object = 0;
  bool repeats = false;
};

}  // namespace lab::scan
