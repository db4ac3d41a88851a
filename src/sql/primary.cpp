#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::ExpressionPtr;

ExpressionPtr Grammar::primary() {
  const Part part(*this);
  const Index first = position_;
  bool may_be_name = false;
  auto base = primary_base(may_be_name);
  return postfix(std::move(base), first, may_be_name);
}

ExpressionPtr Grammar::postfix(ExpressionPtr base, Index first, bool may_be_name) {
  while (true) {
    if (at("[")) {
      const Level level(*this);
      advance();
      auto index = value_expression();
      expect("]");
      base = plan::make_expression(plan::ExtractValue{std::move(base), std::move(index)}, origin(first));
      may_be_name = false;
    } else if (at(".") && at_identifier(1)) {
      advance();
      std::string name = name_part(token());
      advance();
      const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&base->node);
      if (may_be_name && attribute) {
        auto parts = attribute->parts;
        parts.push_back(std::move(name));
        base = plan::make_attribute(std::move(parts), origin(first));
      } else {
        auto field = literal(types::TypeKind::String, {std::move(name)}, position_ - 1);
        base = plan::make_expression(plan::ExtractValue{std::move(base), std::move(field)}, origin(first));
      }
    } else if (at("::")) {
      advance();
      auto type = data_type();
      base = plan::make_expression(plan::Cast{std::move(base), std::move(type), plan::CastMode::Session}, origin(first));
      may_be_name = false;
    } else if (options_.doubled_quotes && at(":") && (at_identifier(1) || (at("[", 1) && at_string(2)))) {
      base = semi_structured(std::move(base), first);
      may_be_name = false;
    } else if (options_.doubled_quotes && at("COLLATE") && at_identifier(1)) {
      advance();
      plan::NameParts collation = multipart_identifier();
      auto name = literal(types::TypeKind::String, {collation.back()}, position_ - 1);
      base = plan::make_call("collate", {std::move(base), std::move(name)}, origin(first));
      may_be_name = false;
    } else {
      return base;
    }
    deepen();
  }
}

// `value:a.b[0]['c']` (Spark 4): the path as it is written, under a `$`.
ExpressionPtr Grammar::semi_structured(ExpressionPtr value, Index first) {
  expect(":");
  std::string path = at("[") ? "$" : "$.";
  const auto written = [&] {
    path += word_text(token());
    advance();
  };
  const auto bracketed = [&] {
    for (int i = 0; i < 3; ++i) written();
  };
  if (at("[")) bracketed();
  else written();
  while (true) {
    if (at(".") && at_identifier(1)) {
      written();
      written();
    } else if (at("[") && (at_string(1) || token(1).kind == TokenKind::Integer) && at("]", 2)) {
      bracketed();
    } else {
      break;
    }
  }
  auto text = literal(types::TypeKind::String, {std::move(path)}, position_ - 1);
  plan::UnresolvedFunction extract;
  extract.name = {":"};
  extract.arguments = {std::move(value), std::move(text)};
  extract.is_operator = true;
  return plan::make_expression(std::move(extract), origin(first));
}

ExpressionPtr Grammar::primary_base(bool& may_be_name) {
  const Index first = position_;
  const Token& here = token();
  switch (here.kind) {
    case TokenKind::String: return string_literals();
    case TokenKind::Quoted:
    case TokenKind::Word: return word_primary(may_be_name);
    case TokenKind::Symbol: break;
    case TokenKind::End:
    case TokenKind::Invalid: fail();
    default: return number_literal(false, first);
  }
  if (at("-") && token(1).is_number()) {
    advance();
    return number_literal(true, first);
  }
  if (at("(")) return parenthesized(may_be_name);
  if (accept("*")) return star({}, first);
  if (at("?")) {
    const int ordinal = static_cast<int>(here.partner);
    advance();
    if (ordinal >= 0 && static_cast<std::size_t>(ordinal) < options_.positional_parameters.size())
      return options_.positional_parameters[static_cast<std::size_t>(ordinal)];
    return plan::make_expression(plan::PositionalParameter{ordinal}, origin(first));
  }
  if (at(":") && at_identifier(1)) {
    advance();
    std::string name = name_part(token());
    advance();
    if (const auto value = options_.named_parameters.find(name); value != options_.named_parameters.end()) return value->second;
    return plan::make_expression(plan::NamedParameter{std::move(name)}, origin(first));
  }
  fail();
}

