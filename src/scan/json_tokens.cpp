#include "scan/json_tokens.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "compute/json_text.h"
#include "compute/real_math.h"

namespace lab::scan {

namespace {

bool is_json_digit(char c) { return c >= '0' && c <= '9'; }

// Java's identifiers, as far as bytes tell; what is not ASCII counts as a letter.
bool is_word_part(char c) {
  return is_json_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::uint64_t kOnes = 0x0101010101010101ULL, kHighs = 0x8080808080808080ULL;

std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

// The first quote, backslash or control character at `at` or behind it.
std::size_t find_special(std::string_view text, std::size_t at, char quote) {
  const std::uint64_t quotes = kOnes * static_cast<unsigned char>(quote);
  while (at + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t found = zero_bytes(word ^ quotes) | zero_bytes(word ^ (kOnes * '\\')) | ((word - kOnes * 0x20) & ~word & kHighs);
    // A borrow may mark a byte too much, but never before the first true one.
    if (found != 0) return at + static_cast<std::size_t>(__builtin_ctzll(found)) / 8;
    at += 8;
  }
  while (at < text.size() && text[at] != quote && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20) ++at;
  return at;
}

int hex_value(char c) {
  if (is_json_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char32_t code_unit(std::string_view text, std::size_t at) {
  char32_t unit = 0;
  for (std::size_t i = 0; i < 4; ++i) unit = unit << 4 | static_cast<char32_t>(hex_value(text[at + i]));
  return unit;
}

bool is_code_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return false;
  for (std::size_t i = 0; i < 4; ++i)
    if (hex_value(text[at + i]) < 0) return false;
  return true;
}

void append_character(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

void JsonTokens::begin(std::string_view record) {
  text_ = record;
  at_ = 0;
  open_.clear();
  wants_comma_ = false;
  token_ = simdjson::validate_utf8(record.data(), record.size()) ? JsonToken::None : JsonToken::Bad;
}

bool JsonTokens::skip_comment() {
  if (!options_.allows_comments || at_ + 1 >= text_.size()) return false;
  if (text_[at_ + 1] == '/') {
    const auto end = text_.find_first_of("\r\n", at_);
    at_ = std::min(end, text_.size());
    return true;
  }
  if (text_[at_ + 1] != '*') return false;
  const auto end = text_.find("*/", at_ + 2);
  if (end == std::string_view::npos) return false;
  at_ = end + 2;
  return true;
}

// False: something that is neither blank nor an allowed comment, but begins like one.
bool JsonTokens::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c != '/') {
      return true;
    } else if (!skip_comment()) {
      return false;
    }
  }
  return true;
}

JsonToken JsonTokens::next() {
  if (token_ == JsonToken::Bad) return token_;
  if (!skip_blanks()) return bad();
  if (token_ == JsonToken::Name) return at_ < text_.size() ? read_value() : bad();
  if (at_ == text_.size()) return open_.empty() ? token_ = JsonToken::None : bad();
  char c = text_[at_];
  if (c == '}' || c == ']') {
    if (open_.empty() || open_.back() != (c == '}' ? '{' : '[')) return bad();
    open_.pop_back();
    ++at_;
    wants_comma_ = true;
    return token_ = c == '}' ? JsonToken::EndObject : JsonToken::EndArray;
  }
  if (wants_comma_ && !open_.empty()) {
    if (c != ',') return bad();
    ++at_;
    if (!skip_blanks() || at_ == text_.size()) return bad();
    c = text_[at_];
  }
  return !open_.empty() && open_.back() == '{' ? read_name() : read_value();
}

JsonToken JsonTokens::read_name() {
  const char c = text_[at_];
  if (c == '"' || (c == '\'' && options_.allows_single_quotes)) {
    if (!read_quoted(c)) return bad();
  } else if (!options_.allows_unquoted_names || !read_unquoted_name()) {
    return bad();
  }
  if (!skip_blanks() || at_ == text_.size() || text_[at_] != ':') return bad();
  ++at_;
  return token_ = JsonToken::Name;
}

bool JsonTokens::read_unquoted_name() {
  const std::size_t begin = at_;
  const auto is_part = [](char c) { return is_word_part(c) || std::strchr("@#*-+", c) != nullptr; };
  while (at_ < text_.size() && text_[at_] != 0 && is_part(text_[at_])) ++at_;
  raw_ = text_.substr(begin, at_ - begin);
  has_escapes_ = false;
  return !raw_.empty();
}

bool JsonTokens::is_escape_at(std::size_t at, std::size_t& length) const {
  if (at + 1 >= text_.size()) return false;
  const char c = text_[at + 1];
  length = 2;
  if (c == 'u') {
    length = 6;
    return is_code_unit(text_, at + 2);
  }
  if (std::strchr("\"\\/bfnrt", c) != nullptr && c != 0) return true;
  return options_.allows_any_escape || (c == '\'' && options_.allows_single_quotes);
}

bool JsonTokens::read_quoted(char quote) {
  const std::size_t begin = ++at_;
  has_escapes_ = false;
  while (true) {
    at_ = find_special(text_, at_, quote);
    if (at_ == text_.size()) return false;
    const char c = text_[at_];
    if (c == quote) break;
    if (c == '\\') {
      std::size_t length = 0;
      if (!is_escape_at(at_, length)) return false;
      has_escapes_ = true;
      at_ += length;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      if (!options_.allows_control_characters) return false;
      ++at_;
    } else {
      ++at_;
    }
  }
  raw_ = text_.substr(begin, at_ - begin);
  ++at_;
  return true;
}

JsonToken JsonTokens::read_value() {
  wants_comma_ = true;
  value_at_ = at_;
  switch (const char c = text_[at_]) {
    case '{':
    case '[':
      if (open_.size() >= static_cast<std::size_t>(options_.max_depth)) return bad();
      open_ += c;
      ++at_;
      wants_comma_ = false;
      return token_ = c == '{' ? JsonToken::StartObject : JsonToken::StartArray;
    case '"': return read_quoted('"') ? token_ = JsonToken::String : bad();
    case '\'': return options_.allows_single_quotes && read_quoted('\'') ? token_ = JsonToken::String : bad();
    case 't': return read_word("true", JsonToken::True);
    case 'f': return read_word("false", JsonToken::False);
    case 'n': return read_word("null", JsonToken::Null);
    case 'N': return read_special(false, false);
    case 'I': return read_special(false, false);
    case '+': ++at_; return read_special(false, true);
    case '-':
      if (at_ + 1 < text_.size() && text_[at_ + 1] == 'I') {
        ++at_;
        return read_special(true, true);
      }
      return read_number();
    default: return is_json_digit(c) ? read_number() : bad();
  }
}

JsonToken JsonTokens::read_word(std::string_view word, JsonToken token) {
  if (text_.compare(at_, word.size(), word) != 0) return bad();
  at_ += word.size();
  if (at_ < text_.size() && is_word_part(text_[at_])) return bad();
  raw_ = word;
  has_escapes_ = false;
  return token_ = token;
}

JsonToken JsonTokens::read_special(bool is_negative, bool is_signed) {
  if (!options_.allows_special_numbers) return bad();
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("NaN") && !is_signed) {
    read_word("NaN", JsonToken::Special);
  } else if (rest.starts_with("Infinity")) {
    read_word("Infinity", JsonToken::Special);
  } else if (is_signed && rest.starts_with("INF")) {
    read_word("INF", JsonToken::Special);
    raw_ = "Infinity";
  } else {
    return bad();
  }
  if (token_ == JsonToken::Special && is_negative) raw_ = "-Infinity";
  return token_;
}

JsonToken JsonTokens::read_number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    const std::size_t first = at_;
    while (at_ < text_.size() && is_json_digit(text_[at_])) ++at_;
    return at_ - first;
  };
  if (text_[at_] == '-') ++at_;
  const std::size_t first = at_;
  if (digits() == 0) return bad();
  const bool has_zeros = text_[first] == '0' && at_ - first > 1;
  if (has_zeros && !options_.allows_leading_zeros) return bad();
  token_ = JsonToken::Whole;
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    if (digits() == 0) return bad();
    token_ = JsonToken::Real;
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (digits() == 0) return bad();
    token_ = JsonToken::Real;
  }
  if (at_ - begin > static_cast<std::size_t>(options_.max_number_length)) return bad();
  raw_ = text_.substr(begin, at_ - begin);
  has_escapes_ = false;
  if (has_zeros) {
    std::size_t zeros = first - begin;
    while (zeros + 1 < raw_.size() && raw_[zeros] == '0' && is_json_digit(raw_[zeros + 1])) ++zeros;
    plain_.assign(begin < first ? "-" : "");
    plain_ += raw_.substr(zeros);
    raw_ = plain_;
  }
  return token_;
}

