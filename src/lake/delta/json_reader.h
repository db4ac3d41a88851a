#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lab::lake::delta {

/// The text is no JSON, or a value is of another kind than asked for.
class JsonError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads one JSON text from front to back without a tree: fast on logs of many lines, and numbers keep all their digits. The text must
/// outlive the reader. Everything throws JsonError.
///
/// Not simdjson: Arrow's libparquet exports another version of its symbols, and of two in one process one is called with the other's objects.
class JsonReader {
 public:
  enum class Kind { Object, Array, Text, Number, Boolean, Null };

  explicit JsonReader(std::string_view text) : text_(text) {}

  /// Of the value that comes next.
  Kind kind();

  /// Calls `each(key)` per member; it must read or skip the value. The key lives until the next call.
  template <typename Each>
  void object(Each each) {
    std::string buffer;
    open('{');
    for (bool first = true; more(first, '}'); first = false) each(key(buffer));
  }
  /// Calls `each()` per item; it must read or skip it.
  template <typename Each>
  void array(Each each) {
    open('[');
    for (bool first = true; more(first, ']'); first = false) each();
  }

  std::string text();
  bool boolean();
  /// A whole number; also 1.0 and 1e3, which some writers print.
  std::int64_t integer();
  /// A number or boolean as it is written.
  std::string_view token();
  /// Any value as it is written.
  std::string_view raw();
  void skip() { raw(); }
  /// True, and the value is passed, when it is null.
  bool skip_null();
  /// Throws unless only blanks are left.
  void end();

 private:
  [[noreturn]] void fail(const char* what) const;
  void skip_blanks();
  void open(char bracket);
  bool more(bool first, char close);
  std::string_view key(std::string& buffer);
  void skip_text();
  void append_escape(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace lab::lake::delta
