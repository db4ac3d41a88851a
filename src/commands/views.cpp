#include <set>

#include "commands/conditions.h"
#include "base/letter_case.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

std::vector<std::string> names_of(const plan::CreateView& command) {
  std::vector<std::string> names;
  for (const types::Field& field : command.columns) names.push_back(field.name);
  return names;
}

void check_columns(const plan::CreateView& command, const types::Schema& schema, const Statement& context) {
  std::set<std::string> seen;
  const bool by_names = !command.columns.empty();
  for (std::size_t i = 0; i < (by_names ? command.columns.size() : schema.size()); ++i) {
    const std::string& name = by_names ? command.columns[i].name : schema[i].name;
    if (!command.is_temporary && !seen.insert(context.policy().case_sensitive ? name : lower_case(name)).second)
      throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(name))}});
  }
}

void check_arity(const plan::CreateView& command, const types::Schema& schema, const Statement& context) {
  if (command.columns.empty() || command.columns.size() == schema.size()) return;
  std::string view, data;
  for (const types::Field& field : command.columns) view += (view.empty() ? "" : ", ") + types::quote_identifier(field.name);
  for (const types::Field& field : schema) data += (data.empty() ? "" : ", ") + types::quote_identifier(field.name);
  const std::string name = command.is_temporary ? types::quote_parts(command.name) : resolve_name(command.name, context).quoted();
  throw Error(command.columns.size() > schema.size() ? conditions::kColumnAliasesNumber : conditions::kViewTooManyDataColumns, {{"viewName", name}, {"viewColumns", view}, {"dataColumns", data}});
}

}  // namespace

LocalTable create_view(const plan::CreateView& command, Statement& context) {
  const types::Schema schema = context.analyze(command.query).schema();
  check_arity(command, schema, context);
  if (command.is_temporary) {
    const std::string& name = command.name.back();
    TempView view{command.query, names_of(command), command.comment.value_or(""), {}};
    // A view of text is read anew each time; one of a DataFrame brought its names along.
    if (!command.sql.empty()) view.definition = context.definition_here();
    const bool is_made = command.is_global ? context.session().global_views().put(name, std::move(view), command.or_replace)
                                           : context.session().put_temp_view(name, std::move(view), command.or_replace);
    if (!is_made && !command.if_not_exists) throw Error(conditions::kTempTableOrViewAlreadyExists, {{"relationName", types::quote_parts(command.name)}});
    return no_rows();
  }
  const TableRef ref = resolve_name(command.name, context);
  for (const TemporaryUse& use : context.temporaries())
    throw Error(conditions::kInvalidTempReference,
                {{"obj", "VIEW"}, {"objName", ref.quoted()}, {"tempObj", use.kind}, {"tempObjName", types::quote_parts(use.name)}});
  check_columns(command, schema, context);
  catalog::Table entry;
  entry.database = ref.database;
  entry.name = ref.table;
  entry.kind = catalog::Table::Kind::View;
  entry.comment = command.comment.value_or("");
  entry.owner = context.session().user();
  entry.schema = schema;
  for (std::size_t i = 0; i < command.columns.size(); ++i) {
    entry.schema[i].name = command.columns[i].name;
    entry.schema[i].metadata = command.columns[i].metadata;
  }
  for (const auto& field : schema) entry.view_query_columns.push_back(field.name);
  entry.properties = command.properties;
  // What Spark 4 does when nothing is said; 3.5 knows no other way than to bind.
  if (context.session().is_spark4()) entry.view_schema_mode = command.schema_mode.empty() ? "COMPENSATION" : command.schema_mode;
  entry.view_text = command.sql;
  catalog::Definition definition = context.definition_here();
  entry.view_catalog_database = std::move(definition.database);
  entry.view_settings = std::move(definition.settings);
  entry.created_micros = context.world().clock.now().time_since_epoch().count();
  const auto existing = context.world().catalog.find_table(ref.database, ref.table);
  if (existing && command.if_not_exists) return no_rows();
  if (existing && !existing->is_view()) throw Error(conditions::kExpectViewNotTable, {{"tableName", ref.quoted()}, {"operation", "CREATE VIEW"}});
  if (existing && command.or_replace) {
    context.world().catalog.put_table(std::move(entry), context.origin("CREATE VIEW"));
  } else {
    context.world().catalog.create_table(std::move(entry), context.origin("CREATE VIEW"));
  }
  return no_rows();
}

bool drop_temp_view(const std::string& name, Statement& context) {
  const auto view = context.session().find_temp_view(name);
  if (!view) return false;
  try {
    forget_kept({name}, context, false);
  } catch (const Error&) {
    // What the view stood for is gone: nothing of it is kept.
  }
  return context.session().drop_temp_view(name);
}

LocalTable drop_view(const plan::DropView& command, Statement& context) {
  if (command.name.size() == 2 && lower_case(command.name[0]) == "global_temp") {
    if (context.session().global_views().drop(command.name[1]) || command.if_exists) return no_rows();
    throw table_not_found(command.name, context);
  }
  if (command.name.size() == 1 && drop_temp_view(command.name[0], context)) return no_rows();
  const TableRef ref = resolve_name(command.name, context);
  const auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table);
  if (!entry) {
    if (command.if_exists) return no_rows();
    throw table_not_found({catalog::kCatalogName, ref.database, ref.table}, context, SearchedIn::Database);
  }
  if (!entry->is_view()) throw wrong_object(*entry, "DROP VIEW", "DROP TABLE", context.policy().is_spark4 ? "VIEW or METRIC_VIEW" : "VIEW");
  context.world().catalog.drop_table(ref.database, ref.table, context.origin("DROP VIEW"));
  context.world().access.grants().forget({ref.database, ref.table}, context.origin("DROP VIEW"));
  return no_rows();
}

}  // namespace lab::commands
