#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "scan/table_source.h"

namespace lab::scan {

/// A text file in memory: mapped, or transcoded to UTF-8. A byte order mark is left out.
class TextFile {
 public:
  /// Throws FAILED_READ_FILE.NO_HINT, whose parameter `message` has the reason, and FILE_NOT_EXIST; `encoding` is a Java charset name. Packed files (packing_of) are unpacked, large ones into a
  /// temporary file.
  static std::shared_ptr<const TextFile> open(const DataFile& file, const std::string& encoding);
  virtual ~TextFile() = default;
  virtual std::string_view text() const = 0;
};

/// The line at `at`, and `at` moved behind its separator. `separator` empty: \n, \r\n or \r.
std::string_view next_line(std::string_view text, std::size_t& at, std::string_view separator);

/// What ends the first line: \r\n, \n or \r (univocity's detection); \n when nothing does.
std::string detected_separator(std::string_view text);

/// The first line that begins at `at` or behind it, when readers share a file at arbitrary bytes.
std::size_t line_start_from(std::string_view text, std::size_t at, std::string_view separator);

/// Only blanks and control characters (Java's trim).
bool is_blank_line(std::string_view line);

/// `text` itself when it is UTF-8, else a copy in `storage` with U+FFFD for what is not.
std::string_view valid_utf8(std::string_view text, std::string& storage);

}  // namespace lab::scan
