#include <algorithm>

#include "base/conditions.h"
#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

Grammar::Grammar(std::string_view text, const ParserOptions& options)
    : text_(std::make_shared<const std::string>(text)), options_(options) {
  auto tokens = tokenize(*text_, options.doubled_quotes);
  tokens_ = std::move(tokens.list);
  has_unclosed_comment_ = tokens.has_unclosed_comment;
}

bool Grammar::at_any(std::initializer_list<std::string_view> words, Index ahead) const {
  const Token& here = token(ahead);
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return here.is(word); });
}

bool Grammar::at_all(std::initializer_list<std::string_view> words) const {
  Index ahead = 0;
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) { return at(word, ahead++); });
}

bool Grammar::accept(std::string_view word) {
  if (!at(word)) return false;
  advance();
  return true;
}

bool Grammar::accept_all(std::initializer_list<std::string_view> words) {
  if (!at_all(words)) return false;
  position_ += words.size();
  return true;
}

void Grammar::expect(std::string_view word) {
  if (accept(word)) return;
  // As ANTLR does: one token too many before the wanted one is called so.
  if (at(word, 1)) fail_at(position_, "extra");
  // `'it's'`: the piece between two literals is one token too many too.
  if (at_identifier() && at_string(1) && position_ > 0 && tokens_[position_ - 1].kind == TokenKind::String) fail_at(position_, "extra");
  fail();
}

void Grammar::expect_or_miss(std::string_view word) {
  if (!at(word) && !at(word, 1)) fail_at(position_, ": missing '" + std::string(word) + "'");
  expect(word);
}

void Grammar::expect_all(std::initializer_list<std::string_view> words) {
  for (const auto word : words) expect(word);
}

void Grammar::expect_statement_end() {
  const bool had_semicolon = at(";");
  while (accept(";")) {
  }
  if (at_end()) {
    if (has_unclosed_comment_) {
      fail_at(position_);
    }
    return;
  }
  const bool one_too_many = had_semicolon || token(1).kind == TokenKind::End;
  fail_at(position_, one_too_many && token().kind != TokenKind::Invalid ? "extra" : "");
}

std::string_view Grammar::source(Index first, Index last) const {
  if (last <= first) return {};
  const auto start = tokens_[first].start;
  return std::string_view(*text_).substr(start, tokens_[last - 1].end - start);
}

plan::Origin Grammar::origin(Index first) const {
  plan::Origin result;
  const Token& start = tokens_[first];
  const Token& last = tokens_[position_ > first ? position_ - 1 : first];
  result.sql_text = text_;
  result.start = static_cast<int>(start.start);
  result.stop = static_cast<int>(last.end) - 1;
  result.line = start.line;
  result.column = start.column;
  return result;
}

void Grammar::fail_at(Index index, std::string hint) const {
  const Token& token = tokens_[index];
  if (has_unclosed_comment_ && token.kind == TokenKind::End) {
    QueryContext context;  // Spark names no place for it
    context.sql_text = *text_;
    throw Error(conditions::kUnclosedBracketedComment).at(std::move(context));
  }
  std::string shown = "end of input";
  if (token.kind != TokenKind::End) {
    shown = "'";
    for (const char c : word_text(token)) {
      switch (c) {
        case '\n': shown += "\\n"; break;
        case '\r': shown += "\\r"; break;
        case '\t': shown += "\\t"; break;
        default: shown += c;
      }
    }
    shown += '\'';
  }
  if (hint == "extra") hint = ": extra input " + shown;
  QueryContext context;
  context.line = token.line;
  context.column = token.column;
  context.sql_text = *text_;
  throw Error(conditions::kParseSyntaxError, {{"error", std::move(shown)}, {"hint", std::move(hint)}}).at(std::move(context));
}

void Grammar::raise(const Condition& condition, Error::Parameters parameters, Index first) const {
  raise_over(condition, std::move(parameters), first, std::max(position_, first + 1));
}

void Grammar::raise_over(const Condition& condition, Error::Parameters parameters, Index first, Index last) const {
  plan::Origin range;
  range.sql_text = text_;
  range.start = static_cast<int>(tokens_[first].start);
  range.stop = static_cast<int>(tokens_[last - 1].end) - 1;
  range.line = tokens_[first].line;
  range.column = tokens_[first].column;
  auto context = plan::query_context(range);
  context.sql_text = *text_;
  throw Error(condition, std::move(parameters)).at(std::move(context));
}

bool Grammar::can_start_expression(Index ahead) const {
  const Token& here = token(ahead);
  switch (here.kind) {
    case TokenKind::End:
    case TokenKind::Invalid: return false;
    case TokenKind::Symbol: return at_any({"(", "+", "-", "~", "!", "*", ":", "?"}, ahead);
    default: return true;
  }
}

Grammar::Level::Level(Grammar& grammar) : grammar_(grammar), outer_depth_(grammar.depth_) {
  if (++grammar_.nesting_ > kMaxNesting) {
    --grammar_.nesting_;
    grammar_.raise_over(conditions::kFailedToParseTooComplex, {}, grammar_.position_, grammar_.position_ + 1);
  }
  grammar_.depth_ = 0;
}

Grammar::Level::~Level() {
  --grammar_.nesting_;
  grammar_.depth_ = std::max(outer_depth_, grammar_.depth_ + 1);
}

void Grammar::deepen() {
  if (++depth_ > kMaxTreeDepth) raise_over(conditions::kFailedToParseTooComplex, {}, position_ > 0 ? position_ - 1 : 0, std::max<Index>(position_, 1));
}

}  // namespace lab::sql
