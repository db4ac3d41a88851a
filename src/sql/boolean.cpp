#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::ExpressionPtr;
using plan::Expressions;

ExpressionPtr Grammar::combine(std::string_view name, Expressions arguments, Index first) {
  return plan::make_operator(std::string(name), std::move(arguments), origin(first));
}

ExpressionPtr Grammar::negate(ExpressionPtr operand, Index first) { return combine("not", {std::move(operand)}, first); }

// Long AND and OR chains come out of programs; a balanced tree keeps them shallow, as in Spark.
ExpressionPtr Grammar::balanced(std::string_view name, const Expressions& operands, Index low, Index high, Index first) {
  if (low == high) return operands[low];
  const Index middle = low + (high - low) / 2;
  return combine(name, {balanced(name, operands, low, middle, first), balanced(name, operands, middle + 1, high, first)}, first);
}

ExpressionPtr Grammar::expression() {
  const Level level(*this);
  const Index first = position_;
  Expressions operands{and_chain()};
  while (at("OR") && can_start_expression(1)) {
    advance();
    operands.push_back(and_chain());
  }
  return balanced("or", operands, 0, operands.size() - 1, first);
}

ExpressionPtr Grammar::and_chain() {
  const Index first = position_;
  Expressions operands{negation()};
  while (at("AND") && can_start_expression(1)) {
    advance();
    operands.push_back(negation());
  }
  return balanced("and", operands, 0, operands.size() - 1, first);
}

ExpressionPtr Grammar::negation() {
  const Index first = position_;
  if (at("!") || (at("NOT") && can_start_expression(1))) {
    const Level level(*this);
    advance();
    auto operand = negation();
    return negate(std::move(operand), first);
  }
  if (at("EXISTS") && at("(", 1) && at_query(2)) {
    const Level level(*this);
    position_ += 2;
    auto plan = query();
    expect(")");
    return plan::make_expression(plan::Exists{std::move(plan)}, origin(first));
  }
  return predicated();
}

ExpressionPtr Grammar::predicated() {
  const Part part(*this);
  auto value = value_expression();
  bool found = false;
  return predicate(std::move(value), found);
}

// Errors of a predicate point at its own words, without the value in front of them.
ExpressionPtr Grammar::predicate(ExpressionPtr value, bool& found) {
  const Index first = position_;
  if (at("IS") && at_any({"NOT", "!", "NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT"}, 1)) {
    found = true;
    return is_predicate(std::move(value), first);
  }
  const bool negated = at_any({"NOT", "!"}) && at_any({"BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"}, 1);
  const Index word = negated ? 1 : 0;
  if (negated) refuse_bang(position_);
  ExpressionPtr result;
  if (at("BETWEEN", word) && can_start_expression(word + 1)) {
    position_ += word + 1;
    auto lower = value_expression();
    expect("AND");
    auto upper = value_expression();
    result = combine("between", {std::move(value), std::move(lower), std::move(upper)}, first);
  } else if (at("IN", word) && at("(", word + 1)) {
    position_ += word + 1;
    result = in_predicate(std::move(value), first);
  } else if (at_any({"LIKE", "ILIKE"}, word) && can_start_expression(word + 1)) {
    position_ += word;
    found = true;
    deepen();
    return like_predicate(std::move(value), negated, first);
  } else if (at_any({"RLIKE", "REGEXP"}, word) && can_start_expression(word + 1)) {
    position_ += word + 1;
    auto pattern = value_expression();
    result = combine("rlike", {std::move(value), std::move(pattern)}, first);
  } else {
    return value;
  }
  found = true;
  deepen();
  return negated ? negate(std::move(result), first) : result;
}

void Grammar::refuse_bang(Index at) const {
  if (!options_.bang_is_not && tokens_[at].is("!")) raise_over(conditions::kBangEqualsNot, {{"clause", "!"}}, at, at + 1);
}

ExpressionPtr Grammar::in_predicate(ExpressionPtr value, Index first) {
  expect("(");
  if (at_query()) {
    auto plan = query();
    expect(")");
    Expressions values;
    // `(a, b) IN (SELECT …)` compares column by column.
    if (const auto* row = std::get_if<plan::UnresolvedFunction>(&value->node); row && row->name == plan::NameParts{"struct"}) {
      values = row->arguments;
    } else {
      values.push_back(std::move(value));
    }
    return plan::make_expression(plan::InSubquery{std::move(values), std::move(plan)}, origin(first));
  }
  if (options_.doubled_quotes && at(")")) {
    advance();
    raise_over(conditions::kEmptyInList, {}, first, position_);
  }
  Expressions arguments{std::move(value)};
  for (auto& item : expressions()) arguments.push_back(std::move(item));
  expect(")");
  return combine("in", std::move(arguments), first);
}

