#include <set>

#include "sql/conditions.h"
#include "sql/grammar.h"
#include "types/type_text.h"

// Session variables and what they are for: DECLARE, SET VARIABLE, EXECUTE IMMEDIATE.
namespace lab::sql {

using plan::Statement;

Statement Grammar::declare_statement(Index first) {
  expect("DECLARE");
  plan::DeclareVariable node;
  if (at_all({"OR", "REPLACE"})) {
    position_ += 2;
    node.or_replace = true;
  }
  if (at_any({"VARIABLE", "VAR"}) && at_identifier(1)) advance();
  do {
    node.names.push_back(identifier_reference());
  } while (accept(","));
  if (!at_end() && !at(";") && !at_any({"DEFAULT", "="})) node.type = data_type();
  if (at("DEFAULT") || at("=")) {
    advance();
    const Index start = position_;
    node.default_value = expression();
    node.default_sql = std::string(source(start, position_));
  }
  if (!node.type && !node.default_value) raise(conditions::kVariableTypeRequired, {}, first);
  return {std::move(node), {}};
}

Statement Grammar::set_variable(Index first) {
  advance();
  plan::SetVariable node;
  if (accept("(")) {
    if (at(")")) raise_over(conditions::kInvalidSetSyntax, {}, first, tokens_.size() > first + 1 ? tokens_.size() - 1 : first + 1);
    do {
      node.names.push_back(identifier_reference());
    } while (accept(","));
    expect(")");
    expect("=");
    expect("(");
    node.query = query();
    expect(")");
    return {std::move(node), {}};
  }
  do {
    node.names.push_back(identifier_reference());
    if (!at("=")) fail();
    advance();
    const bool is_default = at("DEFAULT") && (token(1).kind == TokenKind::End || at(",", 1) || at(";", 1));
    if (is_default) advance();
    node.values.push_back(is_default ? nullptr : expression());
  } while (accept(","));
  return {std::move(node), {}};
}

Statement Grammar::execute_immediate(Index first) {
  position_ += 2;
  plan::ExecuteImmediate node;
  node.text = expression();
  const auto into = [&] {
    if (!accept("INTO")) return;
    do {
      node.into.push_back(identifier_reference());
    } while (accept(","));
  };
  into();
  const Index using_at = position_;
  if (accept("USING")) {
    const bool in_parentheses = at("(") && !at_query(1) && matching_parenthesis(position_) + 1 >= tokens_.size() - 1;
    if (in_parentheses) advance();
    do {
      node.arguments.push_back(named_expression());
    } while (accept(","));
    if (in_parentheses) expect(")");
    std::set<std::string> aliases;
    std::string doubled;
    for (const auto& argument : node.arguments)
      if (const auto* alias = std::get_if<plan::Alias>(&argument->node); alias && !aliases.insert(alias->names[0]).second)
        doubled += (doubled.empty() ? "" : ", ") + types::quote_identifier(alias->names[0]);
    if (!doubled.empty()) raise(conditions::kDuplicateArgumentAliases, {{"aliases", doubled}}, using_at);
  }
  if (node.into.empty()) into();
  (void)first;
  return {std::move(node), {}};
}

}  // namespace lab::sql
