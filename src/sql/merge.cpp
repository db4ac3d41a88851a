#include <charconv>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::MergeClause;
using plan::Statement;

plan::RelationPtr Grammar::target_relation() {
  const Index first = position_;
  plan::NamedTable table;
  table.name = identifier_reference();
  auto relation = relation_node(std::move(table), first);
  // SET of UPDATE is no alias.
  if (at("SET") && at_identifier(1) && (at("=", 2) || at(".", 2))) return relation;
  return aliased(std::move(relation), first);
}

Statement Grammar::update_statement() {
  expect("UPDATE");
  plan::Update node;
  node.target = target_relation();
  expect("SET");
  node.assignments = assignments();
  if (accept("WHERE")) node.condition = expression();
  return {std::move(node), {}};
}

Statement Grammar::delete_statement() {
  expect("DELETE");
  if (at_identifier()) {
    expect_or_miss("FROM");
  } else {
    expect("FROM");
  }
  plan::Delete node;
  node.target = target_relation();
  if (accept("WHERE")) node.condition = expression();
  return {std::move(node), {}};
}

std::vector<plan::MergeAssignment> Grammar::assignments() {
  std::vector<plan::MergeAssignment> list;
  do {
    plan::MergeAssignment assignment;
    assignment.column = multipart_identifier();
    if (!accept("==")) expect("=");
    assignment.value = expression();
    list.push_back(std::move(assignment));
  } while (accept(","));
  return list;
}

Statement Grammar::merge_statement(Index first) {
  expect("MERGE");
  plan::Merge node;
  node.with_schema_evolution = accept_all({"WITH", "SCHEMA", "EVOLUTION"});
  expect("INTO");
  node.target = target_relation();
  expect("USING");
  const Index source_at = position_;
  if (at("(") && at_query(1)) {
    advance();
    auto inner = query();
    expect(")");
    node.source = aliased(std::move(inner), source_at);
  } else {
    node.source = target_relation();
  }
  expect("ON");
  node.condition = expression();
  while (at("WHEN")) node.clauses.push_back(merge_clause(first));
  if (node.clauses.empty()) {
    if (!at_end() && !at(";")) fail();
    raise(conditions::kMergeWithoutWhen, {}, first);
  }
  const auto check = [&](MergeClause::When when, const Condition& condition) {
    const MergeClause* previous = nullptr;
    for (const auto& clause : node.clauses) {
      if (clause.when != when) continue;
      if (previous && !previous->condition) raise(condition, {}, first);
      previous = &clause;
    }
  };
  check(MergeClause::When::Matched, conditions::kNonLastMatchedClause);
  check(MergeClause::When::NotMatched, conditions::kNonLastNotMatchedClause);
  check(MergeClause::When::NotMatchedBySource, conditions::kNonLastNotMatchedBySourceClause);
  return {std::move(node), {}};
}

MergeClause Grammar::merge_clause(Index statement) {
  MergeClause clause;
  expect("WHEN");
  if (accept("MATCHED")) {
    clause.when = MergeClause::When::Matched;
  } else {
    if (!accept("!")) expect("NOT");
    expect("MATCHED");
    clause.when = MergeClause::When::NotMatched;
    if (accept_all({"BY", "SOURCE"})) {
      clause.when = MergeClause::When::NotMatchedBySource;
    } else {
      accept_all({"BY", "TARGET"});
    }
  }
  if (accept("AND")) clause.condition = expression();
  expect("THEN");
  if (clause.when == MergeClause::When::NotMatched) {
    expect("INSERT");
    if (accept("*")) {
      clause.action = MergeClause::Action::InsertAll;
      return clause;
    }
    clause.action = MergeClause::Action::Insert;
    expect("(");
    do {
      clause.assignments.push_back({multipart_identifier(), nullptr});
    } while (accept(","));
    expect(")");
    expect_all({"VALUES", "("});
    auto values = expressions();
    expect(")");
    if (values.size() != clause.assignments.size())
      raise(conditions::kMergeValuesMismatch,
            {{"actualCount", std::to_string(values.size())}, {"expectedCount", std::to_string(clause.assignments.size())}}, statement);
    for (std::size_t i = 0; i < values.size(); ++i) clause.assignments[i].value = std::move(values[i]);
    return clause;
  }
  if (accept("DELETE")) {
    clause.action = MergeClause::Action::Delete;
    return clause;
  }
  expect_all({"UPDATE", "SET"});
  if (clause.when == MergeClause::When::Matched && accept("*")) {
    clause.action = MergeClause::Action::UpdateAll;
  } else {
    clause.action = MergeClause::Action::Update;
    clause.assignments = assignments();
  }
  return clause;
}

// Delta's `RESTORE [TABLE] t TO VERSION AS OF 3`.
Statement Grammar::restore_statement() {
  expect("RESTORE");
  if (at("TABLE") && at_identifier(1)) advance();
  plan::RestoreTable node;
  const Index first = position_;
  plan::NamedTable table;
  std::optional<std::string> path;
  table.name = delta_table(path);
  if (path) table.name = {"delta", *path};
  node.target = relation_node(std::move(table), first);
  accept("TO");
  if (accept_all({"VERSION", "AS", "OF"})) {
    std::int64_t version = 0;
    const auto& digits = token().text;
    const bool fits = std::from_chars(digits.data(), digits.data() + digits.size(), version).ec == std::errc{};
    if ((token().kind != TokenKind::Integer && !at_string()) || !fits) fail();
    advance();
    node.version = version;
  } else {
    expect_all({"TIMESTAMP", "AS", "OF"});
    node.timestamp = value_expression();
  }
  return {std::move(node), {}};
}

}  // namespace lab::sql
