#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

plan::RelationPtr Grammar::pivot(plan::RelationPtr input) {
  const Index first = position_;
  const Level level(*this);
  expect_all({"PIVOT", "("});
  plan::Pivot node;
  node.implicit_grouping = true;
  // FOR ends the aggregates, so it cannot be taken for an alias.
  do {
    const Index item = position_;
    auto value = expression();
    plan::Alias alias;
    if (accept("AS") || (at_identifier() && !at("FOR"))) {
      alias.names = {identifier()};
      alias.child = std::move(value);
      value = plan::make_expression(std::move(alias), origin(item));
    }
    node.aggregates.push_back(std::move(value));
  } while (accept(","));
  expect("FOR");
  const Index column = position_;
  plan::Expressions columns;
  const bool several = at("(");
  std::vector<std::string> names;
  if (several) {
    names = identifier_list();
  } else {
    names = {identifier()};
  }
  for (auto& name : names) columns.push_back(plan::make_attribute({std::move(name)}, origin(column)));
  node.column = columns.size() == 1 ? columns.front() : plan::make_call("struct", std::move(columns), origin(column));
  expect_all({"IN", "("});
  do {
    const Index item = position_;
    auto value = expression();
    plan::Alias alias;
    if (accept("AS") || at_identifier()) {
      alias.names = {identifier()};
      alias.child = std::move(value);
      value = plan::make_expression(std::move(alias), origin(item));
    }
    node.values.push_back(std::move(value));
  } while (accept(","));
  expect(")");
  expect(")");
  node.input = std::move(input);
  return relation_node(std::move(node), first);
}

plan::RelationPtr Grammar::unpivot(plan::RelationPtr input) {
  const Index first = position_;
  const Level level(*this);
  expect("UNPIVOT");
  plan::Unpivot node;
  node.ids_implicit = true;
  node.include_nulls = false;
  if (at_any({"INCLUDE", "EXCLUDE"})) {
    node.include_nulls = at("INCLUDE");
    advance();
    expect("NULLS");
  }
  expect("(");
  const bool several = at("(");
  if (several) {
    node.value_columns = identifier_list();
  } else {
    node.value_columns = {identifier()};
  }
  expect("FOR");
  node.variable_column = identifier();
  expect_all({"IN", "("});
  node.values.emplace();
  do {
    plan::Expressions set;
    const Index item = position_;
    if (several) {
      expect("(");
      do {
        const Index column = position_;
        auto name = multipart_identifier();
        set.push_back(plan::make_attribute(std::move(name), origin(column)));
      } while (accept(","));
      expect(")");
    } else {
      auto name = multipart_identifier();
      set.push_back(plan::make_attribute(std::move(name), origin(item)));
    }
    node.values->push_back(std::move(set));
    std::optional<std::string> alias;
    if (accept("AS") || at_identifier()) alias = identifier();
    node.value_aliases.push_back(std::move(alias));
  } while (accept(","));
  expect(")");
  expect(")");
  node.input = std::move(input);
  auto result = relation_node(std::move(node), first);
  return aliased(std::move(result), first);
}

}  // namespace lab::sql
