#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::RelationPtr;

// `FROM t |> WHERE a > 1 |> SELECT b`: each operator takes what stands before it as its input.
RelationPtr Grammar::pipe_operators(RelationPtr input) {
  while (accept("|>")) {
    deepen();
    input = pipe_operator(std::move(input));
  }
  return input;
}

RelationPtr Grammar::pipe_operator(RelationPtr input) {
  const Index first = position_;
  if (at("SELECT")) return select_query(std::move(input), first);
  if (accept("EXTEND")) {
    plan::Expressions items{plan::make_expression(plan::UnresolvedStar{}, origin(first))};
    for (auto& item : named_expressions()) items.push_back(std::move(item));
    return relation_node(plan::Project{std::move(input), std::move(items)}, first);
  }
  if (accept("SET")) {
    plan::WithColumns node;
    do {
      const Index item = position_;
      plan::Alias alias;
      alias.names = {identifier()};
      expect("=");
      alias.child = expression();
      node.aliases.push_back(plan::make_expression(std::move(alias), origin(item)));
    } while (accept(","));
    node.input = std::move(input);
    return relation_node(std::move(node), first);
  }
  if (accept("DROP")) {
    plan::Drop node;
    do {
      node.names.push_back(identifier());
    } while (accept(","));
    node.input = std::move(input);
    return relation_node(std::move(node), first);
  }
  if (accept("AS")) {
    plan::SubqueryAlias node;
    node.alias = {identifier()};
    node.input = std::move(input);
    return relation_node(std::move(node), first);
  }
  if (accept("WHERE")) {
    auto condition = expression();
    return relation_node(plan::Filter{std::move(input), std::move(condition)}, first);
  }
  if (at_all({"PIVOT", "("})) return pivot(std::move(input));
  if (at("UNPIVOT")) return unpivot(std::move(input));
  if (at_all({"TABLESAMPLE", "("})) return sampled(std::move(input));
  if (at("AGGREGATE")) {
    advance();
    plan::Expressions items;
    if (!at_all({"GROUP", "BY"})) items = named_expressions();
    plan::Aggregate node;
    if (accept_all({"GROUP", "BY"})) {
      // The grouping columns come first in the result.
      do {
        node.grouping.push_back(named_expression());
      } while (accept(","));
    }
    node.input = std::move(input);
    node.aggregates = std::move(items);
    return relation_node(std::move(node), first);
  }
  if (at_any({"UNION", "INTERSECT", "EXCEPT", "MINUS"})) {
    plan::SetOperation node;
    node.op = at("UNION") ? plan::SetOperator::Union : at("INTERSECT") ? plan::SetOperator::Intersect : plan::SetOperator::Except;
    advance();
    if (at_any({"ALL", "DISTINCT"})) {
      node.all = at("ALL");
      advance();
    }
    if (accept_all({"BY", "NAME"})) node.by_name = true;
    node.right = query_primary();
    node.left = std::move(input);
    return relation_node(std::move(node), first);
  }
  if (at_all({"LATERAL", "VIEW"})) return lateral_view(std::move(input));
  const Index before = position_;
  auto result = organized(input);
  if (position_ != before) return result;
  result = relation_extensions(std::move(input), first);
  if (position_ == before) fail();
  return result;
}

}  // namespace lab::sql
