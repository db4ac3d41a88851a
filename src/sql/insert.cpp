#include <algorithm>
#include <cctype>

#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::Statement;

/// `INSERT …` up to the query whose rows it takes.
void Grammar::insert_head(plan::Insert& node) {
  const Index first = position_;
  expect("INSERT");
  if (accept("OVERWRITE")) {
    node.overwrite = true;
    if (at("DIRECTORY") || at_all({"LOCAL", "DIRECTORY"})) {
      raise_over(conditions::kUnsupportedFeature, {{"feature", "INSERT OVERWRITE DIRECTORY"}, {"hint", ""}}, first, position_ + 1);
    }
  } else {
    expect("INTO");
  }
  if (at("TABLE") && at_identifier(1)) advance();
  node.table = identifier_reference();
  if (at("WITH") && at("(", 1)) {
    advance();
    (void)property_list(true);
  }
  if (at_any({"REPLACE"}) && at("WHERE", 1)) {
    position_ += 2;
    node.replace_where = expression();
  } else {
    if (at("PARTITION") && at("(", 1)) {
      node.partition = partition_spec();
      if (accept_if_not_exists()) {
        for (const auto& [name, value] : node.partition)
          if (!value) raise(conditions::kOperationNotAllowed, {{"message", "IF NOT EXISTS with dynamic partitions: " + name}}, first);
        raise(conditions::kUnsupportedFeature, {{"feature", "INSERT OVERWRITE … IF NOT EXISTS"}, {"hint", ""}}, first);
      }
    }
    if (accept_all({"BY", "NAME"})) {
      node.by_name = true;
    } else if (at("(") && !at_query(1)) {
      node.columns = identifier_list();
    }
    if (at("REPLACE") && at("WHERE", 1)) {
      position_ += 2;
      node.replace_where = expression();
    }
  }
}

Statement Grammar::insert_statement(std::vector<plan::CommonTable> tables, bool recursive) {
  const Index first = position_;
  if (at_all({"INSERT", "OVERWRITE"}) && (at("DIRECTORY", 2) || (at("LOCAL", 2) && at("DIRECTORY", 3)))) {
    position_ += 2;
    return insert_directory();
  }
  plan::Insert node;
  insert_head(node);
  if (!at_query()) {
    if (!at("FROM")) fail();
    fail_at(position_ + 1);
  }
  const Index query_at = position_;
  node.query = query();
  refuse_duplicates(tables, first);
  if (!tables.empty()) node.query = relation_node(plan::With{std::move(tables), recursive, std::move(node.query)}, query_at);
  return {std::move(node), {}};
}

bool Grammar::at_multi_insert() const {
  if (!at("FROM")) return false;
  for (Index i = position_ + 1; i + 1 < tokens_.size(); ++i) {
    if (tokens_[i].is("(")) i = matching_parenthesis(i);
    else if (tokens_[i].is("INSERT") && (tokens_[i + 1].is("INTO") || tokens_[i + 1].is("OVERWRITE"))) return true;
    if (tokens_[i].kind == TokenKind::End) return false;
  }
  return false;
}

Statement Grammar::multi_insert(const std::vector<plan::CommonTable>& tables, bool recursive) {
  const Index first = position_;
  const auto from = from_clause();
  plan::InsertAll all;
  while (at("INSERT")) {
    plan::Insert node;
    insert_head(node);
    const Index query_at = position_;
    node.query = organized(select_query(from, query_at));
    if (!tables.empty()) node.query = relation_node(plan::With{tables, recursive, std::move(node.query)}, query_at);
    all.inserts.push_back(std::move(node));
  }
  refuse_duplicates(tables, first);
  return {std::move(all), {}};
}

/// `DIRECTORY '/x' USING csv OPTIONS (…) SELECT …`: as a DataFrame's writer would.
Statement Grammar::insert_directory() {
  accept("LOCAL");
  expect("DIRECTORY");
  plan::WriteOperation node;
  node.mode = plan::SaveMode::Overwrite;
  if (at_string()) node.path = string_literal();
  if (!accept("USING")) {
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"INSERT OVERWRITE DIRECTORY in a format of Hive"}, {}};
  }
  for (const auto& part : multipart_identifier()) node.source += (node.source.empty() ? "" : ".") + part;
  std::transform(node.source.begin(), node.source.end(), node.source.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (at("OPTIONS") && at("(", 1)) {
    advance();
    node.options = property_list(true);
  }
  node.input = query();
  return {std::move(node), {}};
}

std::vector<std::pair<std::string, plan::ExpressionPtr>> Grammar::partition_spec() {
  std::vector<std::pair<std::string, plan::ExpressionPtr>> values;
  expect_all({"PARTITION", "("});
  do {
    std::string name = identifier();
    plan::ExpressionPtr value;
    if (accept("=")) value = primary();
    values.emplace_back(std::move(name), std::move(value));
  } while (accept(","));
  expect(")");
  return values;
}

}  // namespace lab::sql
