#pragma once

#include <string>
#include <string_view>

#include "scan/json_options.h"

namespace lab::scan {

/// `None`: nothing (left) at the top. `Bad`: no JSON, and nothing that follows is looked at.
enum class JsonToken : std::uint8_t { None, Bad, StartObject, EndObject, StartArray, EndArray, Name, String, Whole, Real, Special, True, False, Null };

/// Reads one record token by token, as strict or lenient as Jackson is under Spark's options. What follows the first value is not
/// looked at unless asked for. Not thread-safe; a text lives until the next token.
class JsonTokens {
 public:
  explicit JsonTokens(const JsonOptions& options) : options_(options) {}

  /// Begins a record, which must outlive its reading.
  void begin(std::string_view record);
  JsonToken next();
  JsonToken token() const { return token_; }
  /// A name or string without its escapes; a number as it is written, but for leading zeros; `NaN`, `Infinity`, `-Infinity`.
  std::string_view text();
  /// From the start of an object or array to its end; nothing else moves. False: Bad.
  bool skip_children();
  /// The current value, with all that is in it, as compact JSON; ends at its last token. `exact`: as it is written, numbers too, as
  /// Spark 4 does; else as Jackson prints it again. False: Bad.
  bool append_value(std::string& out, bool exact);

 private:
  JsonToken bad() { return token_ = JsonToken::Bad; }
  bool skip_blanks();
  bool skip_comment();
  JsonToken read_name();
  JsonToken read_value();
  JsonToken read_number();
  JsonToken read_special(bool is_negative, bool is_signed);
  JsonToken read_word(std::string_view word, JsonToken token);
  bool read_quoted(char quote);
  bool read_unquoted_name();
  bool is_escape_at(std::size_t at, std::size_t& length) const;
  void unescape();
  void append_printed(std::string& out);

  const JsonOptions& options_;
  std::string_view text_;
  std::size_t at_ = 0;
  JsonToken token_ = JsonToken::None;
  std::string open_;          ///< `{` and `[` that are not closed yet
  bool wants_comma_ = false;  ///< a value of the innermost object or array is behind us
  std::size_t value_at_ = 0;  ///< where the current token begins
  std::string_view raw_;      ///< its text between the quotes
  bool has_escapes_ = false;
  std::string plain_;
};

}  // namespace lab::scan
