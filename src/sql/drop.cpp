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
  if (words == 1 && at_any({"VARIABLE", "VAR"}, 1) && options_.is_spark4) {
    position_ += 2;
    plan::DropVariable node;
    node.if_exists = accept_if_exists();
    node.name = identifier_reference();
    return {std::move(node), {}};
  }
  if (at("FUNCTION", words)) {
    position_ += words;
    return drop_function(words == 1);
  }
  for (const std::string_view word : {"INDEX"}) {
    if (!at(word, words)) continue;
    position_ += words + 1;
    if (!at_identifier()) fail();
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"DROP " + std::string(word)}, {}};
  }
  fail();
}

}  // namespace lab::sql
