#include "sql/conditions.h"
#include "sql/grammar.h"

namespace lab::sql {

using plan::Statement;

Statement Grammar::statement() {
  const Level level(*this);
  const Index first = position_;
  const bool is_about_grants = at_grants();
  if (!is_about_grants) refuse_hive_statement();
  Statement result;
  if (is_about_grants) {
    result = grant_statement();
  } else if (at("WITH") && at_query()) {
    bool recursive = false;
    auto tables = common_tables(recursive);
    // A WITH in front of INSERT belongs to its query; in front of other DML Spark takes it too.
    if (at("INSERT")) {
      result = insert_statement(std::move(tables), recursive);
    } else if (at_multi_insert()) {
      result = multi_insert(tables, recursive);
    } else {
      position_ = first;
      result.node = query();
    }
  } else if (at_multi_insert()) {
    result = multi_insert({}, false);
  } else if (at_query()) {
    result.node = query();
  } else if (at("CREATE") || (at("REPLACE") && at("TABLE", 1))) {
    result = create_statement(first);
  } else if (at("DROP")) {
    result = drop_statement();
  } else if (at_any({"DESCRIBE", "DESC"})) {
    result = describe_statement();
  } else if (at("SHOW")) {
    result = show_statement(first);
  } else if (at("INSERT")) {
    result = insert_statement({}, false);
  } else if (at("UPDATE")) {
    result = update_statement();
  } else if (at("DELETE")) {
    result = delete_statement();
  } else if (at("MERGE")) {
    result = merge_statement(first);
  } else if (at_all({"TRUNCATE", "TABLE"})) {
    position_ += 2;
    plan::TruncateTable node{identifier_reference()};
    if (at("PARTITION")) {
      (void)partition_spec();
      result.node = plan::UnsupportedCommand{"TRUNCATE TABLE … PARTITION"};
    } else {
      result.node = std::move(node);
    }
  } else if (at("RESTORE")) {
    result = restore_statement();
  } else if (at("USE")) {
    advance();
    plan::UseNamespace node;
    if (at_any({"DATABASE", "SCHEMA", "NAMESPACE"}) && at_identifier(1)) advance();
    node.name = identifier_reference();
    result.node = std::move(node);
  } else if (at("SET")) {
    result = set_statement(first);
  } else if (at("RESET")) {
    result = reset_statement(first);
  } else if (at_any({"CACHE", "UNCACHE"}) || at_all({"CLEAR", "CACHE"})) {
    result = cache_statement();
  } else if (at("REFRESH")) {
    result = refresh_statement();
  } else if (at("DECLARE") && options_.is_spark4) {
    result = declare_statement(first);
  } else if (at_all({"EXECUTE", "IMMEDIATE"}) && options_.is_spark4) {
    result = execute_immediate(first);
  } else if (at("EXPLAIN")) {
    result = explain_statement();
  } else if (at_all({"CONVERT", "TO", "DELTA"}) && at_identifier(3)) {
    result = convert_statement();
  } else if (auto altered = alter_table_statement()) {
    result = std::move(*altered);
  } else if (auto unsupported = unsupported_statement()) {
    result = std::move(*unsupported);
  } else {
    fail_at(at_any({"VALUES", "TABLE", "WITH", "SELECT"}) ? position_ + 1 : position_);
  }
  result.origin = origin(first);
  return result;
}

Statement Grammar::explain_statement() {
  expect("EXPLAIN");
  plan::Explain node;
  if (at_any({"LOGICAL", "FORMATTED", "EXTENDED", "CODEGEN", "COST"})) {
    for (const char c : token().text) node.mode += static_cast<char>(c | 32);
    advance();
  }
  node.statement = std::make_shared<const Statement>(statement());
  return {std::move(node), {}};
}

Statement Grammar::cache_statement() {
  if (accept_all({"CLEAR", "CACHE"})) return {plan::ClearCache{}, {}};
  if (accept("UNCACHE")) {
    expect("TABLE");
    plan::UncacheTable node;
    node.if_exists = accept_if_exists();
    node.name = identifier_reference();
    return {std::move(node), {}};
  }
  expect("CACHE");
  plan::CacheTable node;
  node.is_lazy = accept("LAZY");
  expect("TABLE");
  node.name = identifier_reference();
  if (at("OPTIONS") && at("(", 1)) {
    advance();
    node.options = property_list(false);
  }
  const bool said_as = accept("AS");
  if (said_as || at_query()) node.query = query();
  return {std::move(node), {}};
}

Statement Grammar::refresh_statement() {
  expect("REFRESH");
  plan::RefreshTable node;
  if (at("TABLE") && at_identifier(1)) {
    advance();
    node.name = identifier_reference();
  } else if (at("FUNCTION") && at_identifier(1)) {
    advance();
    return {plan::RefreshFunction{identifier_reference()}, {}};
  } else if (at_string()) {
    node.path = string_literal();
  } else {
    // A path may stand without quotes, up to the end.
    if (at_end()) fail();
    const Index first = position_;
    while (!at_end() && !at(";")) advance();
    node.path = std::string(source(first, position_));
  }
  return {std::move(node), {}};
}

namespace {

struct UnsupportedForm {
  std::initializer_list<std::string_view> words;
  std::string_view name;
  bool needs_more = true;    ///< something must follow the words
  bool names_table = false;  ///< a table's name does
};

// Statements of Spark and Delta that the grammar knows and nothing here runs yet.
const UnsupportedForm kUnsupportedForms[] = {
    {{"ALTER", "TABLE"}, "ALTER TABLE", true, true},
    {{"ALTER", "VIEW"}, "ALTER VIEW"},
    {{"ALTER", "DATABASE"}, "ALTER DATABASE"},
    {{"ALTER", "SCHEMA"}, "ALTER SCHEMA"},
    {{"ALTER", "NAMESPACE"}, "ALTER NAMESPACE"},
    {{"ANALYZE", "TABLE"}, "ANALYZE TABLE", true, true},
    {{"ANALYZE", "TABLES"}, "ANALYZE TABLES"},
    {{"COMMENT", "ON"}, "COMMENT ON"},
    {{"GENERATE"}, "GENERATE"},
    {{"OPTIMIZE"}, "OPTIMIZE"},
    {{"REORG", "TABLE"}, "REORG TABLE"},
    {{"VACUUM"}, "VACUUM"},
    {{"MSCK", "REPAIR", "TABLE"}, "MSCK REPAIR TABLE", true, true},
    {{"REPAIR", "TABLE"}, "REPAIR TABLE", true, true},
    {{"LOAD", "DATA"}, "LOAD DATA"},
    {{"CALL"}, "CALL"},
    {{"BEGIN"}, "BEGIN … END"},
    {{"ADD", "JAR"}, "ADD JAR"},
    {{"ADD", "JARS"}, "ADD JAR"},
    {{"ADD", "FILE"}, "ADD FILE"},
    {{"ADD", "FILES"}, "ADD FILE"},
    {{"ADD", "ARCHIVE"}, "ADD ARCHIVE"},
    {{"ADD", "ARCHIVES"}, "ADD ARCHIVE"},
    {{"LIST", "JAR"}, "LIST JAR", false},
    {{"LIST", "JARS"}, "LIST JAR", false},
    {{"LIST", "FILE"}, "LIST FILE", false},
    {{"LIST", "FILES"}, "LIST FILE", false},
};

// Hive's statements that Spark's grammar knows only to refuse them.
const std::initializer_list<std::string_view> kRefusedForms[] = {
    {"CREATE", "ROLE"}, {"DROP", "ROLE"}, {"GRANT", "ROLE"}, {"GRANT"}, {"REVOKE", "ROLE"}, {"REVOKE"}, {"SHOW", "GRANT"}, {"SHOW", "ROLE", "GRANT"},
    {"SHOW", "ROLE"}, {"SHOW", "PRINCIPALS"}, {"SHOW", "ROLES"}, {"SHOW", "CURRENT", "ROLES"}, {"EXPORT", "TABLE"}, {"IMPORT", "TABLE"},
    {"SHOW", "COMPACTIONS"}, {"SHOW", "TRANSACTIONS"}, {"SHOW", "INDEXES"}, {"SHOW", "LOCKS"}, {"ALTER", "INDEX"}, {"LOCK", "TABLE"},
    {"LOCK", "DATABASE"}, {"UNLOCK", "TABLE"}, {"UNLOCK", "DATABASE"}, {"CREATE", "TEMPORARY", "MACRO"}, {"DROP", "TEMPORARY", "MACRO"},
    {"START", "TRANSACTION"}, {"COMMIT"}, {"ROLLBACK"}, {"DFS"}, {"SET", "ROLE"},
};

}  // namespace

void Grammar::refuse_hive_statement() {
  for (const auto& words : kRefusedForms) {
    if (!at_all(words)) continue;
    const Index first = position_;
    std::string operation;
    for (const auto word : words) operation += (operation.empty() ? "" : " ") + std::string(word);
    while (!at_end() && !at(";")) advance();
    raise(conditions::kInvalidStatementOrClause, {{"operation", operation}}, first);
  }
}

std::optional<Statement> Grammar::unsupported_statement() {
  for (const auto& form : kUnsupportedForms) {
    if (!at_all(form.words)) continue;
    const Index start = position_;
    position_ += form.words.size();
    if (form.needs_more && (at_end() || at(";"))) fail();
    // Most name an object first; a word that can be none is an error of grammar and not of ours.
    if (form.needs_more && !at_identifier() && !at_string()) fail();
    plan::NameParts table;
    const bool is_comment = form.name == "COMMENT ON" && at("TABLE") && at_identifier(1);
    if (is_comment) advance();
    if (is_comment || (form.names_table && at_identifier())) table = identifier_reference();
    if (tokens_[start].is("BEGIN")) {
      while (!at_end()) advance();
    }
    while (!at_end() && !at(";")) {
      if (token().kind == TokenKind::Invalid) fail();
      advance();
    }
    return Statement{plan::UnsupportedCommand{std::string(form.name), std::move(table)}, {}};
  }
  // The first word of a statement, and then none of its next words.
  for (const auto& form : kUnsupportedForms)
    if (form.words.size() > 1 && at(*form.words.begin())) fail_at(position_ + 1);
  return std::nullopt;
}

}  // namespace lab::sql