ExpressionPtr Grammar::word_primary(bool& may_be_name) {
  const Index first = position_;
  if (token().kind == TokenKind::Word) {
    if (at("NULL") && !at("(", 1) && !at(".", 1)) {
      advance();
      return literal({}, {}, first);
    }
    if (at_any({"TRUE", "FALSE"}) && !at("(", 1) && !at(".", 1)) {
      const bool truth = at("TRUE");
      advance();
      return literal(types::TypeKind::Boolean, {truth}, first);
    }
    if (at("CASE") && can_start_expression(1) && !at_any({"(", "*"}, 1) && !at_clause(1)) return case_expression();
    if (at("CASE") && at("(", 1) && tokens_.at(matching_parenthesis(position_ + 1)).is(")")) return case_expression();
    if (at("INTERVAL"))
      if (auto interval = interval_literal()) return interval;
    if (at_string(1)) return typed_literal();
    if (at("->", 1)) {
      plan::Lambda lambda;
      lambda.parameters.push_back(identifier());
      expect("->");
      lambda.body = expression();
      return plan::make_expression(std::move(lambda), origin(first));
    }
    if (at("(", 1))
      if (auto special = special_form()) return special;
  } else if (at("->", 1)) {
    plan::Lambda lambda;
    lambda.parameters.push_back(identifier());
    expect("->");
    lambda.body = expression();
    return plan::make_expression(std::move(lambda), origin(first));
  }

  plan::NameParts parts{name_part(token())};
  advance();
  while (at(".") && (at_identifier(1) || at("*", 1))) {
    advance();
    if (accept("*")) return star(std::move(parts), first);
    parts.push_back(name_part(token()));
    advance();
  }
  if (at(".")) fail_at(position_ + 1);
  if (at("(")) return call(std::move(parts), first);
  may_be_name = true;
  return plan::make_attribute(std::move(parts), origin(first));
}

ExpressionPtr Grammar::star(plan::NameParts target, Index first) {
  plan::UnresolvedStar node;
  node.target = std::move(target);
  if (at("EXCEPT") && at("(", 1) && !at_query(2)) {
    position_ += 2;
    do {
      node.except.push_back(multipart_identifier());
    } while (accept(","));
    expect(")");
  }
  return plan::make_expression(std::move(node), origin(first));
}

ExpressionPtr Grammar::subquery() {
  const Index first = position_ - 1;
  const Level level(*this);
  auto plan = query();
  expect(")");
  return plan::make_expression(plan::ScalarSubquery{std::move(plan)}, origin(first));
}

ExpressionPtr Grammar::parenthesized(bool& may_be_name) {
  const Index first = position_;
  const Index close = matching_parenthesis(position_);
  expect("(");
  if (at_query()) return subquery();
  if (close + 1 < tokens_.size() && tokens_[close].is(")") && tokens_[close + 1].is("->")) {
    plan::Lambda lambda;
    do {
      lambda.parameters.push_back(identifier());
    } while (accept(","));
    expect(")");
    expect("->");
    lambda.body = expression();
    return plan::make_expression(std::move(lambda), origin(first));
  }
  plan::Expressions items{named_expression()};
  while (accept(",")) items.push_back(named_expression());
  // An alias makes sense in a row only.
  const bool is_alias = std::holds_alternative<plan::Alias>(items.front()->node) && items.size() == 1;
  if (!at(")") || is_alias) {
    if (is_alias) --position_;
    expect(")");
  }
  advance();
  if (items.size() == 1) {
    may_be_name = std::holds_alternative<plan::UnresolvedAttribute>(items.front()->node);
    return items.front();
  }
  return plan::make_operator("struct", std::move(items), origin(first));
}

ExpressionPtr Grammar::case_expression() {
  const Index first = position_;
  expect("CASE");
  ExpressionPtr value;
  if (!at("WHEN")) value = expression();
  if (!at("WHEN")) fail();
  plan::Expressions arguments;
  while (accept("WHEN")) {
    const Index condition_first = position_;
    auto condition = expression();
    if (value) condition = combine("==", {value, std::move(condition)}, condition_first);
    expect("THEN");
    arguments.push_back(std::move(condition));
    arguments.push_back(expression());
  }
  if (accept("ELSE")) arguments.push_back(expression());
  expect("END");
  deepen();
  return combine("when", std::move(arguments), first);
}

ExpressionPtr Grammar::cast_expression() {
  const Index first = position_;
  plan::Cast cast;
  cast.mode = at("TRY_CAST") ? plan::CastMode::Try : plan::CastMode::Session;
  advance();
  expect("(");
  cast.child = expression();
  expect("AS");
  cast.type = data_type();
  expect(")");
  return plan::make_expression(std::move(cast), origin(first));
}

ExpressionPtr Grammar::literal(types::DataType type, types::Value value, Index first) {
  return plan::make_literal({std::move(type), std::move(value)}, origin(first));
}

}  // namespace lab::sql
