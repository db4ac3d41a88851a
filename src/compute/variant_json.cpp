#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/variant.h"

// JSON text and paths into it, as Jackson reads them for Spark.
namespace lab::compute {

namespace {

constexpr int kDeepestJson = 1000;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Variant read() {
    value(0);
    // Jackson looks at one token behind the value.
    return builder_.result();
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(conditions::kMalformedRecord, {{"badRecord", std::string(text_)}, {"failFastMode", "FAILFAST"}});
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void expect(char c) {
    skip();
    if (peek() != c) fail();
    ++at_;
  }
  bool accept(char c) {
    skip();
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  void value(int depth) {
    if (depth > kDeepestJson) fail();
    skip();
    switch (peek()) {
      case '{': object(depth); return;
      case '[': array(depth); return;
      case '"': builder_.append(std::string_view(string())); return;
      case 't': word("true"); builder_.append(true); return;
      case 'f': word("false"); builder_.append(false); return;
      case 'n': word("null"); builder_.append_null(); return;
      default: number();
    }
  }

  void word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail();
    at_ += word.size();
    const char next = peek();
    if (std::isalnum(static_cast<unsigned char>(next)) || next == '_') fail();
  }

  void object(int depth) {
    const std::size_t start = builder_.position();
    std::vector<VariantBuilder::Member> members;
    ++at_;
    if (!accept('}')) {
      do {
        skip();
        if (peek() != '"') fail();
        std::string key = string();
        expect(':');
        const auto id = builder_.add_key(key);
        members.push_back({std::move(key), id, builder_.position() - start});
        value(depth + 1);
      } while (accept(','));
      expect('}');
    }
    try {
      builder_.finish_object(start, std::move(members));
    } catch (const Error& error) {
      // Of a key that comes twice Spark says that the record is malformed.
      if (std::string_view(error.condition().name) == conditions::kVariantDuplicateKey.name) fail();
      throw;
    }
  }

  void array(int depth) {
    const std::size_t start = builder_.position();
    std::vector<std::size_t> offsets;
    ++at_;
    if (!accept(']')) {
      do {
        offsets.push_back(builder_.position() - start);
        value(depth + 1);
      } while (accept(','));
      expect(']');
    }
    builder_.finish_array(start, offsets);
  }

  unsigned hex4() {
    if (text_.size() - at_ < 4) fail();
    unsigned code = 0;
    const auto* end = text_.data() + at_ + 4;
    if (std::from_chars(text_.data() + at_, end, code, 16).ptr != end) fail();
    at_ += 4;
    return code;
  }

  void append_code(std::string& out, unsigned code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
      out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }

  std::string string() {
    std::string out;
    for (++at_; ; ++at_) {
      if (at_ >= text_.size()) fail();
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) fail();
      if (c != '\\') {
        out += c;
        continue;
      }
      if (++at_ >= text_.size()) fail();
      static constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
      if (const auto name = kNames.find(text_[at_]); name != std::string_view::npos) {
        out += kMeanings[name];
      } else if (text_[at_] == 'u') {
        ++at_;
        unsigned code = hex4();
        if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
          at_ += 2;
          const unsigned low = hex4();
          if (low >= 0xDC00 && low < 0xE000) code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          else append_code(out, '?'), code = low;
        }
        // Half a pair has no UTF-8 of its own.
        append_code(out, code >= 0xD800 && code < 0xE000 ? '?' : code);
        --at_;
      } else {
        fail();
      }
    }
    ++at_;
    return out;
  }

  std::size_t digits() {
    const std::size_t from = at_;
    while (std::isdigit(static_cast<unsigned char>(peek()))) ++at_;
    return at_ - from;
  }

  void number() {
    const std::size_t from = at_;
    if (peek() == '-') ++at_;
    const std::size_t first = at_;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && text_[first] == '0')) fail();
    bool plain = true, fraction = false;
    if (peek() == '.') {
      ++at_;
      fraction = true;
      if (digits() == 0) fail();
    }
    if (peek() == 'e' || peek() == 'E') {
      plain = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits() == 0) fail();
    }
    const char next = peek();
    if (std::isalpha(static_cast<unsigned char>(next)) || next == '_' || next == '.') fail();
    const std::string token(text_.substr(from, at_ - from));
    std::int64_t integer = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), integer);
    if (plain && !fraction && parsed.ec == std::errc()) return builder_.append(integer);
    if (plain && append_exact(token)) return;
    builder_.append_double(std::strtod(token.c_str(), nullptr));
  }

  /// Digits with a point, up to 38 of them; false when there are more.
  bool append_exact(const std::string& token) {
    UInt128 unscaled = 0;
    int scale = 0, count = 0;
    bool behind = false;
    for (const char c : token) {
      if (c == '-') continue;
      if (c == '.') {
        behind = true;
        continue;
      }
      if (behind) ++scale;
      if (c != '0' || count > 0) ++count;
      if (count > 38) return false;
      unscaled = unscaled * 10 + static_cast<unsigned>(c - '0');
    }
    if (scale > 38) return false;
    const auto value = static_cast<Int128>(unscaled);
    builder_.append_decimal(token[0] == '-' ? -value : value, scale);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  VariantBuilder builder_;
};

}  // namespace

Variant parse_variant(std::string_view json) { return JsonReader(json).read(); }

std::optional<std::vector<VariantStep>> parse_variant_path(std::string_view path) {
  if (path.empty() || path[0] != '$') return {};
  std::vector<VariantStep> steps;
  for (std::size_t at = 1; at < path.size();) {
    if (path[at] == '.') {
      const std::size_t end = std::min(path.find_first_of(".[", at + 1), path.size());
      if (end == at + 1) return {};
      steps.push_back({std::string(path.substr(at + 1, end - at - 1)), {}});
      at = end;
    } else if (path[at] == '[' && at + 1 < path.size() && (path[at + 1] == '\'' || path[at + 1] == '"')) {
      const char quote = path[at + 1];
      const std::size_t end = path.find(quote, at + 2);
      if (end == std::string_view::npos || end == at + 2 || end + 1 >= path.size() || path[end + 1] != ']') return {};
      steps.push_back({std::string(path.substr(at + 2, end - at - 2)), {}});
      at = end + 2;
    } else if (path[at] == '[') {
      const std::size_t end = path.find(']', at);
      std::size_t index = 0;
      if (end == std::string_view::npos || end == at + 1) return {};
      const auto* last = path.data() + end;
      if (std::from_chars(path.data() + at + 1, last, index).ptr != last) return {};
      steps.push_back({{}, index});
      at = end + 1;
    } else {
      return {};
    }
  }
  return steps;
}

}  // namespace lab::compute
