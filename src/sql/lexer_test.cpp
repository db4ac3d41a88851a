#include "sql/lexer.h"

#include <gtest/gtest.h>

namespace lab::sql {
namespace {

std::vector<std::string> texts_of(std::string_view text, bool doubled_quotes = true) {
  std::vector<std::string> texts;
  for (const auto& token : tokenize(text, doubled_quotes).list)
    if (token.kind != TokenKind::End) texts.push_back(token.text);
  return texts;
}

Token only(std::string_view text) {
  const auto tokens = tokenize(text);
  EXPECT_EQ(tokens.list.size(), 2u) << text;
  return tokens.list.front();
}

}  // namespace

TEST(SqlLexer, tells_numbers_from_names_by_the_longer_reading) {
  EXPECT_EQ(only("12").kind, TokenKind::Integer);
  EXPECT_EQ(only("12L").kind, TokenKind::BigInt);
  EXPECT_EQ(only("1e3").kind, TokenKind::Exponent);
  EXPECT_EQ(only("1e+3").kind, TokenKind::Exponent);
  EXPECT_EQ(only("1.5e-3bd").kind, TokenKind::BigDecimal);
  EXPECT_EQ(only(".5").kind, TokenKind::Decimal);
  EXPECT_EQ(only("5.").kind, TokenKind::Decimal);
  EXPECT_EQ(only("1.5f").kind, TokenKind::Float);
  EXPECT_EQ(only("1e3x").kind, TokenKind::Word);
  EXPECT_EQ(only("1a").kind, TokenKind::Word);
  EXPECT_EQ(texts_of("t.1col"), (std::vector<std::string>{"T", ".", "1COL"}));
  EXPECT_EQ(texts_of("a[1].b"), (std::vector<std::string>{"A", "[", "1", "]", ".", "B"}));
}

TEST(SqlLexer, keeps_a_doubled_quote_where_spark_4_does) {
  EXPECT_EQ(texts_of("'it''s'"), (std::vector<std::string>{"it's"}));
  EXPECT_EQ(texts_of("'it''s'", false), (std::vector<std::string>{"it", "s"}));
  EXPECT_EQ(texts_of(R"('it\'s')"), (std::vector<std::string>{"it's"}));
  EXPECT_EQ(texts_of("`a``b`"), (std::vector<std::string>{"a`b"}));
}

TEST(SqlLexer, unescapes_as_spark) {
  EXPECT_EQ(unescape_literal(R"(a\nb\tc\\d)"), "a\nb\tc\\d");
  EXPECT_EQ(unescape_literal(R"(\101\u0041\U0001F600)"), "AA\xF0\x9F\x98\x80");
  EXPECT_EQ(unescape_literal(R"(\uD83D\uDE00)"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(unescape_literal(R"(\uD83Dx)"), "?x");
  EXPECT_EQ(unescape_literal(R"(10\% a\_b \q)"), R"(10\% a\_b q)");
  EXPECT_EQ(unescape_literal(R"(\u00)"), "u00");
}

TEST(SqlLexer, skips_comments_but_not_hints) {
  EXPECT_EQ(texts_of("a -- b\n c /* d /* e */ f */ g"), (std::vector<std::string>{"A", "C", "G"}));
  EXPECT_EQ(texts_of("a -- b \\\n c\n d"), (std::vector<std::string>{"A", "D"}));
  EXPECT_EQ(texts_of("/*+ x */"), (std::vector<std::string>{"/*+", "X", "*/"}));
  EXPECT_TRUE(tokenize("select 1 /* open").has_unclosed_comment);
  EXPECT_FALSE(tokenize("select 1 /**/").has_unclosed_comment);
}

TEST(SqlLexer, counts_columns_in_characters) {
  const auto tokens = tokenize("'é日' x\n  y").list;
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_EQ(tokens[1].column, 5);
  EXPECT_EQ(tokens[1].start, 8u);
  EXPECT_EQ(tokens[2].line, 2);
  EXPECT_EQ(tokens[2].column, 2);
}

TEST(SqlLexer, pairs_parentheses_and_numbers_parameters) {
  const auto tokens = tokenize("f(a, (b), ?) ? (").list;
  EXPECT_EQ(tokens[1].partner, 9u);
  EXPECT_EQ(tokens[4].partner, 6u);
  EXPECT_EQ(tokens[8].partner, 0u);
  EXPECT_EQ(tokens[10].partner, 1u);
  EXPECT_EQ(tokens[11].partner, 12u);
}

TEST(SqlLexer, leaves_what_is_no_token_to_the_parser) {
  EXPECT_EQ(tokenize("'open").list[0].kind, TokenKind::Invalid);
  EXPECT_EQ(tokenize("a @ b").list[1].kind, TokenKind::Invalid);
  EXPECT_EQ(tokenize("\xFF\xFE").list[0].kind, TokenKind::Invalid);
}

}  // namespace lab::sql
