#pragma once

#include <string_view>
#include <vector>

#include "sql/token.h"

namespace lab::sql {

struct Tokens {
  std::vector<Token> list;            ///< ends with an End token
  bool has_unclosed_comment = false;  ///< a bracketed comment ran to the end
};

/// Cuts `text` into tokens. Never throws on bad input: what is no token becomes Invalid, for the parser to refuse where it
/// stands. `doubled_quotes`: `''` inside a literal is one quote (Spark 4); otherwise it ends one literal and begins the
/// next (Spark 3.5, where adjacent literals are joined).
Tokens tokenize(std::string_view text, bool doubled_quotes = true);

/// The value of a literal's inside: `\n`, `\101`, `\u0041`, `\%` as Spark's unescapeSQLString reads them.
std::string unescape_literal(std::string_view inside);

}  // namespace lab::sql
