#include <algorithm>
#include <cctype>
#include <charconv>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::RelationPtr;

bool Grammar::at_query(Index ahead) const {
  // A long run of parentheses is looked at once: each one's end is known.
  Index here = std::min(position_ + ahead, tokens_.size() - 1);
  std::vector<Index> ends;
  while (tokens_[here].is("(")) {
    ends.push_back(matching_parenthesis(here));
    ++here;
  }
  const Token& word = tokens_[here];
  const Token& next = tokens_[std::min(here + 1, tokens_.size() - 1)];
  const bool name_follows = next.is_identifier() || next.is("(");
  bool begins = false;
  if (word.is("SELECT")) {
    begins = !next.is(")") && !next.is(".") && !next.is(",");
  } else if (word.is("WITH")) {
    const Token& third = tokens_[std::min(here + 2, tokens_.size() - 1)];
    begins = next.is_identifier() && (third.is("AS") || third.is("(") || third.is_identifier());
  } else if (word.is("FROM") || word.is("TABLE")) {
    begins = word.is("FROM") ? name_follows : next.is_identifier();
  } else if (word.is("VALUES")) {
    begins = next.kind != TokenKind::End && next.kind != TokenKind::Invalid && (next.kind != TokenKind::Symbol || next.is("(") || next.is("-") || next.is("+"));
  }
  if (!begins) return false;
  // `((select 1) + 1)` is an expression and `((select 1) union …)` a query: what follows each inner end tells.
  for (Index i = ends.size(); i-- > 0;) {
    const Token& after = tokens_[std::min(ends[i] + 1, tokens_.size() - 1)];
    const bool goes_on = after.is(")") || after.is("UNION") || after.is("EXCEPT") || after.is("MINUS") || after.is("INTERSECT") || after.is("ORDER") ||
                         after.is("SORT") || after.is("CLUSTER") || after.is("DISTRIBUTE") || after.is("LIMIT") || after.is("OFFSET") ||
                         after.is("WINDOW") || after.is("|>");
    if (!goes_on && !(i == 0 && (after.kind == TokenKind::End || after.is(";")))) return false;
  }
  return true;
}

RelationPtr Grammar::query() {
  const Level level(*this);
  const Index first = position_;
  bool recursive = false;
  std::vector<plan::CommonTable> tables;
  if (at("WITH")) tables = common_tables(recursive);
  const Index term = position_;
  auto body = organized(query_term(0));
  // Behind the last step the clauses of the whole query may follow.
  if (at_pipe()) body = organized(pipe_operators(std::move(body), term));
  if (tables.empty()) return body;
  refuse_duplicates(tables, first);
  return relation_node(plan::With{std::move(tables), recursive, std::move(body)}, first);
}

std::vector<plan::CommonTable> Grammar::common_tables(bool& recursive) {
  expect("WITH");
  // For 3.5 the word is a name, and what follows it an error.
  if (options_.is_spark4 && at("RECURSIVE") && at_identifier(1) && !at("AS", 1)) {
    advance();
    recursive = true;
  }
  std::vector<plan::CommonTable> tables;
  do {
    plan::CommonTable table;
    table.name = identifier();
    if (at("(") && !at_query(1)) table.columns = identifier_list();
    if (at_all({"MAX", "RECURSION", "LEVEL"})) {
      position_ += 3;
      if (token().kind != TokenKind::Integer) fail();
      std::int64_t rounds = 0;
      std::from_chars(token().text.data(), token().text.data() + token().text.size(), rounds);
      table.most_rounds = rounds;
      advance();
    }
    accept("AS");
    expect("(");
    table.plan = query();
    expect(")");
    tables.push_back(std::move(table));
  } while (accept(","));
  return tables;
}

/// The error covers the whole query, so it waits for its end.
void Grammar::refuse_duplicates(const std::vector<plan::CommonTable>& tables, Index first) const {
  std::vector<std::string> names;
  std::string duplicates;
  for (const auto& table : tables) {
    std::string key = table.name;
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (std::find(names.begin(), names.end(), key) != names.end()) duplicates += (duplicates.empty() ? "`" : ", `") + key + "`";
    names.push_back(std::move(key));
  }
  if (!duplicates.empty()) raise(conditions::kDuplicatedCteNames, {{"duplicateNames", duplicates}}, first);
}

