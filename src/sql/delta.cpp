#include "sql/grammar.h"

// Statements of Delta's own grammar, and ALTER TABLE where it is about properties.
namespace lab::sql {

using plan::Statement;

std::optional<Statement> Grammar::alter_table_statement() {
  if (!at_all({"ALTER", "TABLE"})) return std::nullopt;
  const Index first = position_;
  position_ += 2;
  plan::SetTableProperties node;
  if (at_identifier()) node.table = identifier_reference();
  if (!node.table.empty() && accept_all({"SET", "TBLPROPERTIES"})) {
    node.properties = property_list(false);
    return Statement{std::move(node), {}};
  }
  if (!node.table.empty() && accept_all({"UNSET", "TBLPROPERTIES"})) {
    node.if_exists = accept_if_exists();
    expect("(");
    do node.unset.push_back(property_key());
    while (accept(","));
    expect(")");
    return Statement{std::move(node), {}};
  }
  if (!node.table.empty())
    if (auto governed = alter_governed_table(node.table)) return governed;
  // Some other change of a table.
  position_ = first;
  return std::nullopt;
}

// Behind `CREATE TABLE t`: `SHALLOW CLONE s [VERSION|TIMESTAMP AS OF …] [TBLPROPERTIES (…)] [LOCATION '…']`.
Statement Grammar::clone_table(plan::CloneTable node) {
  node.is_shallow = at("SHALLOW");
  advance();
  expect("CLONE");
  node.source = identifier_reference();
  accept("FOR");
  if (at_any({"VERSION", "SYSTEM_VERSION"})) {
    advance();
    expect_all({"AS", "OF"});
    if (at_string()) {
      node.version = string_literal();
    } else {
      if (token().kind != TokenKind::Integer) fail();
      node.version = std::string(token().text);
      advance();
    }
  } else if (at_any({"TIMESTAMP", "SYSTEM_TIME"})) {
    advance();
    expect_all({"AS", "OF"});
    node.timestamp = expression();
  }
  while (true) {
    if (accept("TBLPROPERTIES")) {
      node.properties = property_list(false);
    } else if (accept("LOCATION")) {
      node.location = string_literal();
    } else {
      return {std::move(node), {}};
    }
  }
}

Statement Grammar::convert_statement() {
  expect_all({"CONVERT", "TO", "DELTA"});
  plan::ConvertToDelta node;
  node.table = identifier_reference();
  accept_all({"NO", "STATISTICS"});
  if (accept_all({"PARTITIONED", "BY", "("})) {
    do {
      types::Field field;
      field.name = std::string(identifier());
      field.type = data_type();
      node.partitions.push_back(std::move(field));
    } while (accept(","));
    expect(")");
  }
  return {std::move(node), {}};
}

}  // namespace lab::sql