void JsonTokens::unescape() {
  plain_.clear();
  for (std::size_t i = 0; i < raw_.size(); ++i) {
    if (raw_[i] != '\\') {
      plain_ += raw_[i];
      continue;
    }
    switch (const char c = raw_[++i]) {
      case 'b': plain_ += '\b'; break;
      case 'f': plain_ += '\f'; break;
      case 'n': plain_ += '\n'; break;
      case 'r': plain_ += '\r'; break;
      case 't': plain_ += '\t'; break;
      case 'u': {
        char32_t unit = code_unit(raw_, i + 1);
        i += 4;
        if (unit >= 0xD800 && unit < 0xDC00 && i + 6 < raw_.size() && raw_[i + 1] == '\\' && raw_[i + 2] == 'u') {
          const char32_t low = code_unit(raw_, i + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        // Half of a pair has no UTF-8; Java writes a question mark.
        if (unit >= 0xD800 && unit < 0xE000) unit = '?';
        append_character(plain_, unit);
        break;
      }
      default: plain_ += c;
    }
  }
  raw_ = plain_;
  has_escapes_ = false;
}

std::string_view JsonTokens::text() {
  if (has_escapes_) unescape();
  return raw_;
}

bool JsonTokens::skip_children() {
  if (token_ != JsonToken::StartObject && token_ != JsonToken::StartArray) return token_ != JsonToken::Bad;
  const std::size_t depth = open_.size();
  while (open_.size() >= depth) {
    if (next() == JsonToken::Bad) return false;
  }
  return true;
}

void JsonTokens::append_printed(std::string& out) {
  switch (token_) {
    case JsonToken::String:
    case JsonToken::Special: compute::append_json_string(out, text()); break;
    case JsonToken::Real: {
      double value = 0;
      const auto [end, error] = std::from_chars(raw_.data(), raw_.data() + raw_.size(), value);
      if (error == std::errc::result_out_of_range) {
        value = raw_.find("e-") != std::string_view::npos || raw_.find("E-") != std::string_view::npos ? 0 : std::numeric_limits<double>::infinity();
        if (raw_[0] == '-') value = -value;
      }
      if (std::isfinite(value)) {
        out += compute::real_text(value);
      } else {
        compute::append_json_string(out, compute::real_text(value));
      }
      break;
    }
    case JsonToken::Whole: out += raw_ == "-0" ? "0" : raw_; break;
    default: out += raw_;
  }
}

bool JsonTokens::append_value(std::string& out, bool exact) {
  const bool is_nested = token_ == JsonToken::StartObject || token_ == JsonToken::StartArray;
  if (exact) {
    const std::size_t begin = value_at_;
    if (is_nested && !skip_children()) return false;
    out += text_.substr(begin, at_ - begin);
    return true;
  }
  if (!is_nested) {
    append_printed(out);
    return true;
  }
  const std::size_t depth = open_.size();
  bool is_first = true;
  out += token_ == JsonToken::StartObject ? '{' : '[';
  while (true) {
    switch (next()) {
      case JsonToken::Bad: return false;
      case JsonToken::EndObject:
      case JsonToken::EndArray:
        out += token_ == JsonToken::EndObject ? '}' : ']';
        if (open_.size() < depth) return true;
        is_first = false;
        continue;
      default: break;
    }
    if (!is_first) out += ',';
    is_first = false;
    if (token_ == JsonToken::Name) {
      compute::append_json_string(out, text());
      out += ':';
      if (next() == JsonToken::Bad) return false;
    }
    if (token_ == JsonToken::StartObject || token_ == JsonToken::StartArray) {
      out += token_ == JsonToken::StartObject ? '{' : '[';
      is_first = true;
    } else {
      append_printed(out);
    }
  }
}

}  // namespace lab::scan
