#include <algorithm>

#include "base/letter_case.h"
#include "commands/conditions.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "commands/rights.h"
#include "types/type_text.h"

/// GRANT, REVOKE, SHOW GRANTS.
namespace lab::commands {
namespace {

using access::Securable;

/// What a statement names; it must be there.
Securable find_securable(const plan::SecurableName& name, const Statement& context) {
  const catalog::Catalog& catalog = context.world().catalog;
  if (name.kind == "CATALOG") {
    if (!name.name.empty() && (name.name.size() > 1 || lower_case(name.name[0]) != catalog::kCatalogName))
      throw Error(conditions::kCatalogNotFound, {{"catalogName", types::quote_parts(name.name)}, {"config", "\"spark.sql.catalog." + name.name[0] + "\""}});
    return {};
  }
  if (name.kind == "SCHEMA" || name.kind == "DATABASE") return {catalog.get_database(resolve_database(name.name, context)).name, {}};
  const TableRef ref = resolve_name(name.name, context);
  if (ref.is_path()) throw Error(conditions::kUnsupportedTableOperation, {{"tableName", ref.quoted()}, {"operation", "GRANT"}});
  const auto entry = catalog.find_table(ref.database, ref.table);
  if (!entry) throw table_not_found(name.name, context);
  if (name.kind == "VIEW" && !entry->is_view()) throw Error(conditions::kExpectViewNotTable, {{"tableName", ref.quoted()}, {"operation", "GRANT"}});
  return {entry->database, entry->name};
}

template <typename Command>
access::Grant grant_of(const Command& command, const Statement& context) {
  access::Grant grant{command.principal, {}, find_securable(command.on, context)};
  grant.privileges = access::parse_privileges(command.privileges, grant.securable);
  require_manage(grant.securable, context);
  return grant;
}

}  // namespace

LocalTable grant_privileges(const plan::GrantPrivileges& command, Statement& context) {
  context.world().access.grants().grant(grant_of(command, context), context.origin("GRANT"));
  return no_rows();
}

LocalTable revoke_privileges(const plan::RevokePrivileges& command, Statement& context) {
  context.world().access.grants().revoke(grant_of(command, context), context.origin("REVOKE"));
  return no_rows();
}

LocalTable show_grants(const plan::ShowGrants& command, Statement& context) {
  const Securable securable = find_securable(command.on, context);
  // One's own anybody may see.
  if (command.principal != context.session().user()) require_manage(securable, context);
  std::vector<types::Values> rows;
  for (const access::Grant& grant : context.world().access.grants().list(securable)) {
    if (command.principal && grant.principal != *command.principal) continue;
    for (const std::string& name : access::privilege_names(grant.privileges))
      rows.push_back({text_value(grant.principal), text_value(name), text_value(std::string(access::securable_kind(grant.securable))), text_value(access::securable_name(grant.securable))});
  }
  return make_table({text_column("principal"), text_column("actionType"), text_column("objectType", true), text_column("objectKey", true)}, rows);
}

}  // namespace lab::commands
