#include <algorithm>
#include <cctype>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::Statement;

plan::NameParts Grammar::optional_in() {
  if (!at_any({"FROM", "IN"}) || !at_identifier(1)) return {};
  advance();
  return identifier_reference();
}

Statement Grammar::show_statement(Index first) {
  expect("SHOW");
  if (at_any({"DATABASES", "SCHEMAS", "NAMESPACES"})) {
    advance();
    plan::ShowNamespaces node;
    node.in = optional_in();
    node.pattern = optional_pattern();
    return {std::move(node), {}};
  }
  if (accept("TABLES")) {
    plan::ShowTables node;
    node.in = optional_in();
    node.pattern = optional_pattern();
    return {std::move(node), {}};
  }
  if (accept_all({"TABLE", "EXTENDED"})) {
    plan::ShowTables node;
    node.extended = true;
    node.in = optional_in();
    expect("LIKE");
    node.pattern = string_literal();
    if (at("PARTITION")) {
      (void)partition_spec();
      return {plan::UnsupportedCommand{"SHOW TABLE EXTENDED … PARTITION"}, {}};
    }
    return {std::move(node), {}};
  }
  if (accept("VIEWS")) {
    plan::ShowViews node;
    node.in = optional_in();
    node.pattern = optional_pattern();
    return {std::move(node), {}};
  }
  if (accept("COLUMNS")) {
    plan::ShowColumns node;
    if (!at_any({"FROM", "IN"})) fail();
    advance();
    node.table = identifier_reference();
    // SHOW COLUMNS IN t IN db: the second name qualifies the first.
    if (auto space = optional_in(); !space.empty()) {
      if (node.table.size() == 1) {
        space.push_back(node.table.front());
        node.table = std::move(space);
      }
    }
    return {std::move(node), {}};
  }
  if (at_all({"CREATE", "TABLE"})) {
    position_ += 2;
    plan::ShowCreateTable node{identifier_reference()};
    accept_all({"AS", "SERDE"});
    return {std::move(node), {}};
  }
  if (accept("TBLPROPERTIES")) {
    plan::ShowTableProperties node;
    node.name = identifier_reference();
    if (accept("(")) {
      node.key = property_key();
      expect(")");
    }
    return {std::move(node), {}};
  }
  if (accept("PARTITIONS")) {
    plan::ShowPartitions node{identifier_reference()};
    if (at("PARTITION")) {
      (void)partition_spec();
      return {plan::UnsupportedCommand{"SHOW PARTITIONS … PARTITION"}, {}};
    }
    return {std::move(node), {}};
  }
  if (at("FUNCTIONS") || (at_identifier() && at("FUNCTIONS", 1))) {
    plan::ShowFunctions node;
    if (!at("FUNCTIONS")) {
      node.scope = identifier();
      std::transform(node.scope.begin(), node.scope.end(), node.scope.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (node.scope != "user" && node.scope != "system" && node.scope != "all")
        raise(conditions::kShowFunctionsScope, {{"scope", "`" + std::string(word_text(tokens_[position_ - 1])) + "`"}}, first);
    }
    expect("FUNCTIONS");
    node.in = optional_in();
    const bool said_like = accept("LIKE");
    if (at_string()) {
      node.pattern = string_literal();
    } else if (at_identifier()) {
      node.pattern = multipart_identifier().back();
    } else if (said_like) {
      fail();
    }
    return {std::move(node), {}};
  }
  if (accept("CATALOGS")) {
    plan::ShowCatalogs node;
    node.pattern = optional_pattern();
    return {std::move(node), {}};
  }
  if (at("CURRENT") && at_any({"DATABASE", "SCHEMA", "NAMESPACE"}, 1)) {
    position_ += 2;
    return {plan::ShowCurrentNamespace{}, {}};
  }
  for (const std::string_view word : {"COLLATIONS", "VARIABLES", "PROCEDURES"}) {
    if (!at(word)) continue;
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"SHOW " + std::string(word)}, {}};
  }
  if (at_identifier() && token(1).kind == TokenKind::End) {
    advance();
    expect_or_miss("FUNCTIONS");
  }
  fail();
}

}  // namespace lab::sql
