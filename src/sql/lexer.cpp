#include "sql/lexer.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lab::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_byte(char c) { return is_digit(c) || is_ascii_letter(c) || c == '_'; }

/// Bytes of the name's character at `at`; 0 when there is none. Letters of any script make names here; the parser refuses
/// unquoted names with other than ASCII ones, as Spark does, by saying so.
std::size_t name_character(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (is_name_byte(text[at])) return 1;
  if (static_cast<unsigned char>(text[at]) < 0x80) return 0;
  auto next = static_cast<std::int32_t>(at);
  UChar32 code = 0;
  U8_NEXT(text.data(), next, static_cast<std::int32_t>(text.size()), code);
  if (code < 0 || (U_GET_GC_MASK(code) & U_GC_L_MASK) == 0) return 0;
  return static_cast<std::size_t>(next) - at;
}

// Longest first. `>>` and `>>>` are read by the expression parser out of adjacent `>`, since types nest with them too.
constexpr std::array<std::string_view, 39> kSymbols{
    "<=>", "/*+", "->", "=>", "<=", ">=", "<>", "!=", "!>", "!<", "==", "||", "|>", "::", "<<", "*/", ":=", ";", "(", ")",
    ",",   ".",   "[",  "]",  "!",  "=",  "<",  ">",  "+",  "-",  "*",  "/",  "%",  "~",  "&",  "|",  "^",  ":", "?"};

class Lexer {
 public:
  Lexer(std::string_view text, bool doubled_quotes) : text_(text), doubled_quotes_(doubled_quotes) {}

  Tokens run() {
    while (skip_space()) read_token();
    Token end;
    end.start = end.end = static_cast<std::uint32_t>(text_.size());
    place(end, text_.size());
    tokens_.list.push_back(std::move(end));
    match_parentheses();
    return std::move(tokens_);
  }

