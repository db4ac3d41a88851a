#include "sql/grammar.h"

/// GRANT, REVOKE, SHOW GRANTS, row filters and column masks: Unity Catalog's statements, which Spark's own grammar does not have. What Spark
/// knows only to refuse it (Hive's `GRANT … ON t`, without a word that says what `t` is) stays refused as it does.
namespace lab::sql {

using plan::Statement;

bool Grammar::at_securable(Index ahead) const {
  if (!at("ON", ahead)) return false;
  if (at("CATALOG", ahead + 1)) return true;
  return at_any({"SCHEMA", "DATABASE", "TABLE", "VIEW"}, ahead + 1) && at_identifier(ahead + 2);
}

bool Grammar::at_grants() const {
  if (at_all({"SHOW", "GRANTS"})) return at_securable(2) || (at_identifier(2) && at_securable(3));
  if (!at_any({"GRANT", "REVOKE"})) return false;
  // Words and commas up to ON.
  Index ahead = 1;
  while ((at_identifier(ahead) || at(",", ahead)) && !at("ON", ahead)) ++ahead;
  return ahead > 1 && at_securable(ahead);
}

plan::SecurableName Grammar::securable() {
  expect("ON");
  plan::SecurableName name;
  for (const std::string_view kind : {"CATALOG", "SCHEMA", "DATABASE", "TABLE", "VIEW"})
    if (at(kind)) name.kind = kind;
  advance();
  const bool is_nameless = name.kind == "CATALOG" && (!at_identifier() || at_any({"TO", "FROM"}));
  if (!is_nameless) name.name = identifier_reference();
  return name;
}

Statement Grammar::grant_statement() {
  if (accept("SHOW")) {
    expect("GRANTS");
    plan::ShowGrants node;
    if (!at_securable(0)) node.principal = identifier();
    node.on = securable();
    return {std::move(node), {}};
  }
  const bool gives = at("GRANT");
  advance();
  std::vector<std::string> privileges;
  do {
    std::string words;
    while (!at("ON") && !at(",")) {
      const std::string word = identifier();
      words += (words.empty() ? "" : " ") + word;
    }
    if (words.empty()) fail();
    privileges.push_back(std::move(words));
  } while (accept(","));
  plan::SecurableName on = securable();
  expect(gives ? "TO" : "FROM");
  std::string principal = identifier();
  if (gives) return {plan::GrantPrivileges{std::move(privileges), std::move(on), std::move(principal)}, {}};
  return {plan::RevokePrivileges{std::move(privileges), std::move(on), std::move(principal)}, {}};
}

/// Behind `ALTER TABLE t`; nothing is taken when it is something else.
std::optional<Statement> Grammar::alter_governed_table(const plan::NameParts& table) {
  if (accept_all({"DROP", "ROW", "FILTER"})) return Statement{plan::SetRowFilter{table, {}, {}}, {}};
  if (accept_all({"SET", "ROW", "FILTER"})) {
    plan::SetRowFilter node{table, identifier_reference(), {}};
    expect("ON");
    expect("(");
    if (!at(")")) {
      do node.columns.push_back(identifier());
      while (accept(","));
    }
    expect(")");
    return Statement{std::move(node), {}};
  }
  if (!at("ALTER")) return std::nullopt;
  const Index name = at("COLUMN", 1) && at_identifier(2) ? 2 : 1;
  const bool drops = at("DROP", name + 1) && at("MASK", name + 2);
  const bool sets = at("SET", name + 1) && at("MASK", name + 2);
  if (!at_identifier(name) || (!drops && !sets)) return std::nullopt;
  position_ += name;
  plan::SetColumnMask node{table, identifier(), {}, {}};
  position_ += 2;
  if (drops) return Statement{std::move(node), {}};
  node.function = identifier_reference();
  if (accept_all({"USING", "COLUMNS"})) node.using_columns = identifier_list();
  return Statement{std::move(node), {}};
}

}  // namespace lab::sql
