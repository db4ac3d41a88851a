#include "protocol/s3/select/tokens.h"

#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"

namespace lab::s3::select {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

Error invalid_character(std::string reason) { return Error(conditions::kSelectLexerInvalidChar, {{"reason", std::move(reason)}}); }

/// What stands between two `quote`, which are doubled inside. `at` is behind the first.
std::string take_quoted(std::string_view sql, std::size_t& at, char quote) {
  std::string text;
  for (; at < sql.size(); ++at) {
    if (sql[at] != quote) {
      text += sql[at];
    } else if (at + 1 < sql.size() && sql[at + 1] == quote) {
      text += sql[at++];
    } else {
      ++at;
      return text;
    }
  }
  throw invalid_character("The SQL expression has a quote without its end.");
}

std::string_view take_number(std::string_view sql, std::size_t& at) {
  const std::size_t start = at;
  while (at < sql.size() && is_digit(sql[at])) ++at;
  if (at < sql.size() && sql[at] == '.') {
    ++at;
    while (at < sql.size() && is_digit(sql[at])) ++at;
  }
  if (at < sql.size() && (sql[at] == 'e' || sql[at] == 'E')) {
    std::size_t end = at + 1;
    if (end < sql.size() && (sql[end] == '+' || sql[end] == '-')) ++end;
    if (end < sql.size() && is_digit(sql[end])) {
      at = end;
      while (at < sql.size() && is_digit(sql[at])) ++at;
    }
  }
  return sql.substr(start, at - start);
}

}  // namespace

std::vector<Token> split_tokens(std::string_view sql) {
  using enum Token::Kind;
  constexpr std::string_view kPairs[] = {"<=", ">=", "<>", "!=", "||"};
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if (c == '\'' || c == '"') {
      ++at;
      tokens.push_back({c == '"' ? QuotedName : Text, take_quoted(sql, at, c), {}});
    } else if (is_digit(c) || (c == '.' && at + 1 < sql.size() && is_digit(sql[at + 1]))) {
      tokens.push_back({Number, std::string(take_number(sql, at)), {}});
    } else if (begins_name(c)) {
      const std::size_t start = at;
      while (at < sql.size() && (begins_name(sql[at]) || is_digit(sql[at]))) ++at;
      const std::string_view name = sql.substr(start, at - start);
      tokens.push_back({Name, std::string(name), to_lower_ascii(name)});
    } else {
      std::string sign(1, c);
      for (const std::string_view pair : kPairs)
        if (sql.substr(at).starts_with(pair)) sign = pair;
      if (sign.size() == 1 && std::string_view("+-*/%=<>(),.;[]").find(c) == std::string_view::npos)
        throw invalid_character("The SQL expression contains an invalid character: '" + sign + "'.");
      at += sign.size();
      tokens.push_back({Sign, std::move(sign), {}});
    }
  }
  tokens.push_back({End, {}, {}});
  return tokens;
}

}  // namespace lab::s3::select
