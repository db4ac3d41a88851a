#include "commands/conditions.h"
#include "base/letter_case.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "types/type_text.h"

namespace lab::commands {

LocalTable create_namespace(const plan::CreateNamespace& command, Statement& context) {
  const std::string name = resolve_database(command.name, context);
  if (command.if_not_exists && context.world().catalog.find_database(name)) return no_rows();
  catalog::Database database;
  database.name = name;
  database.comment = command.comment.value_or("");
  if (command.location) database.location = catalog::parse_location(*command.location).text;
  database.owner = context.session().user();
  database.properties = command.properties;
  context.world().catalog.create_database(std::move(database), context.origin("CREATE DATABASE"));
  return no_rows();
}

LocalTable drop_namespace(const plan::DropNamespace& command, Statement& context) {
  const std::string name = resolve_database(command.name, context);
  catalog::Catalog& catalog = context.world().catalog;
  if (command.if_exists && !catalog.find_database(name)) return no_rows();
  if (name == catalog::kDefaultDatabase) throw Error(conditions::kCannotDropDefault, {{"database", types::quote_identifier(name)}});
  for (const catalog::Table& table : catalog.drop_database(name, command.cascade, context.origin("DROP DATABASE")))
    if (table.kind == catalog::Table::Kind::Managed) context.world().places.remove(context.locate(table.location), context.origin("DROP DATABASE"));
  context.world().access.grants().forget({name, {}}, context.origin("DROP DATABASE"));
  return no_rows();
}

LocalTable show_namespaces(const plan::ShowNamespaces& command, Statement& context) {
  if (!command.in.empty() && lower_case(command.in[0]) != catalog::kCatalogName)
    throw Error(conditions::kCatalogNotFound, {{"catalogName", types::quote_parts(command.in)}, {"config", "\"spark.sql.catalog." + command.in[0] + "\""}});
  std::vector<types::Values> rows;
  for (const catalog::Database& database : context.world().catalog.list_databases())
    if (matches_pattern(database.name, command.pattern)) rows.push_back({text_value(database.name)});
  return make_table({text_column("namespace")}, rows);
}

LocalTable show_current_namespace(Statement& context) {
  return make_table({text_column("catalog"), text_column("namespace")}, {{text_value(catalog::kCatalogName), text_value(context.session().current_database())}});
}

LocalTable use_namespace(const plan::UseNamespace& command, Statement& context) {
  if (command.name.size() == 1 && lower_case(command.name[0]) == catalog::kCatalogName) return no_rows();
  const std::string name = resolve_database(command.name, context);
  context.session().set_current_database(context.world().catalog.get_database(name).name);
  return no_rows();
}

LocalTable describe_namespace(const plan::DescribeNamespace& command, Statement& context) {
  const catalog::Database database = context.world().catalog.get_database(resolve_database(command.name, context));
  std::vector<types::Values> rows{{text_value("Catalog Name"), text_value(catalog::kCatalogName)},
                                  {text_value("Namespace Name"), text_value(database.name)},
                                  {text_value("Comment"), text_value(database.comment)},
                                  {text_value("Location"), text_value(database.location)},
                                  {text_value("Owner"), text_value(database.owner)}};
  if (command.extended) {
    std::string properties;
    for (const auto& [key, value] : database.properties) properties += (properties.empty() ? "(" : ", (") + key + "," + value + ")";
    rows.push_back({text_value("Properties"), text_value(properties.empty() ? "" : "(" + properties + ")")});
  }
  return make_table({text_column("info_name"), text_column("info_value", true)}, rows);
}

}  // namespace lab::commands
