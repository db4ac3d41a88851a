#pragma once

#include "access/grants.h"
#include "commands/statement.h"

/// Who may do what through SQL: the grants of `access` and the owners of the catalog, asked for what a statement names. What the text of a
/// view or of a policy names is its owner's to have (Statement::acting_user()). Refusals are INSUFFICIENT_PERMISSIONS.
namespace lab::commands {

/// What a command does to the things it names, before it runs. Queries are asked for where their names are found: require_select(),
/// require_place(). What does not exist is the command's own to say.
void check_rights(const plan::Statement& statement, const Statement& context);

/// SELECT on a table or view, and the right to use its database.
void require_select(const catalog::Table& entry, const Statement& context);

/// Those of a database that the user owns, may read, change or manage: what lists of tables tell.
std::vector<catalog::Table> list_visible_tables(const std::string& database, const Statement& context);

/// Whether somebody owns it, may manage it, or is an administrator.
bool may_manage(const catalog::Table& entry, const Statement& context);
/// The same for whatever a grant can be about. Throws SCHEMA_NOT_FOUND, TABLE_OR_VIEW_NOT_FOUND.
void require_manage(const access::Securable& securable, const Statement& context);

enum class PlaceUse {
  ReadTable,  ///< as the Delta table that it is: what governs it is applied by who reads
  Read,       ///< as files
  Write,
};
/// What a path leads to is asked for as if it were named: tables at the place, around it and below it.
void require_place(const catalog::Location& location, PlaceUse use, const Statement& context);

/// A place as grants know it: `bucket/key`, or `file:/…`; empty in another S3. Versions (`@v3`) and what begins with a pattern are left out.
std::string root_of(const catalog::Location& location);

}  // namespace lab::commands
