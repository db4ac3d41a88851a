#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "scan/csv_options.h"

namespace lab::scan {

/// One value of a record: text after unquoting. A value that is absent between separators is not quoted and empty.
struct CsvField {
  std::string_view text;
  bool is_quoted = false;
};

/// Cuts records into fields by univocity's rules, as Spark sets that parser up: an escape in quotes, a quote that is not followed by a
/// separator turns the field into plain text up to the next separator. Not thread-safe; texts live until the next call.
class CsvRecordReader {
 public:
  explicit CsvRecordReader(const CsvOptions& options) : options_(options) {}

  /// Fields of a record that is one line, without its line separator.
  const std::vector<CsvField>& split(std::string_view line);
  /// Fields of the record at `at` of a text where quotes may span lines; moves `at` behind its line separator.
  /// What Spark's parser refuses in the fields of the last record: too many of them (the rest was not read), or one too long. Empty: nothing.
  std::string problem() const;
  const std::vector<CsvField>& split_multi_line(std::string_view text, std::size_t& at, std::string_view line_separator);

 private:
  // Reads one field at `at`; returns the place of the separator or line end behind it.
  std::size_t read_field(std::string_view text, std::size_t at, std::string_view line_separator);
  std::size_t read_quoted(std::string_view text, std::size_t at, std::string_view line_separator);
  // The same by another option than STOP_AT_DELIMITER, when the first quote behind the opening one does not close.
  std::size_t read_unescaped(std::string_view text, std::size_t open, std::string_view line_separator);
  bool ends_field(std::string_view text, std::size_t at, std::string_view line_separator) const { return is_separator(text, at) || is_line_end(text, at, line_separator); }
  void push_copy(std::string_view text, bool is_quoted);
  bool is_separator(std::string_view text, std::size_t at) const { return text.compare(at, options_.separator.size(), options_.separator) == 0; }
  static bool is_line_end(std::string_view text, std::size_t at, std::string_view line_separator) {
    return !line_separator.empty() && text.compare(at, line_separator.size(), line_separator) == 0;
  }
  const std::vector<CsvField>& split_at(std::string_view text, std::size_t& at, std::string_view line_separator);

  const CsvOptions& options_;
  std::vector<CsvField> fields_;
  std::deque<std::string> unescaped_;  ///< owners of texts that had escapes; a deque does not move them
  std::size_t num_unescaped_ = 0;
  std::string buffer_;
  std::string problem_;  ///< of quotes; empty: none
};

}  // namespace lab::scan
