#include <algorithm>
#include <charconv>
#include <set>

#include "sql/conditions.h"
#include "sql/grammar.h"
#include "types/field_comment.h"
#include "types/type_text.h"

namespace lab::sql {

using plan::Statement;

namespace {

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

Statement Grammar::create_statement(Index first) {
  const bool is_replace = at("REPLACE");
  advance();
  if (is_replace) return create_table(first, false, true);
  if (at_any({"DATABASE", "SCHEMA", "NAMESPACE"})) return create_namespace();
  const bool or_replace = accept_all({"OR", "REPLACE"});
  Index ahead = 0;
  while (at_any({"GLOBAL", "TEMPORARY", "TEMP", "EXTERNAL"}, ahead)) ++ahead;
  if (at("TABLE", ahead)) return create_table(first, or_replace, false);
  if (at("VIEW", ahead)) return create_view(first, or_replace);
  if (at("FUNCTION", ahead) && ahead <= 1 && !at_any({"GLOBAL", "EXTERNAL"})) {
    position_ += ahead;
    return create_function(first, or_replace, ahead == 1);
  }
  for (const std::string_view word : {"INDEX", "VARIABLE"}) {
    if (!at(word, ahead)) continue;
    position_ += ahead + 1;
    if (!at_identifier()) fail();
    plan::NameParts table;
    if (word == "INDEX") {
      (void)accept_if_not_exists();
      (void)identifier();
      expect("ON");
      if (at("TABLE") && at_identifier(1)) advance();
      table = identifier_reference();
    }
    while (!at_end() && !at(";")) advance();
    return {plan::UnsupportedCommand{"CREATE " + std::string(word), std::move(table)}, {}};
  }
  if (ahead > 0) position_ += ahead;
  fail();
}

Statement Grammar::create_namespace() {
  advance();
  plan::CreateNamespace node;
  node.if_not_exists = accept_if_not_exists();
  node.name = identifier_reference();
  const Index first = position_;
  bool has_properties = false;
  while (true) {
    const auto once = [&](bool seen, const char* clause) {
      if (seen) raise(conditions::kDuplicateClauses, {{"clauseName", clause}}, first);
    };
    if (at("COMMENT") && at_string(1)) {
      once(node.comment.has_value(), "COMMENT");
      node.comment = comment_text();
    } else if (at("LOCATION")) {
      once(node.location.has_value(), "LOCATION");
      advance();
      node.location = string_literal();
    } else if (at("WITH") && at_any({"DBPROPERTIES", "PROPERTIES"}, 1)) {
      once(has_properties, "WITH PROPERTIES");
      position_ += 2;
      node.properties = property_list(false);
      has_properties = true;
    } else {
      return {std::move(node), {}};
    }
  }
}

Statement Grammar::create_table(Index first, bool or_replace, bool is_replace) {
  plan::CreateTable node;
  node.or_replace = or_replace;
  node.is_replace = is_replace;
  bool temporary = false;
  while (at_any({"TEMPORARY", "TEMP", "EXTERNAL"})) {
    if (at("EXTERNAL")) {
      node.table.is_external = true;
    } else {
      temporary = true;
    }
    advance();
  }
  expect("TABLE");
  if (!is_replace && !or_replace) node.if_not_exists = accept_if_not_exists();
  node.table.name = identifier_reference();
  if (at("LIKE") && !is_replace && !or_replace) {
    plan::CreateTableLike like;
    like.name = node.table.name;
    like.if_not_exists = node.if_not_exists;
    return create_table_like(std::move(like));
  }
  if (at_any({"SHALLOW", "DEEP"}) && at("CLONE", 1)) {
    plan::CloneTable clone;
    clone.target = node.table.name;
    clone.or_replace = node.or_replace;
    clone.is_replace = node.is_replace;
    clone.if_not_exists = node.if_not_exists;
    return clone_table(std::move(clone));
  }
  if (at("(") && !at_query(1)) table_columns(node.table);
  if (accept("USING")) {
    for (const auto& part : multipart_identifier()) node.table.provider += (node.table.provider.empty() ? "" : ".") + part;
  }
  table_clauses(node.table, first);
  const bool said_as = accept("AS");
  if (said_as || at_query()) {
    if (!node.table.columns.empty() && !node.table.provider.empty() && said_as) {
      (void)query();
      raise(conditions::kOperationNotAllowed, {{"message", "Schema may not be specified in a Create Table As Select (CTAS) statement"}}, first);
    }
    node.query = query();
  }
  if (temporary) {
    if (node.table.provider.empty()) raise(conditions::kTemporaryTableWithoutProvider, {}, first);
    raise(conditions::kOperationNotAllowed, {{"message", "CREATE TEMPORARY TABLE ... USING ..., use CREATE TEMPORARY VIEW instead"}}, first);
  }
  return {std::move(node), {}};
}

Statement Grammar::create_table_like(plan::CreateTableLike like) {
  const Index first = position_;
  expect("LIKE");
  like.source = identifier_reference();
  while (true) {
    if (at("USING")) {
      if (!like.provider.empty()) raise(conditions::kDuplicateClauses, {{"clauseName", "USING"}}, first);
      advance();
      for (const auto& part : multipart_identifier()) like.provider += (like.provider.empty() ? "" : ".") + part;
    } else if (at("LOCATION")) {
      if (like.location) raise(conditions::kDuplicateClauses, {{"clauseName", "LOCATION"}}, first);
      advance();
      like.location = string_literal();
    } else if (at("TBLPROPERTIES")) {
      advance();
      (void)property_list(false);
      return {plan::UnsupportedCommand{"CREATE TABLE LIKE … TBLPROPERTIES"}, {}};
    } else if (at_all({"STORED", "AS"}) || at_all({"ROW", "FORMAT"})) {
      while (!at_end() && !at(";")) advance();
      return {plan::UnsupportedCommand{"CREATE TABLE LIKE … ROW FORMAT"}, {}};
    } else {
      return {std::move(like), {}};
    }
  }
}

void Grammar::table_columns(plan::TableDefinition& table) {
  expect("(");
  do {
    if (at_any({"CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK"}) && (at_any({"KEY", "("}, 1) || (at("CONSTRAINT") && at_identifier(1) && at_any({"PRIMARY", "FOREIGN", "UNIQUE", "CHECK"}, 2)))) {
      raise_over(conditions::kUnsupportedFeature, {{"feature", "constraints of tables"}, {"hint", "Leave the constraint out."}}, position_, position_ + 1);
    }
    table.columns.push_back(column_definition());
  } while (accept(","));
  expect(")");
}

plan::ColumnDefinition Grammar::column_definition() {
  plan::ColumnDefinition column;
  const Index first = position_;
  column.field.name = identifier();
  column.field.type = data_type();
  bool has_null_rule = false;
  const auto once = [&](bool seen, const char* clause) {
    if (seen) raise(conditions::kDuplicateClauses, {{"clauseName", clause}}, first);
  };
  while (true) {
    if (at_any({"NOT", "!"}) && at("NULL", 1)) {
      once(has_null_rule, "NOT NULL");
      position_ += 2;
      column.field.nullable = false;
      has_null_rule = true;
    } else if (at("DEFAULT")) {
      once(column.default_sql.has_value(), "DEFAULT");
      advance();
      const Index start = position_;
      (void)expression();
      column.default_sql = std::string(source(start, position_));
    } else if (at_all({"GENERATED", "ALWAYS", "AS", "("})) {
      once(column.generated_sql.has_value(), "GENERATED ALWAYS AS");
      position_ += 4;
      const Index start = position_;
      (void)expression();
      column.generated_sql = std::string(source(start, position_));
      expect(")");
    } else if (at("GENERATED") && at_any({"ALWAYS", "BY"}, 1)) {
      raise_over(conditions::kUnsupportedFeature, {{"feature", "identity columns"}, {"hint", ""}}, position_, position_ + 2);
    } else if (const auto comment = comment_text()) {
      once(!column.field.metadata.empty(), "COMMENT");
      column.field.metadata = types::with_metadata_entry({}, "comment", *comment);
    } else {
      return column;
    }
  }
}

void Grammar::table_clauses(plan::TableDefinition& table, Index first) {
  std::set<std::string> seen;
  const auto once = [&](const char* clause) {
    if (!seen.insert(clause).second) {
      while (!at_end() && !at(";")) advance();
      raise(conditions::kDuplicateClauses, {{"clauseName", clause}}, first);
    }
  };
  const auto unsupported = [&](const char* clause) {
    raise_over(conditions::kUnsupportedFeature, {{"feature", std::string(clause) + " in CREATE TABLE"}, {"hint", ""}}, position_, position_ + 1);
  };
  while (true) {
    if (at("OPTIONS") && at("(", 1)) {
      once("OPTIONS");
      advance();
      table.options = property_list(true);
    } else if (at_all({"PARTITIONED", "BY", "("})) {
      once("PARTITIONED BY");
      position_ += 2;
      partitioning(table);
    } else if (at_all({"CLUSTER", "BY", "("})) {
      once("CLUSTER BY");
      position_ += 3;
      do {
        std::string name;
        for (const auto& part : multipart_identifier()) name += (name.empty() ? "" : ".") + part;
        table.clustering.push_back(std::move(name));
      } while (accept(","));
      expect(")");
    } else if (at("LOCATION") && at_string(1)) {
      once("LOCATION");
      advance();
      table.location = string_literal();
    } else if (at("COMMENT") && at_string(1)) {
      once("COMMENT");
      table.comment = comment_text();
    } else if (at("TBLPROPERTIES")) {
      once("TBLPROPERTIES");
      advance();
      table.properties = property_list(false);
    } else if (at_all({"STORED", "AS"}) && at_identifier(2) && !at("INPUTFORMAT", 2)) {
      once("STORED AS");
      position_ += 2;
      const std::string format = lowered(identifier());
      if (!table.provider.empty()) raise(conditions::kOperationNotAllowed, {{"message", "CREATE TABLE ... USING ... STORED AS " + format}}, first);
      table.provider = format == "textfile" ? "text" : format;
    } else if (at_all({"CLUSTERED", "BY"})) {
      once("CLUSTERED BY");
      position_ += 2;
      table.buckets = bucket_spec();
    } else if (at_all({"SKEWED", "BY"})) {
      unsupported("SKEWED BY");
    } else if (at_all({"ROW", "FORMAT"})) {
      unsupported("ROW FORMAT");
    } else if (at_all({"STORED", "AS"}) || at_all({"STORED", "BY"})) {
      unsupported("STORED AS INPUTFORMAT");
    } else {
      return;
    }
  }
}

/// `(a, b) SORTED BY (c) INTO n BUCKETS`.
plan::BucketSpec Grammar::bucket_spec() {
  plan::BucketSpec buckets;
  expect("(");
  do {
    buckets.columns.push_back(identifier());
  } while (accept(","));
  expect(")");
  if (accept_all({"SORTED", "BY"})) {
    expect("(");
    do {
      const Index first = position_;
      buckets.sort_columns.push_back(identifier());
      if (accept("DESC")) raise(conditions::kOperationNotAllowed, {{"message", "Column ordering must be ASC, was 'DESC'"}}, first);
      (void)accept("ASC");
    } while (accept(","));
    expect(")");
  }
  expect("INTO");
  if (token().kind != TokenKind::Integer) fail();
  const std::string digits(token().text);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), buckets.count);
  if (problem != std::errc{} || end != digits.data() + digits.size()) fail();
  advance();
  expect("BUCKETS");
  return buckets;
}

