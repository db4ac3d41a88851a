#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::RelationPtr;

namespace {

/// A SELECT's Project or Aggregate, perhaps under its HAVING, with one more item.
RelationPtr with_item(const plan::Relation& selected, const plan::ExpressionPtr& item) {
  plan::Relation copy = selected;
  if (auto* project = std::get_if<plan::Project>(&copy.node)) {
    project->expressions.push_back(item);
  } else if (auto* aggregate = std::get_if<plan::Aggregate>(&copy.node)) {
    aggregate->aggregates.push_back(item);
  } else if (auto* having = std::get_if<plan::Having>(&copy.node)) {
    having->input = with_item(*having->input, item);
  }
  return std::make_shared<const plan::Relation>(std::move(copy));
}

}  // namespace

/// `SELECT … [FROM …] [WHERE …] [GROUP BY …] [HAVING …] [WINDOW …]`; `from` is there already in FROM-first queries.
RelationPtr Grammar::select_query(RelationPtr from, Index first) {
  const Level level(*this);
  const bool from_first = from != nullptr;
  expect("SELECT");
  if (at_all({"TRANSFORM", "("}) && find_inside(position_ + 1, "USING") == 0) {
    const Index close = matching_parenthesis(position_ + 1);
    if (close + 1 < tokens_.size() && tokens_[close + 1].is("USING")) raise(conditions::kTransformUnsupported, {}, first);
  }
  auto hint_list = hints();
  bool distinct = false;
  if (at_any({"DISTINCT", "ALL"}) && can_start_expression(1) && !at_clause(1)) {
    distinct = at("DISTINCT");
    advance();
  }
  auto items = named_expressions();
  if (!from_first) from = at("FROM") ? from_clause() : relation_node(plan::OneRow{}, first);
  while (at_all({"LATERAL", "VIEW"})) from = lateral_view(std::move(from));
  if (accept("WHERE")) {
    auto condition = expression();
    from = relation_node(plan::Filter{std::move(from), std::move(condition)}, first);
  }
  RelationPtr result;
  if (at_all({"GROUP", "BY"})) {
    result = grouped(std::move(from), std::move(items), first);
  } else if (at("HAVING")) {
    // HAVING without GROUP BY makes one group of everything.
    plan::Aggregate aggregate;
    aggregate.input = std::move(from);
    aggregate.aggregates = std::move(items);
    aggregate.output_includes_grouping = true;
    result = relation_node(std::move(aggregate), first);
  } else {
    result = relation_node(plan::Project{std::move(from), std::move(items)}, first);
  }
  if (accept("HAVING")) {
    auto condition = expression();
    result = relation_node(plan::Having{std::move(result), std::move(condition)}, first);
  }
  if (accept("QUALIFY")) result = qualified(std::move(result), first);
  if (distinct) {
    plan::Deduplicate node;
    node.input = std::move(result);
    node.all_columns = true;
    result = relation_node(std::move(node), first);
  }
  if (at("WINDOW")) result = window_clause(std::move(result), first);
  for (auto hint = hint_list.rbegin(); hint != hint_list.rend(); ++hint) {
    hint->input = std::move(result);
    result = relation_node(std::move(*hint), first);
  }
  return result;
}

/// QUALIFY filters by window functions: its condition is computed beside the SELECT list, used, and dropped again.
RelationPtr Grammar::qualified(RelationPtr selected, Index first) {
  const std::string name = "__qualify";
  const Index start = position_;
  plan::Alias condition;
  condition.child = expression();
  if (!has_window_call(first, position_)) throw Error(conditions::kQualifyWithoutWindow);
  condition.names = {name};
  auto item = plan::make_expression(std::move(condition), origin(start));
  auto keep = relation_node(plan::Filter{with_item(*selected, item), plan::make_attribute({name}, origin(start))}, first);
  plan::Drop drop;
  drop.input = std::move(keep);
  drop.names = {name};
  return relation_node(std::move(drop), first);
}

RelationPtr Grammar::from_statement() {
  const Index first = position_;
  auto from = from_clause();
  // `FROM t |> …` and a bare `FROM t` are pipe queries of Spark 4.
  if (!at("SELECT")) {
    if (at_pipe() || at(")") || at_end() || at(";") || at_any({"UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET"})) {
      plan::Expressions all{plan::make_expression(plan::UnresolvedStar{}, origin(first))};
      return relation_node(plan::Project{std::move(from), std::move(all)}, first);
    }
    fail();
  }
  auto result = select_query(from, first);
  // `FROM t SELECT a SELECT b` reads t twice; each SELECT has its own ORDER BY and LIMIT then.
  while (at("SELECT")) {
    plan::SetOperation both;
    both.all = true;
    both.left = std::move(result);
    both.right = organized(select_query(from, first));
    deepen();
    result = relation_node(std::move(both), first);
  }
  return result;
}

std::vector<plan::Hint> Grammar::hints() {
  std::vector<plan::Hint> list;
  while (accept("/*+")) {
    do {
      if (at(",")) advance();
      plan::Hint hint;
      hint.name = identifier();
      if (accept("(")) {
        if (!at(")")) {
          do {
            hint.parameters.push_back(primary());
          } while (accept(","));
        }
        expect(")");
      }
      list.push_back(std::move(hint));
    } while (at(",") || at_identifier());
    expect("*/");
  }
  return list;
}

}  // namespace lab::sql
