#include "scan/text_lines.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace lab::scan {

namespace {

inline constexpr Condition kFailedReadTextFile{"FAILED_READ_FILE.NO_HINT", "KD001", Kind::Runtime,
    "Encountered error while reading file <path>. <message>"};
inline constexpr Condition kUnsupportedCharset{"INVALID_PARAMETER_VALUE.CHARSET", "22023", Kind::InvalidArgument,
    "The value of parameter(s) `charset` in `csv` is invalid: expects one of the UTF-8, US-ASCII, ISO-8859-1, UTF-16LE, UTF-16BE, UTF-16, but got <charset>."};

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw Error(kFailedReadTextFile, {{"path", "file://" + path}, {"message", message}});
}

std::string_view without_mark(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text; }

class MappedFile : public TextFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path, std::strerror(errno));
    struct stat status {};
    ::fstat(file, &status);
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0) {
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (data_ == MAP_FAILED) {
        const int error = errno;
        ::close(file);
        fail(path, std::strerror(error));
      }
      ::madvise(data_, size_, MADV_SEQUENTIAL);
    }
    ::close(file);
  }
  ~MappedFile() override {
    if (size_ > 0) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }
  std::string_view text() const override { return without_mark(bytes()); }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

class OwnedText : public TextFile {
 public:
  explicit OwnedText(std::string text) : text_(std::move(text)) {}
  std::string_view text() const override { return without_mark(text_); }

 private:
  std::string text_;
};

std::string unpacked(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) fail(path, std::strerror(errno));
  std::string text;
  char block[1 << 16];
  int count = 0;
  while ((count = gzread(file, block, sizeof block)) > 0) text.append(block, static_cast<std::size_t>(count));
  const bool failed = count < 0;
  gzclose(file);
  if (failed) fail(path, "not in gzip format");
  return text;
}

void append_code_point(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
  std::string text;
  const auto unit = [&](std::size_t i) -> char32_t {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? static_cast<char32_t>(a << 8 | b) : static_cast<char32_t>(b << 8 | a);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size()) {
      const char32_t low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    append_code_point(text, c);
  }
  return text;
}

std::string transcoded(std::string_view bytes, const std::string& encoding) {
  std::string name = encoding;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  if (name == "ISO-8859-1" || name == "LATIN1" || name == "ISO8859_1") {
    std::string text;
    for (const char c : bytes) append_code_point(text, static_cast<unsigned char>(c));
    return text;
  }
  if (name == "US-ASCII" || name == "ASCII") {
    std::string text;
    for (const char c : bytes) append_code_point(text, static_cast<unsigned char>(c) < 0x80 ? static_cast<unsigned char>(c) : 0xFFFD);
    return text;
  }
  if (name == "UTF-16LE") return from_utf16(bytes, false);
  if (name == "UTF-16BE") return from_utf16(bytes, true);
  if (name == "UTF-16") {
    if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
    return from_utf16(bytes.starts_with("\xFE\xFF") ? bytes.substr(2) : bytes, true);
  }
  throw Error(kUnsupportedCharset, {{"charset", encoding}});
}

bool is_utf8(const std::string& encoding) {
  return encoding.size() >= 4 && (encoding == "UTF-8" || encoding == "utf-8" || encoding == "UTF8" || encoding == "utf8");
}

}  // namespace

std::shared_ptr<const TextFile> TextFile::open(const std::string& path, const std::string& encoding) {
  if (path.ends_with(".gz")) {
    std::string text = unpacked(path);
    return std::make_shared<const OwnedText>(is_utf8(encoding) ? std::move(text) : transcoded(text, encoding));
  }
  auto mapped = std::make_shared<const MappedFile>(path);
  if (is_utf8(encoding)) return mapped;
  return std::make_shared<const OwnedText>(transcoded(mapped->bytes(), encoding));
}

std::string_view next_line(std::string_view text, std::size_t& at, std::string_view separator) {
  const std::size_t begin = at;
  if (!separator.empty()) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    at = std::min(end + separator.size(), text.size());
    return text.substr(begin, end - begin);
  }
  const char* start = text.data() + begin;
  const std::size_t rest = text.size() - begin;
  const void* newline = std::memchr(start, '\n', rest);
  std::size_t length = newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - start) : rest;
  // A lone \r ends a line too; only old files have one.
  if (const void* carriage = std::memchr(start, '\r', length)) {
    length = static_cast<std::size_t>(static_cast<const char*>(carriage) - start);
    at = begin + length + 1;
    if (at < text.size() && text[at] == '\n') ++at;
    return text.substr(begin, length);
  }
  at = std::min(begin + length + 1, text.size());
  return text.substr(begin, length);
}

std::string detected_separator(std::string_view text) {
  const auto found = text.find_first_of("\r\n");
  if (found == std::string_view::npos || text[found] == '\n') return "\n";
  return found + 1 < text.size() && text[found + 1] == '\n' ? "\r\n" : "\r";
}

std::size_t line_start_from(std::string_view text, std::size_t at, std::string_view separator) {
  if (at == 0) return 0;
  // A separator that straddles `at` belongs to the line before it.
  std::size_t from = separator.size() > 1 ? at - std::min(at, separator.size() - 1) : at - 1;
  if (!separator.empty()) {
    while (true) {
      const std::size_t found = text.find(separator, from);
      if (found == std::string_view::npos) return text.size();
      if (found + separator.size() >= at) return found + separator.size();
      from = found + 1;
    }
  }
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\n') return i + 1;
    if (text[i] == '\r' && !(i + 1 < text.size() && text[i + 1] == '\n')) return i + 1;
  }
  return text.size();
}

bool is_blank_line(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

namespace {

// Bytes of the well-formed sequence at `i`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0; };
  const auto continues = [&](std::size_t k) { return (byte(k) & 0xC0) == 0x80; };
  const unsigned c = byte(i);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c < 0xE0) return continues(i + 1) ? 2 : 0;
  if (c >= 0xE0 && c < 0xF0) {
    const unsigned d = byte(i + 1);
    if ((c == 0xE0 && d < 0xA0) || (c == 0xED && d > 0x9F)) return 0;
    return continues(i + 1) && continues(i + 2) ? 3 : 0;
  }
  if (c >= 0xF0 && c < 0xF5) {
    const unsigned d = byte(i + 1);
    if ((c == 0xF0 && d < 0x90) || (c == 0xF4 && d > 0x8F)) return 0;
    return continues(i + 1) && continues(i + 2) && continues(i + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string_view valid_utf8(std::string_view text, std::string& storage) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) break;
    i += length;
  }
  if (i == text.size()) return text;
  storage.assign(text.substr(0, i));
  while (i < text.size()) {
    const std::size_t length = sequence_length(text, i);
    if (length == 0) {
      storage += "\xEF\xBF\xBD";
      ++i;
    } else {
      storage.append(text.substr(i, length));
      i += length;
    }
  }
  return storage;
}

}  // namespace lab::scan
