#include "sql/parser.h"

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

plan::Statement Grammar::whole_statement() {
  if (text_->empty()) {
    QueryContext context;
    context.line = 1;
    throw Error(conditions::kParseEmptyStatement).at(std::move(context));
  }
  auto result = statement();
  expect_statement_end();
  return result;
}

plan::ExpressionPtr Grammar::whole_expression() {
  auto result = named_expression();
  if (!at_end()) expect_statement_end();
  return result;
}

plan::RelationPtr Grammar::whole_query() {
  auto result = query();
  expect_statement_end();
  return result;
}

plan::NameParts Grammar::whole_name() {
  auto parts = multipart_identifier();
  if (!at_end()) fail();
  return parts;
}

namespace {

/// Gives `parse` the text with the session's settings in it.
template <typename Parse>
auto parsed(std::string_view text, const ParserOptions& options, Parse parse) {
  if (!options.setting || !has_variables(text)) return parse(text);
  return parse(std::string_view(with_variables(text, options.setting)));
}

}  // namespace

plan::Statement parse_statement(std::string_view text, const ParserOptions& options) {
  return parsed(text, options, [&](std::string_view whole) { return Grammar(whole, options).whole_statement(); });
}

plan::ExpressionPtr parse_expression(std::string_view text, const ParserOptions& options) {
  return parsed(text, options, [&](std::string_view whole) { return Grammar(whole, options).whole_expression(); });
}

plan::RelationPtr parse_query(std::string_view text, const ParserOptions& options) {
  return parsed(text, options, [&](std::string_view whole) { return Grammar(whole, options).whole_query(); });
}

std::vector<std::string> parse_table_name(std::string_view text) { return Grammar(text, {}).whole_name(); }

std::vector<std::string> parse_identifier_parts(std::string_view text) {
  const auto invalid = [&] { return Error(conditions::kInvalidAttributeName, {{"name", std::string(text)}}); };
  std::vector<std::string> parts;
  std::string part;
  bool in_quotes = false;
  bool was_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != '`') {
        part += c;
      } else if (i + 1 < text.size() && text[i + 1] == '`') {
        part += '`';
        ++i;
      } else {
        in_quotes = false;
        if (i + 1 < text.size() && text[i + 1] != '.') throw invalid();
      }
    } else if (c == '`') {
      if (!part.empty() || was_quoted) throw invalid();
      in_quotes = was_quoted = true;
    } else if (c == '.') {
      if (i == 0 || text[i - 1] == '.' || i + 1 == text.size()) throw invalid();
      parts.push_back(std::move(part));
      part.clear();
      was_quoted = false;
    } else {
      part += c;
    }
  }
  if (in_quotes) throw invalid();
  parts.push_back(std::move(part));
  return parts;
}

}  // namespace lab::sql
