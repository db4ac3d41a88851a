#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lab::s3::select {

struct Token {
  enum class Kind { Name, QuotedName, Text, Number, Sign, End };
  Kind kind = Kind::End;
  std::string text;   ///< without quotes
  std::string lower;  ///< of a name that is not quoted
};

/// Ends with a token End. Throws LexerInvalidChar.
std::vector<Token> split_tokens(std::string_view sql);

}  // namespace lab::s3::select