// INTERSECT binds tighter than UNION, EXCEPT and MINUS.
RelationPtr Grammar::query_term(int level) {
  const Index first = position_;
  auto left = level == 0 ? query_term(1) : query_primary();
  while (true) {
    plan::SetOperation node;
    if (level == 1) {
      if (!at("INTERSECT")) return left;
      node.op = plan::SetOperator::Intersect;
    } else if (at("UNION")) {
      node.op = plan::SetOperator::Union;
    } else if (at_any({"EXCEPT", "MINUS"})) {
      node.op = plan::SetOperator::Except;
    } else {
      return left;
    }
    advance();
    if (at_any({"ALL", "DISTINCT"})) {
      node.all = at("ALL");
      advance();
    }
    if (accept_all({"BY", "NAME"})) node.by_name = true;
    node.right = level == 0 ? query_term(1) : query_primary();
    node.left = std::move(left);
    deepen();
    left = relation_node(std::move(node), first);
  }
}

RelationPtr Grammar::query_primary() {
  const Index first = position_;
  if (at("SELECT")) return select_query(nullptr, first);
  if (at("FROM")) return from_statement();
  if (at("VALUES")) return inline_table();
  if (at("TABLE")) {
    advance();
    plan::NamedTable table;
    table.name = identifier_reference();
    return relation_node(std::move(table), first);
  }
  if (at("(")) {
    advance();
    auto inner = query();
    expect(")");
    return inner;
  }
  fail();
}

// ORDER BY, SORT BY, DISTRIBUTE BY, CLUSTER BY, WINDOW, LIMIT and OFFSET behind a query.
RelationPtr Grammar::organized(RelationPtr input) {
  const Index first = position_;
  plan::Expressions order;
  plan::Expressions cluster;
  plan::Expressions distribute;
  plan::Expressions sort;
  if (accept_all({"ORDER", "BY"})) order = sort_items();
  if (accept_all({"CLUSTER", "BY"})) cluster = expressions();
  if (accept_all({"DISTRIBUTE", "BY"})) distribute = expressions();
  if (accept_all({"SORT", "BY"})) sort = sort_items();
  const int kinds = !order.empty() + !cluster.empty() + (!distribute.empty() || !sort.empty());
  if (kinds > 1) raise(conditions::kCombinationQueryResultClauses, {}, first);
  if (!order.empty()) input = relation_node(plan::Sort{std::move(input), std::move(order), true}, first);
  if (!cluster.empty()) {
    plan::Expressions orders;
    for (const auto& item : cluster) orders.push_back(plan::make_expression(plan::SortOrder{item}, item->origin));
    input = relation_node(plan::Repartition{std::move(input), {}, std::move(cluster), true}, first);
    input = relation_node(plan::Sort{std::move(input), std::move(orders), false}, first);
  }
  if (!distribute.empty()) input = relation_node(plan::Repartition{std::move(input), {}, std::move(distribute), true}, first);
  if (!sort.empty()) input = relation_node(plan::Sort{std::move(input), std::move(sort), false}, first);
  if (at("WINDOW")) input = window_clause(std::move(input), first);
  plan::ExpressionPtr limit;
  bool limits_all = false;
  if (at("LIMIT")) {
    advance();
    if (!(at("ALL") && !can_start_expression(1)) && !at_all({"ALL", "OFFSET"})) {
      limit = expression();
    } else {
      advance();
      limits_all = true;
    }
  }
  if (accept("OFFSET")) input = relation_node(plan::Offset{std::move(input), expression()}, first);
  if (limit || limits_all) input = relation_node(plan::Limit{std::move(input), std::move(limit)}, first);
  return input;
}

RelationPtr Grammar::inline_table() {
  const Index first = position_;
  expect("VALUES");
  plan::InlineTable table;
  do {
    auto row = expression();
    const auto* call = std::get_if<plan::UnresolvedFunction>(&row->node);
    std::string name = call && call->name.size() == 1 ? call->name.front() : std::string();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "struct") {
      table.rows.push_back(call->arguments);
    } else {
      table.rows.push_back({std::move(row)});
    }
  } while (accept(","));
  return aliased(relation_node(std::move(table), first), first);
}

}  // namespace lab::sql
