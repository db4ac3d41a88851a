#include <algorithm>
#include <cctype>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::RelationPtr;

// A single `|` is the pipe where the word behind it begins an operator, and bitwise or everywhere else.
bool Grammar::at_pipe(Index ahead) const {
  if (at("|>", ahead)) return true;
  return options_.single_pipe && at("|", ahead) &&
         at_any({"SELECT", "EXTEND", "SET", "DROP", "AS", "WHERE", "PIVOT", "UNPIVOT", "TABLESAMPLE", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "NATURAL", "SEMI", "ANTI", "JOIN", "UNION",
                 "EXCEPT", "MINUS", "INTERSECT", "ORDER", "CLUSTER", "DISTRIBUTE", "SORT", "LIMIT", "OFFSET", "AGGREGATE", "WINDOW", "LATERAL"},
                ahead + 1);
}

// `FROM t |> WHERE a > 1 |> SELECT b`: each operator takes what stands before it as its input. `query` is where all of it begins.
RelationPtr Grammar::pipe_operators(RelationPtr input, Index query) {
  while (at_pipe()) {
    advance();
    deepen();
    input = pipe_operator(std::move(input), query);
  }
  return input;
}

RelationPtr Grammar::pipe_operator(RelationPtr input, Index query) {
  const Index first = position_;
  input = bordered(std::move(input));
  if (at("SELECT")) return select_query(std::move(input), first);
  if (accept("EXTEND")) {
    plan::Expressions items{plan::make_expression(plan::UnresolvedStar{}, origin(first))};
    for (auto& item : named_expressions()) {
      if (std::holds_alternative<plan::UnresolvedStar>(item->node)) raise(conditions::kStarInPipe, {{"elem", "'*'"}, {"prettyName", "expression `pipeexpression`"}}, first);
      items.push_back(std::move(item));
    }
    return relation_node(plan::Project{std::move(input), std::move(items), "EXTEND"}, first);
  }
  if (accept("SET")) {
    // Each assignment sees those before it.
    do {
      const Index item = position_;
      plan::WithColumns node;
      node.must_exist = true;
      plan::Alias alias;
      alias.names = {identifier()};
      expect("=");
      alias.child = expression();
      node.aliases.push_back(plan::make_expression(std::move(alias), origin(item)));
      node.input = std::move(input);
      input = relation_node(std::move(node), first);
    } while (accept(","));
    return input;
  }
  if (accept("DROP")) {
    plan::UnresolvedStar rest;
    do {
      rest.except.push_back(multipart_identifier());
    } while (accept(","));
    plan::Expressions items{plan::make_expression(std::move(rest), origin(query))};
    return relation_node(plan::Project{std::move(input), std::move(items)}, first);
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
  if (accept("AGGREGATE")) return pipe_aggregate(std::move(input), first);
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
  refuse_combined_clauses(first);
  auto result = organized(input);
  if (position_ != before) return result;
  result = relation_extensions(std::move(input), first);
  if (position_ == before) fail();
  return result;
}

RelationPtr Grammar::pipe_aggregate(RelationPtr input, Index first) {
  const auto refuse = [&](std::string_view what) { raise(conditions::kPipeAggregateCase, {{"case", std::string(what)}}, first); };
  const Index list = position_;
  plan::Expressions items;
  if (!at_all({"GROUP", "BY"})) items = named_expressions();
  for (Index i = list; i < position_; ++i)
    for (const std::string_view name : {"GROUPING", "GROUPING_ID"})
      if (tokens_[i].is(name) && tokens_[i + 1].is("(")) refuse(name);
  if (has_window_call(list, position_)) refuse("window functions; please update the query to move the window functions to a subsequent |> SELECT operator instead");
  plan::Aggregate node;
  if (accept_all({"GROUP", "BY"})) {
    if (at("ALL") && !at(".", 1) && !at("(", 1)) refuse("GROUP BY ALL");
    // The grouping columns come first in the result.
    do {
      if (at("(", 1) && at("ROLLUP")) refuse("GROUP BY ROLLUP");
      if (at("(", 1) && at("CUBE")) refuse("GROUP BY CUBE");
      if (at_all({"GROUPING", "SETS", "("})) refuse("GROUPING SETS");
      node.grouping.push_back(named_expression());
      if (at_all({"SETS", "("})) refuse("GROUPING SETS");  // GROUPING was read as an alias.
    } while (accept(","));
    if (at_all({"GROUPING", "SETS", "("})) refuse("GROUPING SETS");
    if (at("WITH") && at("ROLLUP", 1)) refuse("GROUP BY ROLLUP");
    if (at("WITH") && at("CUBE", 1)) refuse("GROUP BY CUBE");
  }
  node.input = std::move(input);
  node.ordinals_name_input = true;
  node.aggregates = std::move(items);
  return relation_node(std::move(node), first);
}

bool Grammar::has_window_call(Index first, Index end) const {
  for (Index i = first; i < end; ++i) {
    if (tokens_[i].is("(") && (tokens_[i + 1].is("SELECT") || tokens_[i + 1].is("WITH") || tokens_[i + 1].is("FROM") || tokens_[i + 1].is("VALUES"))) i = matching_parenthesis(i);
    if (i == first || !tokens_[i].is("OVER")) continue;
    const Token& next = tokens_[std::min(i + 1, tokens_.size() - 1)];
    const bool ends_call = tokens_[i - 1].is(")") || tokens_[i - 1].is("NULLS");
    if (ends_call && (next.is("(") || next.is_identifier())) return true;
  }
  return false;
}

/// What one step computed hides what it computed it from.
RelationPtr Grammar::bordered(RelationPtr input) {
  if (std::holds_alternative<plan::NamedTable>(input->node) || std::holds_alternative<plan::SubqueryAlias>(input->node)) return input;
  plan::SubqueryAlias border;
  border.input = std::move(input);
  const plan::Origin place = border.input->origin;
  return plan::make_relation(std::move(border), {}, place);
}

/// `|> ORDER BY a LIMIT 1`: one step has one of them.
void Grammar::refuse_combined_clauses(Index first) {
  std::string before;
  if (at_all({"ORDER", "BY"}) || at_all({"SORT", "BY"})) before = std::string(word_text(token()));
  if (before.empty()) return;
  for (Index ahead = 2; token(ahead).kind != TokenKind::End && !at_pipe(ahead) && !at(")", ahead) && !at(";", ahead); ++ahead) {
    if (at("(", ahead)) ahead = matching_parenthesis(position_ + ahead) - position_;
    for (const std::string_view clause : {"LIMIT", "OFFSET"})
      if (at(clause, ahead) && at_clause(ahead)) {
        std::transform(before.begin(), before.end(), before.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        raise_over(conditions::kSeveralClausesInPipe, {{"clause1", before + " BY"}, {"clause2", std::string(clause)}}, first, position_ + ahead);
      }
  }
}

}  // namespace lab::sql