/// `(a, days(ts), b INT)`: columns, transforms and Hive's typed columns, which are columns of the table too.
void Grammar::partitioning(plan::TableDefinition& table) {
  expect("(");
  do {
    const Index first = position_;
    const bool is_typed = at_identifier() && at_identifier(1);
    if (is_typed) {
      plan::ColumnDefinition column;
      column.field = column_type(false);
      table.partitioning.push_back(plan::make_attribute({column.field.name}, origin(first)));
      table.columns.push_back(std::move(column));
    } else {
      table.partitioning.push_back(transform());
    }
  } while (accept(","));
  expect(")");
}

plan::ExpressionPtr Grammar::transform() {
  const Index first = position_;
  if (!at("(", 1)) {
    auto parts = multipart_identifier();
    return plan::make_attribute(std::move(parts), origin(first));
  }
  std::string name = identifier();
  expect("(");
  plan::Expressions arguments;
  do {
    arguments.push_back(primary());
  } while (accept(","));
  expect(")");
  return plan::make_call(std::move(name), std::move(arguments), origin(first));
}

/// `[(a INT, …)] USING csv [OPTIONS (path '/x', header true)]`: the view reads a source.
plan::RelationPtr Grammar::source_of_view() {
  const Index first = position_;
  plan::DataSource data;
  if (accept("(")) {
    types::Schema schema;
    do {
      schema.push_back(column_type(false));
    } while (accept(","));
    expect(")");
    data.schema = types::schema_to_ddl(schema);
  }
  expect("USING");
  for (const auto& part : multipart_identifier()) data.format += (data.format.empty() ? "" : ".") + lowered(part);
  if (at("OPTIONS") && at("(", 1)) {
    advance();
    data.options = property_list(true);
  }
  return relation_node(std::move(data), first);
}

