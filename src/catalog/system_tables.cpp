#include "catalog/system_tables.h"

#include <algorithm>

namespace lab::catalog {
namespace {

Table audit_table() {
  using types::TypeKind;
  Table table;
  table.database = kSystemDatabase;
  table.name = kAuditTable;
  table.kind = Table::Kind::View;
  table.provider = kSystemProvider;
  table.comment = "who wanted what, and what came of it";
  table.schema = {{"time", TypeKind::Timestamp, false, {}},  {"user", TypeKind::String, false, {}},    {"protocol", TypeKind::String, false, {}},
                  {"action", TypeKind::String, false, {}},   {"object", TypeKind::String, false, {}},  {"outcome", TypeKind::String, false, {}},
                  {"cause", TypeKind::String, true, {}},     {"times", TypeKind::Long, false, {}},     {"credential", TypeKind::String, false, {}}};
  return table;
}

}  // namespace

std::vector<Table> system_tables(std::string_view database) {
  if (database != kSystemDatabase) return {};
  return {audit_table()};
}

std::optional<Table> find_system_table(std::string_view database, std::string_view name) {
  auto tables = system_tables(database);
  const auto found = std::ranges::find(tables, name, &Table::name);
  if (found == tables.end()) return std::nullopt;
  return std::move(*found);
}

std::optional<Database> find_system_database(std::string_view name) {
  if (name != kSystemDatabase) return std::nullopt;
  Database database;
  database.name = kSystemDatabase;
  database.comment = "the lab's own tables";
  return database;
}

}  // namespace lab::catalog
