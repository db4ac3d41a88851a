#include "lake/delta/json_reader.h"

#include <charconv>
#include <cmath>

namespace lab::lake::delta {
namespace {

constexpr int kMostDepth = 256;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool ends_token(char c) { return is_blank(c) || c == ',' || c == '}' || c == ']'; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 63));
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  }
}

// JSON's grammar of numbers.
bool is_number(std::string_view token) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at > start;
  };
  if (at < token.size() && token[at] == '-') ++at;
  const std::size_t whole = at;
  if (!digits() || (token[whole] == '0' && at > whole + 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == token.size();
}

}  // namespace

void JsonReader::fail(const char* what) const { throw JsonError(std::string(what) + " at byte " + std::to_string(at_)); }

void JsonReader::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

JsonReader::Kind JsonReader::kind() {
  skip_blanks();
  if (at_ >= text_.size()) fail("the text ends where a value is expected");
  switch (text_[at_]) {
    case '{': return Kind::Object;
    case '[': return Kind::Array;
    case '"': return Kind::Text;
    case 't':
    case 'f': return Kind::Boolean;
    case 'n': return Kind::Null;
    default:
      if (text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9')) return Kind::Number;
      fail("no JSON value");
  }
}

void JsonReader::open(char bracket) {
  if (kind() != (bracket == '{' ? Kind::Object : Kind::Array)) fail(bracket == '{' ? "an object is expected" : "an array is expected");
  if (++depth_ > kMostDepth) fail("nested too deeply");
  ++at_;
}

bool JsonReader::more(bool first, char close) {
  skip_blanks();
  if (at_ >= text_.size()) fail("the text ends inside a value");
  if (text_[at_] == close) {
    ++at_;
    --depth_;
    return false;
  }
  if (!first) {
    if (text_[at_] != ',') fail("a comma is expected");
    ++at_;
  }
  return true;
}

std::string_view JsonReader::key(std::string& buffer) {
  if (kind() != Kind::Text) fail("a name is expected");
  const std::size_t start = at_ + 1;
  const std::size_t end = text_.find_first_of("\"\\", start);
  std::string_view name;
  if (end != std::string_view::npos && text_[end] == '"') {
    name = text_.substr(start, end - start);
    at_ = end + 1;
  } else {
    buffer = text();
    name = buffer;
  }
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != ':') fail("a colon is expected");
  ++at_;
  return name;
}

void JsonReader::append_escape(std::string& out) {
  const auto four = [&]() -> std::uint32_t {
    std::uint32_t code = 0;
    const char* begin = text_.data() + at_;
    if (at_ + 4 > text_.size()) fail("the text ends inside an escape");
    const auto [stop, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc{} || stop != begin + 4) fail("no escape");
    at_ += 4;
    return code;
  };
  if (at_ >= text_.size()) fail("the text ends inside an escape");
  switch (text_[at_++]) {
    case '"': out += '"'; return;
    case '\\': out += '\\'; return;
    case '/': out += '/'; return;
    case 'b': out += '\b'; return;
    case 'f': out += '\f'; return;
    case 'n': out += '\n'; return;
    case 'r': out += '\r'; return;
    case 't': out += '\t'; return;
    case 'u': break;
    default: fail("no escape");
  }
  std::uint32_t code = four();
  if (code >= 0xD800 && code < 0xDC00) {
    if (text_.substr(at_, 2) != "\\u") fail("half a surrogate pair");
    at_ += 2;
    const std::uint32_t low = four();
    if (low < 0xDC00 || low >= 0xE000) fail("half a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code < 0xE000) {
    fail("half a surrogate pair");
  }
  append_utf8(out, code);
}

std::string JsonReader::text() {
  if (kind() != Kind::Text) fail("a text is expected");
  ++at_;
  std::string out;
  for (;;) {
    const std::size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos) fail("the text ends inside a string");
    out.append(text_, at_, end - at_);
    at_ = end + 1;
    if (text_[end] == '"') return out;
    append_escape(out);
  }
}

void JsonReader::skip_text() {
  ++at_;
  for (;;) {
    const std::size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos) fail("the text ends inside a string");
    at_ = end + 1;
    if (text_[end] == '"') return;
    ++at_;
  }
}

std::string_view JsonReader::token() {
  const Kind what = kind();
  if (what != Kind::Number && what != Kind::Boolean && what != Kind::Null) fail("a number or boolean is expected");
  const std::size_t start = at_;
  while (at_ < text_.size() && !ends_token(text_[at_])) ++at_;
  const std::string_view token = text_.substr(start, at_ - start);
  const bool is_good = what == Kind::Number ? is_number(token) : what == Kind::Null ? token == "null" : token == "true" || token == "false";
  if (!is_good) fail("no JSON value");
  return token;
}

bool JsonReader::boolean() {
  if (kind() != Kind::Boolean) fail("a boolean is expected");
  return token() == "true";
}

std::int64_t JsonReader::integer() {
  if (kind() != Kind::Number) fail("a number is expected");
  const std::string_view digits = token();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc{} && end == digits.data() + digits.size()) return value;
  double real = 0;
  const auto [real_end, real_error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  if (real_error != std::errc{} || real_end != digits.data() + digits.size() || std::fabs(real) > 9e18 || std::trunc(real) != real) fail("a whole number is expected");
  return static_cast<std::int64_t>(real);
}

std::string_view JsonReader::raw() {
  switch (kind()) {
    case Kind::Object: {
      const std::size_t start = at_;
      object([&](std::string_view) { skip(); });
      return text_.substr(start, at_ - start);
    }
    case Kind::Array: {
      const std::size_t start = at_;
      array([&] { skip(); });
      return text_.substr(start, at_ - start);
    }
    case Kind::Text: {
      const std::size_t start = at_;
      skip_text();
      if (at_ > text_.size()) fail("the text ends inside a string");
      return text_.substr(start, at_ - start);
    }
    default: return token();
  }
}

bool JsonReader::skip_null() {
  if (kind() != Kind::Null) return false;
  token();
  return true;
}

void JsonReader::end() {
  skip_blanks();
  if (at_ != text_.size()) fail("more than one value");
}

}  // namespace lab::lake::delta
