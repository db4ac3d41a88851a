#include <charconv>

#include "sql/grammar.h"
#include "types/type_text.h"

namespace lab::sql {

using plan::Statement;

Statement Grammar::describe_statement() {
  advance();
  const Index first = position_;
  if (at("FUNCTION") && (at_identifier(1) || at_string(1) || token(1).kind == TokenKind::Symbol) && !at(".", 1) && !at(";", 1)) {
    advance();
    plan::DescribeFunction node;
    if (at("EXTENDED") && token(1).kind != TokenKind::End) {
      advance();
      node.extended = true;
    }
    if (at_string()) {
      node.name = {string_literal()};
    } else if (at_identifier()) {
      node.name = identifier_reference();
    } else {
      node.name = {std::string(word_text(token()))};
      advance();
    }
    return {std::move(node), {}};
  }
  if (at_any({"DATABASE", "SCHEMA", "NAMESPACE"}) && at_identifier(1)) {
    advance();
    plan::DescribeNamespace node;
    if (at("EXTENDED") && at_identifier(1)) {
      advance();
      node.extended = true;
    }
    node.name = identifier_reference();
    return {std::move(node), {}};
  }
  if (at("HISTORY") && (at_identifier(1) || at_string(1))) {
    advance();
    plan::DescribeHistory node;
    node.table = delta_table(node.path);
    if (accept("LIMIT")) {
      int limit = 0;
      const auto& digits = token().text;
      if (token().kind != TokenKind::Integer || std::from_chars(digits.data(), digits.data() + digits.size(), limit).ec != std::errc{}) fail();
      advance();
      node.limit = limit;
    }
    return {std::move(node), {}};
  }
  if (at("DETAIL") && (at_identifier(1) || at_string(1))) {
    advance();
    plan::DescribeDetail node;
    node.table = delta_table(node.path);
    return {std::move(node), {}};
  }
  if (at("QUERY") && at_query(1)) advance();
  if (at_query() && !(at("TABLE") && !at("(", 1))) return {plan::DescribeQuery{query()}, {}};
  return describe_relation(first);
}

/// `delta.`/a/path``, `'/a/path'` or a table's name; an optional TABLE may stand in front.
plan::NameParts Grammar::delta_table(std::optional<std::string>& path) {
  if (at("TABLE") && (at_identifier(1) || at_string(1))) advance();
  if (at_string()) {
    path = string_literal();
    return {};
  }
  return identifier_reference();
}

Statement Grammar::describe_relation(Index) {
  plan::DescribeTable node;
  if (at("TABLE") && at_identifier(1)) advance();
  if (at_any({"EXTENDED", "FORMATTED"}) && at_identifier(1)) {
    advance();
    node.extended = true;
  }
  node.name = identifier_reference();
  if (at("PARTITION") && at("(", 1)) {
    (void)partition_spec();
    accept_all({"AS", "JSON"});
    return {plan::UnsupportedCommand{"DESCRIBE TABLE … PARTITION"}, {}};
  }
  if (at_all({"AS", "JSON"})) {
    position_ += 2;
    return {plan::UnsupportedCommand{"DESCRIBE TABLE … AS JSON"}, {}};
  }
  if (at_identifier()) {
    std::string column;
    for (const auto& part : multipart_identifier()) column += (column.empty() ? "" : ".") + types::quote_if_needed(part);
    node.column = std::move(column);
    if (at_all({"AS", "JSON"})) {
      position_ += 2;
      return {plan::UnsupportedCommand{"DESCRIBE TABLE … AS JSON"}, {}};
    }
  }
  return {std::move(node), {}};
}

}  // namespace lab::sql
