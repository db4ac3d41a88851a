#pragma once

#include <cstdint>
#include <string>

namespace lab::sql {

enum class TokenKind : std::uint8_t {
  Word,          ///< unquoted identifier or keyword; `text` is in upper case
  Quoted,        ///< `back-quoted` identifier; `text` is its name
  String,        ///< literal in single or double quotes or r''; `text` is its value
  Integer, BigInt, SmallInt, TinyInt, Exponent, Decimal, Float, Double, BigDecimal,  ///< numbers; `text` without the suffix
  Symbol,        ///< operator or punctuation
  Invalid,       ///< a character that begins no token
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::string text;
  std::uint32_t start = 0;   ///< byte offset of the first byte
  std::uint32_t end = 0;     ///< byte offset behind the last one
  int line = 1;              ///< 1-based
  int column = 0;            ///< code points since the line's start
  std::uint32_t partner = 0; ///< of `(`: index of the matching `)` (the last token when there is none); of `?`: its ordinal

  bool is(std::string_view word) const { return (kind == TokenKind::Word || kind == TokenKind::Symbol) && text == word; }
  bool is_identifier() const { return kind == TokenKind::Word || kind == TokenKind::Quoted; }
  bool is_number() const { return kind >= TokenKind::Integer && kind <= TokenKind::BigDecimal; }
};

}  // namespace lab::sql