ExpressionPtr Grammar::like_predicate(ExpressionPtr value, bool negated, Index first) {
  const Index word = position_;
  const std::string name = accept("ILIKE") ? "ilike" : (advance(), "like");
  if (at_any({"ANY", "SOME", "ALL"}) && at("(", 1)) {
    // `NOT LIKE ANY (a, b)` is NOT LIKE a OR NOT LIKE b.
    const bool all = at("ALL");
    position_ += 2;
    if (at(")")) {
      advance();
      raise(conditions::kEmptyLikeList, {{"msg", "Expected something between '(' and ')'."}}, word);
    }
    Expressions patterns = expressions();
    expect(")");
    // Constant patterns make one call, which is how Spark names it.
    const bool constant = std::ranges::all_of(patterns, [](const ExpressionPtr& pattern) {
      const auto* written = std::get_if<plan::LiteralExpression>(&pattern->node);
      return written && written->literal.type.is_text() && !written->literal.value.is_null();
    });
    if (constant) {
      const bool any_case = name == "ilike";
      const auto lower = [&](ExpressionPtr text) { return any_case ? combine("lower", {std::move(text)}, first) : text; };
      Expressions arguments{lower(std::move(value))};
      for (auto& pattern : patterns) arguments.push_back(lower(std::move(pattern)));
      return combine(std::string(negated ? "notlike" : "like") + (all ? "all" : "any"), std::move(arguments), first);
    }
    Expressions tests;
    for (auto& pattern : patterns) {
      auto test = combine(name, {value, std::move(pattern)}, first);
      tests.push_back(negated ? negate(std::move(test), first) : std::move(test));
    }
    return balanced(all ? "and" : "or", tests, 0, tests.size() - 1, first);
  }
  Expressions arguments{std::move(value), value_expression()};
  if (at("ESCAPE") && at_string(1)) {
    advance();
    const Index escape_at = position_;
    std::string escape = string_literal();
    std::size_t characters = 0;
    for (const char c : escape) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (characters != 1) raise(conditions::kInvalidEscapeCharacter, {{"invalidEscape", "'" + escape + "'"}}, word);
    arguments.push_back(literal(types::TypeKind::String, {std::move(escape)}, escape_at));
  }
  auto result = combine(name, std::move(arguments), first);
  return negated ? negate(std::move(result), first) : result;
}

ExpressionPtr Grammar::is_predicate(ExpressionPtr value, Index first) {
  expect("IS");
  if (at("!")) refuse_bang(position_);
  const bool negated = accept("NOT") || accept("!");
  deepen();
  if (accept("NULL") || accept("UNKNOWN")) return combine(negated ? "isnotnull" : "isnull", {std::move(value)}, first);
  ExpressionPtr result;
  if (at_any({"TRUE", "FALSE"})) {
    const bool truth = at("TRUE");
    const Index word = position_;
    advance();
    result = combine("<=>", {std::move(value), literal(types::TypeKind::Boolean, {truth}, word)}, first);
    return negated ? negate(std::move(result), first) : result;
  }
  expect_all({"DISTINCT", "FROM"});
  auto right = value_expression();
  result = combine("<=>", {std::move(value), std::move(right)}, first);
  return negated ? result : negate(std::move(result), first);
}

Expressions Grammar::expressions() {
  Expressions list;
  do {
    list.push_back(expression());
  } while (accept(","));
  return list;
}

ExpressionPtr Grammar::named_expression() {
  const Part part(*this);
  const Index first = position_;
  auto value = expression();
  plan::Alias alias;
  if (at("AS") && (at_identifier(1) || at("(", 1))) {
    advance();
    if (at("(")) {
      alias.names = identifier_list();
    } else {
      alias.names = {identifier()};
    }
  } else if (at("(") && at_identifier(1)) {
    alias.names = identifier_list();
  } else if (at_identifier() && !at_clause()) {
    alias.names = {identifier()};
  } else {
    return value;
  }
  deepen();
  alias.child = std::move(value);
  return plan::make_expression(std::move(alias), origin(first));
}

Expressions Grammar::named_expressions() {
  Expressions list;
  do {
    list.push_back(named_expression());
  } while (accept(","));
  return list;
}

}  // namespace lab::sql
