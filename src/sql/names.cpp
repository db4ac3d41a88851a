#include <algorithm>
#include <array>

#include "sql/conditions.h"
#include "sql/grammar.h"
#include "types/type_text.h"

namespace lab::sql {
namespace {

// Spark's strict-non-reserved words: names anywhere but as the alias of a table.
constexpr std::array<std::string_view, 16> kStrictWords{"ANTI", "CROSS", "EXCEPT",  "FULL", "INNER", "INTERSECT", "JOIN",  "LATERAL",
                                                        "LEFT", "MINUS", "NATURAL", "ON",   "RIGHT", "SEMI",      "UNION", "USING"};

}  // namespace

std::string Grammar::name_part(const Token& token) {
  if (token.kind == TokenKind::Quoted) return token.text;
  std::string name(word_text(token));
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    QueryContext context;
    context.line = token.line;
    context.column = token.column;
    context.sql_text = *text_;
    throw Error(conditions::kInvalidIdentifier, {{"ident", name}}).at(std::move(context));
  }
  return name;
}

std::string Grammar::identifier() {
  if (!at_identifier()) fail();
  std::string name = name_part(token());
  advance();
  // `test-table` without quotes: the whole of it is what the user meant as a name.
  if (at("-") && at_identifier(1)) {
    const Token& dash = token();
    while (at("-") && at_identifier(1)) {
      name += "-" + std::string(word_text(token(1)));
      position_ += 2;
    }
    QueryContext context;
    context.line = dash.line;
    context.column = dash.column;
    context.sql_text = *text_;
    throw Error(conditions::kInvalidIdentifier, {{"ident", std::move(name)}}).at(std::move(context));
  }
  return name;
}

bool Grammar::at_strict_identifier(Index ahead) const {
  const Token& here = token(ahead);
  if (here.kind == TokenKind::Quoted) return true;
  return here.kind == TokenKind::Word && std::find(kStrictWords.begin(), kStrictWords.end(), here.text) == kStrictWords.end();
}

std::string Grammar::strict_identifier() {
  if (!at_strict_identifier()) fail();
  return identifier();
}

plan::NameParts Grammar::multipart_identifier() {
  plan::NameParts parts{identifier()};
  while (at(".") && at_identifier(1)) {
    advance();
    parts.push_back(identifier());
  }
  if (at(".")) fail_at(position_ + 1);
  return parts;
}

plan::NameParts Grammar::identifier_reference() {
  if (!at("IDENTIFIER") || !at("(", 1)) return multipart_identifier();
  position_ += 2;
  const Index first = position_;
  const auto value = expression();
  const std::string name = identifier_text(value, first);
  expect(")");
  return parse_table_name(name);
}

/// What IDENTIFIER(…) names: its argument, which begins at token `first`, must be a text that no row decides.
std::string Grammar::identifier_text(const plan::ExpressionPtr& value, Index first) const {
  if (auto text = constant_text(*value)) return *std::move(text);
  Error::Parameters parameters{{"name", "IDENTIFIER"}, {"expr", std::string(source(first, position_))}};
  const auto known = options_.evaluate ? options_.evaluate(value) : std::nullopt;
  if (!known) raise(conditions::kNotConstantString, std::move(parameters), first);
  if (!known->type.is_text() && !known->type.is(types::TypeKind::Null)) {
    parameters.emplace("dataType", types::simple_string(known->type));
    raise(conditions::kConstantStringType, std::move(parameters), first);
  }
  if (known->value.is_null()) raise(conditions::kConstantStringNull, std::move(parameters), first);
  return known->value.text();
}

/// The text of a constant expression out of literals (values of parameters among them) and `||`.
std::optional<std::string> Grammar::constant_text(const plan::Expression& value) const {
  const auto text_of = [](const types::Literal& literal) -> std::optional<std::string> {
    if (!literal.type.is_text() || literal.value.is_null()) return std::nullopt;
    return literal.value.text();
  };
  if (const auto* constant = std::get_if<plan::LiteralExpression>(&value.node)) return text_of(constant->literal);
  const auto* call = std::get_if<plan::UnresolvedFunction>(&value.node);
  if (!call || call->name != plan::NameParts{"concat"}) return std::nullopt;
  std::string joined;
  for (const auto& argument : call->arguments) {
    const auto part = constant_text(*argument);
    if (!part) return std::nullopt;
    joined += *part;
  }
  return joined;
}

std::vector<std::string> Grammar::identifier_list() {
  std::vector<std::string> names;
  expect("(");
  do {
    names.push_back(identifier());
  } while (accept(","));
  expect(")");
  return names;
}

std::string Grammar::string_literal() {
  if (!at_string()) fail();
  std::string value = token().text;
  advance();
  return value;
}

std::optional<std::string> Grammar::optional_pattern() {
  const bool said_like = accept("LIKE");
  if (!said_like && !at_string()) return std::nullopt;
  return string_literal();
}

bool Grammar::accept_if_exists() { return accept_all({"IF", "EXISTS"}); }

bool Grammar::accept_if_not_exists() {
  if (at("IF") && at_any({"NOT", "!"}, 1) && at("EXISTS", 2)) {
    position_ += 3;
    return true;
  }
  return false;
}

bool Grammar::at_clause(Index ahead) const {
  const Token& here = token(ahead);
  if (here.kind != TokenKind::Word) return false;
  const std::string_view word = here.text;
  const Index next = ahead + 1;
  if (word == "FROM") return at_identifier(next) || at("(", next);
  if (word == "WHERE" || word == "HAVING" || word == "QUALIFY" || word == "LIMIT" || word == "OFFSET") return can_start_expression(next);
  if (word == "GROUP" || word == "ORDER" || word == "SORT" || word == "CLUSTER" || word == "DISTRIBUTE")
    return at("BY", next) && can_start_expression(next + 1);
  if (word == "UNION" || word == "EXCEPT" || word == "MINUS" || word == "INTERSECT") {
    if (at_any({"SELECT", "VALUES", "TABLE", "FROM"}, next)) return can_start_expression(next + 1) || at("/*+", next + 1);
    return at_any({"(", "ALL", "DISTINCT", "WITH", "BY"}, next);
  }
  if (word == "LATERAL") return at("VIEW", next);
  if (word == "WINDOW") return at_identifier(next) && at("AS", next + 1);
  if (word == "PIVOT" || word == "TABLESAMPLE") return at("(", next);
  if (word == "UNPIVOT") return at("(", next) || at_any({"INCLUDE", "EXCLUDE"}, next);
  if (word == "VERSION" || word == "TIMESTAMP" || word == "SYSTEM_VERSION" || word == "SYSTEM_TIME") return at("AS", next) && at("OF", next + 1);
  if (word == "FOR") return at_any({"VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"}, next);
  if (word == "SELECT" || word == "INSERT") return can_start_expression(next);
  return false;
}

}  // namespace lab::sql