 private:
  char look(std::size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
  bool starts_with(std::string_view prefix) const { return text_.substr(position_).starts_with(prefix); }

  /// Length of white space at the position; Spark's list has some of Unicode's spaces too.
  std::size_t space_here() const {
    const char c = look();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') return 1;
    for (const std::string_view wide : {"\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007",
                                        "\u2008", "\u2009", "\u200A", "\u2028", "\u202F", "\u205F", "\u3000"})
      if (static_cast<unsigned char>(c) >= 0x80 && starts_with(wide)) return wide.size();
    return 0;
  }

  bool skip_space() {
    while (position_ < text_.size()) {
      if (const auto space = space_here()) {
        position_ += space;
      } else if (starts_with("--")) {
        skip_line_comment();
      } else if (starts_with("/*") && look(2) != '+') {
        skip_bracketed_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_line_comment() {
    while (position_ < text_.size() && look() != '\n' && look() != '\r') {
      // A backslash at the end of the line continues the comment.
      position_ += look() == '\\' && look(1) == '\n' ? 2 : 1;
    }
  }

  void skip_bracketed_comment() {
    int depth = 0;
    while (position_ < text_.size()) {
      if (starts_with("/*") && (look(2) != '+' || depth > 0)) {
        ++depth;
        position_ += 2;
      } else if (starts_with("*/")) {
        position_ += 2;
        if (--depth == 0) return;
      } else {
        ++position_;
      }
    }
    tokens_.has_unclosed_comment = true;
  }

  void read_token() {
    const std::size_t start = position_;
    Token token;
    place(token, start);
    const char c = look();
    if (c == '\'' || c == '"') {
      read_string(token, c);
    } else if ((c == 'r' || c == 'R') && (look(1) == '\'' || look(1) == '"')) {
      read_raw_string(token, look(1));
    } else if (c == '`') {
      read_quoted(token);
    } else if (is_digit(c) || (c == '.' && is_digit(look(1)))) {
      read_number(token);
    } else if (name_character(text_, position_) > 0) {
      read_word(token);
    } else {
      read_symbol(token);
    }
    if (position_ == start) {
      token.kind = TokenKind::Invalid;
      ++position_;
      while (position_ < text_.size() && (static_cast<unsigned char>(text_[position_]) & 0xC0) == 0x80) ++position_;
    }
    token.start = static_cast<std::uint32_t>(start);
    token.end = static_cast<std::uint32_t>(position_);
    if (token.is("?")) token.partner = parameters_++;
    tokens_.list.push_back(std::move(token));
  }

  void read_string(Token& token, char quote) {
    std::size_t at = position_ + 1;
    std::string joined;  // pieces between doubled quotes, with one quote each
    std::size_t piece = at;
    while (at < text_.size()) {
      if (text_[at] == '\\' && at + 1 < text_.size()) {
        at += 2;
      } else if (text_[at] != quote) {
        ++at;
      } else if (doubled_quotes_ && at + 1 < text_.size() && text_[at + 1] == quote) {
        joined += unescape_literal(text_.substr(piece, at - piece));
        joined += quote;
        at += 2;
        piece = at;
      } else {
        token.kind = TokenKind::String;
        token.text = joined + unescape_literal(text_.substr(piece, at - piece));
        position_ = at + 1;
        return;
      }
    }
  }

  void read_raw_string(Token& token, char quote) {
    const auto close = text_.find(quote, position_ + 2);
    if (close == std::string_view::npos) return read_word(token);
    token.kind = TokenKind::String;
    token.text = text_.substr(position_ + 2, close - position_ - 2);
    position_ = close + 1;
  }

  void read_quoted(Token& token) {
    std::string name;
    for (std::size_t at = position_ + 1; at < text_.size(); ++at) {
      if (text_[at] == '`') {
        if (at + 1 >= text_.size() || text_[at + 1] != '`') {
          token.kind = TokenKind::Quoted;
          token.text = std::move(name);
          position_ = at + 1;
          return;
        }
        ++at;
      }
      name += text_[at];
    }
  }

  std::size_t digits_from(std::size_t at) const {
    while (at < text_.size() && is_digit(text_[at])) ++at;
    return at;
  }

  std::size_t exponent_from(std::size_t at) const {
    if (at >= text_.size() || (text_[at] | 32) != 'e') return at;
    std::size_t digits = at + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
    const std::size_t end = digits_from(digits);
    return end > digits ? end : at;
  }

  /// The suffix that makes `[position_, at)` a number of `kind`, or nothing.
  std::size_t suffix_from(std::size_t at, bool has_dot, bool has_exponent, TokenKind& kind) const {
    kind = has_exponent ? TokenKind::Exponent : has_dot ? TokenKind::Decimal : TokenKind::Integer;
    const auto upper = [&](std::size_t i) { return i < text_.size() ? static_cast<char>(std::toupper(static_cast<unsigned char>(text_[i]))) : '\0'; };
    const char c = upper(at);
    if (c == 'B' && upper(at + 1) == 'D') return kind = TokenKind::BigDecimal, 2;
    if (c == 'D') return kind = TokenKind::Double, 1;
    if (c == 'F') return kind = TokenKind::Float, 1;
    if (has_dot || has_exponent) return 0;
    if (c == 'L') return kind = TokenKind::BigInt, 1;
    if (c == 'S') return kind = TokenKind::SmallInt, 1;
    if (c == 'Y') return kind = TokenKind::TinyInt, 1;
    return 0;
  }

  // The longest reading wins, a number before a name of the same length: `1e3` is a number, `1e3x` and `1a` are names,
  // and `1.5x` is no decimal, so that `t.1col` keeps its dot.
  void read_number(Token& token) {
    std::size_t name_end = position_;
    while (const auto length = name_character(text_, name_end)) name_end += length;
    const std::size_t whole = digits_from(position_);
    const auto try_number = [&](bool with_dot) {
      std::size_t at = whole;
      if (with_dot) at = digits_from(whole + 1);
      const std::size_t exponent = exponent_from(at);
      for (const bool with_exponent : {true, false}) {
        if (with_exponent && exponent == at) continue;
        const std::size_t digits_end = with_exponent ? exponent : at;
        TokenKind kind{};
        for (const std::size_t suffix : {suffix_from(digits_end, with_dot, with_exponent, kind), std::size_t{0}}) {
          if (suffix == 0) kind = with_exponent ? TokenKind::Exponent : with_dot ? TokenKind::Decimal : TokenKind::Integer;
          const std::size_t end = digits_end + suffix;
          const bool followed = end < text_.size() && is_name_byte(text_[end]);
          if (with_dot ? followed : end < name_end) continue;
          token.kind = kind;
          token.text = text_.substr(position_, digits_end - position_);
          position_ = end;
          return true;
        }
      }
      return false;
    };
    if (whole < text_.size() && text_[whole] == '.' && try_number(true)) return;
    if (whole == position_) return read_symbol(token);
    if (try_number(false)) return;
    read_word(token);
  }

  void read_word(Token& token) {
    const std::size_t start = position_;
    while (const auto length = name_character(text_, position_)) position_ += length;
    token.kind = TokenKind::Word;
    token.text = text_.substr(start, position_ - start);
    std::transform(token.text.begin(), token.text.end(), token.text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }

  void read_symbol(Token& token) {
    for (const auto symbol : kSymbols) {
      if (!starts_with(symbol)) continue;
      token.kind = TokenKind::Symbol;
      token.text = symbol;
      position_ += symbol.size();
      return;
    }
  }

  /// Line and column of the byte at `at`, counted on from the last call.
  void place(Token& token, std::size_t at) {
    for (; counted_ < at; ++counted_) {
      const char c = text_[counted_];
      if (c == '\n') {
        ++line_;
        column_ = 0;
      } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
        ++column_;
      }
    }
    token.line = line_;
    token.column = column_;
  }

  void match_parentheses() {
    std::vector<std::size_t> open;
    auto& list = tokens_.list;
    const auto last = static_cast<std::uint32_t>(list.size() - 1);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].is("(")) {
        list[i].partner = last;
        open.push_back(i);
      } else if (list[i].is(")") && !open.empty()) {
        list[open.back()].partner = static_cast<std::uint32_t>(i);
        open.pop_back();
      }
    }
  }

  std::string_view text_;
  bool doubled_quotes_;
  std::size_t position_ = 0;
  std::size_t counted_ = 0;
  int line_ = 1;
  int column_ = 0;
  std::uint32_t parameters_ = 0;
  Tokens tokens_;
};

}  // namespace

Tokens tokenize(std::string_view text, bool doubled_quotes) { return Lexer(text, doubled_quotes).run(); }

}  // namespace lab::sql
