#include "sql/grammar.h"

namespace lab::sql {

using plan::Statement;

Statement Grammar::drop_statement() {
  expect("DROP");
  if (at_any({"DATABASE", "SCHEMA", "NAMESPACE"})) {
    advance();
    plan::DropNamespace node;
    node.if_exists = accept_if_exists();
    node.name = identifier_reference();
    if (accept("CASCADE")) {
      node.cascade = true;
    } else {
      accept("RESTRICT");
    }
    return {std::move(node), {}};
  }
  if (accept("TABLE")) {
    plan::DropTable node;
    node.if_exists = accept_if_exists();
    node.name = identifier_reference();
    node.purge = accept("PURGE");
    return {std::move(node), {}};
  }
  if (accept("VIEW")) {
    plan::DropView node;
    node.if_exists = accept_if_exists();
    node.name = identifier_reference();
    return {std::move(node), {}};
  }
  const Index words = at_any({"TEMPORARY", "TEMP"}) ? 1 : 0;
  for (const std::string_view word : {"FUNCTION", "VARIABLE", "VAR", "INDEX"}) {
    if (!at(word, words) || (word.starts_with("VAR") && words == 0)) continue;
    position_ += words + 1;
    if (!at_identifier()) fail();
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"DROP " + std::string(word)}, {}};
  }
  fail();
}

}  // namespace lab::sql