Statement Grammar::create_view(Index first, bool or_replace) {
  plan::CreateView node;
  node.or_replace = or_replace;
  while (at_any({"GLOBAL", "TEMPORARY", "TEMP"})) {
    if (at("GLOBAL")) {
      node.is_global = true;
    } else {
      node.is_temporary = true;
    }
    advance();
  }
  if (node.is_global && !node.is_temporary) fail();
  expect("VIEW");
  if (!or_replace) node.if_not_exists = accept_if_not_exists();
  node.name = identifier_reference();
  const Index close = at("(") ? matching_parenthesis(position_) + 1 : position_;
  if (node.is_temporary && close < tokens_.size() && tokens_[close].is("USING")) {
    node.query = source_of_view();
    return {std::move(node), {}};
  }
  if (accept("(")) {
    do {
      types::Field field;
      field.name = identifier();
      if (const auto comment = comment_text()) field.metadata = types::with_metadata_entry({}, "comment", *comment);
      node.columns.push_back(std::move(field));
    } while (accept(","));
    expect(")");
  }
  std::set<std::string> seen;
  const auto once = [&](const char* clause) {
    if (!seen.insert(clause).second) raise(conditions::kDuplicateClauses, {{"clauseName", clause}}, first);
  };
  while (true) {
    if (at("COMMENT") && at_string(1)) {
      once("COMMENT");
      node.comment = comment_text();
    } else if (at("TBLPROPERTIES")) {
      once("TBLPROPERTIES");
      advance();
      node.properties = property_list(false);
    } else if (options_.is_spark4 && at_all({"WITH", "SCHEMA"})) {
      once("WITH SCHEMA");
      position_ += 2;
      node.schema_mode = accept("TYPE") ? "TYPE " : "";
      if (!at("EVOLUTION") && (!node.schema_mode.empty() || !at_any({"BINDING", "COMPENSATION"}))) fail();
      node.schema_mode += token().text;
      advance();
    } else {
      break;
    }
  }
  if (at_all({"WITH", "METRICS"}) || at("LANGUAGE")) raise_over(conditions::kUnsupportedFeature, {{"feature", "metric views"}, {"hint", ""}}, position_, position_ + 1);
  expect("AS");
  const Index start = position_;
  node.query = query();
  node.sql = std::string(source(start, position_));
  if (node.is_temporary && node.if_not_exists)
    raise(conditions::kOperationNotAllowed, {{"message", "It is not allowed to define a TEMPORARY view with IF NOT EXISTS."}}, first);
  const auto quoted = [](const std::string& name) { return "`" + name + "`"; };
  if (node.is_temporary && node.name.size() > 1 && !node.is_global)
    raise(conditions::kTempViewTooManyParts, {{"objectType", "VIEW"}, {"objectName", quoted(node.name.back())}, {"qualifier", quoted(node.name.front())}}, first);
  return {std::move(node), {}};
}

}  // namespace lab::sql
