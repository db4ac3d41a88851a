#include "scan/text_lines.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "scan/packing.h"
#include "scan/text_encoding.h"

namespace lab::scan {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw Error(conditions::kFailedReadFile, {{"path", "file://" + path}, {"message", message}});
}

std::string_view without_mark(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text; }

class MappedFile : public TextFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) throw Error(conditions::kFileNotExist, {{"path", "file://" + path}});
    if (file < 0) fail(path, std::strerror(errno));
    map(file, path);
  }
  /// Takes the open file over.
  MappedFile(int file, const std::string& path) { map(file, path); }
  ~MappedFile() override {
    if (size_ > 0) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }
  std::string_view text() const override { return without_mark(bytes()); }

 private:
  void map(int file, const std::string& path) {
    struct stat status {};
    ::fstat(file, &status);
    size_ = S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
    if (size_ > 0) {
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (data_ == MAP_FAILED) {
        const int error = errno;
        size_ = 0;
        ::close(file);
        fail(path, std::strerror(error));
      }
      ::madvise(data_, size_, MADV_SEQUENTIAL);
    }
    ::close(file);
  }

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

class SharedText : public TextFile {
 public:
  explicit SharedText(std::shared_ptr<const std::string> text) : text_(std::move(text)) {}
  std::string_view text() const override { return *text_; }

 private:
  std::shared_ptr<const std::string> text_;
};

/// What a packed file unpacks to: in memory, or in a file without a name once it is large, so that a small file that unpacks to
/// gigabytes costs disk and no memory.
class UnpackedText : public UnpackedSink {
 public:
  explicit UnpackedText(const std::string& path) : path_(path) {}
  ~UnpackedText() override {
    if (file_ >= 0) ::close(file_);
  }

  void append(std::string_view block) override {
    text_ += block;
    if (text_.size() > kMaxInMemory) spill();
  }
  std::shared_ptr<const TextFile> finish() {
    if (file_ < 0) return std::make_shared<const OwnedText>(std::move(text_));
    spill();
    return std::make_shared<const MappedFile>(std::exchange(file_, -1), path_);
  }

 private:
  static constexpr std::size_t kMaxInMemory = 32U << 20U;

  void spill() {
    if (file_ < 0) {
      file_ = ::open(std::filesystem::temp_directory_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
      if (file_ < 0) fail(path_, std::strerror(errno));
    }
    for (std::string_view rest = text_; !rest.empty();) {
      const auto written = ::write(file_, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) fail(path_, std::strerror(errno));
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    text_.clear();
  }

  const std::string& path_;
  std::string text_;
  int file_ = -1;
};

std::shared_ptr<const TextFile> unpacked(const std::string& path) {
  const MappedFile packed(path);
  UnpackedText text(path);
  if (const auto problem = unpack(packed.bytes(), packing_of(path), text)) fail(path, *problem);
  return text.finish();
}

}  // namespace

std::shared_ptr<const TextFile> TextFile::open(const DataFile& file, const std::string& encoding) {
  if (file.text) return std::make_shared<const SharedText>(file.text);
  const std::string& path = file.path;
  if (is_packed(path)) {
    auto text = unpacked(path);
    return is_utf8(encoding) ? text : std::make_shared<const OwnedText>(decode_text(text->text(), encoding));
  }
  auto mapped = std::make_shared<const MappedFile>(path);
  if (is_utf8(encoding)) return mapped;
  return std::make_shared<const OwnedText>(decode_text(mapped->bytes(), encoding));
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
