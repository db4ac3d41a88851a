#include <algorithm>

#include "catalog/system_tables.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "commands/rights.h"
#include "functions/function_row.h"
#include "lake/delta/column_rules.h"
#include "types/field_comment.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

catalog::Table get_table(const plan::NameParts& name, const Statement& context) {
  const TableRef ref = resolve_name(name, context);
  auto entry = context.world().catalog.find_table(ref.database, ref.table);
  if (!entry) throw table_not_found(name, context, SearchedIn::Session);
  return *std::move(entry);
}

std::string quote_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// The table's schema: of the log for Delta, of the entry for others.
types::Schema schema_of(const plan::NameParts& name, Statement& context) {
  return context.analyze(plan::make_relation(plan::NamedTable{name, {}, {}, nullptr})).schema();
}

}  // namespace

LocalTable drop_table(const plan::DropTable& command, Statement& context) {
  const TableRef ref = resolve_name(command.name, context);
  if (ref.is_path()) throw Error(conditions::kUnsupportedTableOperation, {{"tableName", ref.quoted()}, {"operation", "DROP TABLE"}});
  catalog::Catalog& catalog = context.world().catalog;
  // DROP TABLE of a temporary view's name drops that view, as in Spark.
  if (command.name.size() == 1 && drop_temp_view(command.name[0], context)) return no_rows();
  const auto entry = catalog.find_table(ref.database, ref.table);
  if (!entry) {
    if (command.if_exists) return no_rows();
    throw table_not_found({catalog::kCatalogName, ref.database, ref.table}, context, SearchedIn::Database);
  }
  if (entry->is_view()) {
    // 4.2 drops the view, too.
    if (!context.policy().is_spark4) throw wrong_object(*entry, "DROP TABLE", "DROP VIEW", "EXTERNAL or MANAGED");
    catalog.drop_table(ref.database, ref.table, context.origin("DROP TABLE"));
    context.world().access.grants().forget({ref.database, ref.table}, context.origin("DROP TABLE"));
    return no_rows();
  }
  try {
    forget_kept(command.name, context, true);
  } catch (const Error&) {
    // A table whose files cannot be read goes all the same.
  }
  catalog.drop_table(ref.database, ref.table, context.origin("DROP TABLE"));
  if (entry->kind == catalog::Table::Kind::Managed) context.world().places.remove(context.locate(entry->location), context.origin("DROP TABLE"));
  // Last: while the table can be found, what governs it does.
  context.world().access.grants().forget({ref.database, ref.table}, context.origin("DROP TABLE"));
  return no_rows();
}

LocalTable truncate_table(const plan::TruncateTable& command, Statement& context) {
  const TableRef ref = resolve_name(command.name, context);
  if (const auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table); entry && !entry->is_view() && entry->provider != "delta") {
    if (entry->kind == catalog::Table::Kind::External)
      throw Error(conditions::kTruncateExternal, {{"message", "TRUNCATE TABLE on external tables: " + types::quote_parts({catalog::kCatalogName, entry->database, entry->name})}});
    if (const catalog::Location location = context.locate(entry->location); context.world().places.exists(location))
      context.world().places.remove(location, context.origin("TRUNCATE TABLE"));
    context.session().cached_plans().refresh(context.bind(table_named(command.name)));
    return no_rows();
  }
  const DeltaTarget target = open_delta_target(ref, context, "TRUNCATE TABLE");
  const auto snapshot = target.table->snapshot();
  lake::delta::CommitRequest request;
  for (const auto& file : snapshot->files()) request.actions.emplace_back(remove_of(file, now_millis(context)));
  request.reads.whole_table = true;
  request.info = commit_info(context, "TRUNCATE", {});
  target.table->commit(snapshot, std::move(request));
  return no_rows();
}

LocalTable show_tables(const plan::ShowTables& command, Statement& context) {
  const std::string database = resolve_database(command.in, context);
  std::vector<types::Values> rows;
  for (const catalog::Table& table : list_visible_tables(database, context)) {
    if (!matches_pattern(table.name, command.pattern)) continue;
    rows.push_back({text_value(table.database), text_value(table.name), flag_value(false)});
    if (command.extended) rows.back().push_back(text_value(table_information(table, context)));
  }
  for (const std::string& view : context.session().temp_view_names()) {
    if (!matches_pattern(view, command.pattern)) continue;
    rows.push_back({text_value(""), text_value(view), flag_value(true)});
    if (command.extended) rows.back().push_back(text_value("Table: " + view + "\nType: VIEW\nSchema: " + types::tree_string(schema_of({view}, context)) + "\n"));
  }
  types::Schema columns{text_column("namespace"), text_column("tableName"), flag_column("isTemporary")};
  if (command.extended) columns.push_back(text_column("information"));
  return make_table(std::move(columns), rows);
}

LocalTable show_views(const plan::ShowViews& command, Statement& context) {
  const std::string database = resolve_database(command.in, context);
  std::vector<types::Values> rows;
  for (const catalog::Table& table : list_visible_tables(database, context))
    if (table.is_view() && matches_pattern(table.name, command.pattern)) rows.push_back({text_value(table.database), text_value(table.name), flag_value(false)});
  for (const std::string& view : context.session().temp_view_names())
    if (matches_pattern(view, command.pattern)) rows.push_back({text_value(""), text_value(view), flag_value(true)});
  return make_table({text_column("namespace"), text_column("viewName"), flag_column("isTemporary")}, rows);
}

LocalTable show_columns(const plan::ShowColumns& command, Statement& context) {
  std::vector<types::Values> rows;
  for (const types::Field& field : schema_of(command.table, context)) rows.push_back({text_value(field.name)});
  return make_table({text_column("col_name")}, rows);
}

namespace {

std::string comment_clause(const types::Field& field) {
  const auto comment = types::field_comment(field);
  return comment ? " COMMENT " + quote_text(*comment) : std::string();
}

std::string default_text(const types::Field& field) {
  const auto text = lake::delta::current_default(field);
  return text ? " DEFAULT " + *text : std::string();
}

std::string create_view_text(const catalog::Table& view, const std::string& name) {
  std::string text = "CREATE VIEW " + name + " (";
  bool first = true;
  for (const types::Field& field : view.schema) {
    text += (first ? "\n  " : ",\n  ") + types::quote_if_needed(field.name) + comment_clause(field);
    first = false;
  }
  text += ")\n";
  if (!view.comment.empty()) text += "COMMENT " + quote_text(view.comment) + "\n";
  if (!view.properties.empty()) {
    text += "TBLPROPERTIES (";
    first = true;
    for (const auto& [key, value] : view.properties) {
      text += (first ? "\n  " : ",\n  ") + quote_text(key) + " = " + quote_text(value);
      first = false;
    }
    text += ")\n";
  }
  if (!view.view_schema_mode.empty()) text += "WITH SCHEMA " + view.view_schema_mode + "\n";
  return text + "AS " + view.view_text + "\n";
}

}  // namespace

LocalTable show_create_table(const plan::ShowCreateTable& command, Statement& context) {
  const catalog::Table entry = get_table(command.name, context);
  const std::string short_name = types::quote_if_needed(entry.database) + "." + types::quote_if_needed(entry.name);
  if (entry.provider == catalog::kSystemProvider) throw Error(conditions::kSystemDatabase, {{"schemaName", types::quote_parts({entry.database})}});
  if (entry.is_view()) return make_table({text_column("createtab_stmt")}, {{text_value(create_view_text(entry, short_name))}});
  const std::string name = types::quote_if_needed(catalog::kCatalogName) + "." + short_name;
  // Spark 4 tells the collation of texts, where the table's columns stand in its own catalog.
  const bool tells_collation = context.session().is_spark4() && entry.provider != "delta";
  std::string text = "CREATE TABLE " + name + " (";
  bool first = true;
  for (const types::Field& field : schema_of(command.name, context)) {
    text += (first ? "\n  " : ",\n  ") + types::quote_if_needed(field.name) + " " + types::sql_string(field.type) +
            (tells_collation && field.type.is(types::TypeKind::String) ? " COLLATE UTF8_BINARY" : "") + (field.nullable ? "" : " NOT NULL") + default_text(field) + comment_clause(field);
    first = false;
  }
  text += ")\nUSING " + entry.provider + "\n";
  std::vector<std::string> partitions = entry.partition_columns;
  std::map<std::string, std::string> properties = entry.properties;
  if (entry.provider == "delta") {
    const auto snapshot = open_delta_target(resolve_name(command.name, context), context, "SHOW CREATE TABLE").table->snapshot();
    partitions = snapshot->metadata().partition_columns;
    properties = snapshot->metadata().configuration;
    properties.emplace("delta.minReaderVersion", std::to_string(snapshot->protocol().min_reader_version));
    properties.emplace("delta.minWriterVersion", std::to_string(snapshot->protocol().min_writer_version));
  }
  if (!partitions.empty()) {
    text += "PARTITIONED BY (";
    for (std::size_t i = 0; i < partitions.size(); ++i) text += (i > 0 ? ", " : "") + types::quote_if_needed(partitions[i]);
    text += ")\n";
  }
  if (!entry.bucket_columns.empty()) {
    const auto list = [](const std::vector<std::string>& names) {
      std::string listed;
      for (const std::string& name : names) listed += (listed.empty() ? "" : ", ") + types::quote_if_needed(name);
      return listed;
    };
    text += "CLUSTERED BY (" + list(entry.bucket_columns) + ")\n";
    if (!entry.sort_columns.empty()) text += "SORTED BY (" + list(entry.sort_columns) + ")\n";
    text += "INTO " + std::to_string(entry.num_buckets) + " BUCKETS\n";
  }
  if (!entry.comment.empty()) text += "COMMENT " + quote_text(entry.comment) + "\n";
  if (entry.kind == catalog::Table::Kind::External) text += "LOCATION " + quote_text(entry.location) + "\n";
  if (!properties.empty()) {
    text += "TBLPROPERTIES (";
    first = true;
    for (const auto& [key, value] : properties) {
      text += (first ? "\n  " : ",\n  ") + quote_text(key) + " = " + quote_text(value);
      first = false;
    }
    text += ")\n";
  }
  return make_table({text_column("createtab_stmt")}, {{text_value(std::move(text))}});
}

LocalTable show_table_properties(const plan::ShowTableProperties& command, Statement& context) {
  const TableRef ref = resolve_name(command.name, context);
  std::map<std::string, std::string> properties;
  const auto entry = ref.is_path() ? std::nullopt : std::optional(get_table(command.name, context));
  if (!entry || entry->provider == "delta") {
    const auto snapshot = open_delta_target(ref, context, "SHOW TBLPROPERTIES").table->snapshot();
    properties = snapshot->metadata().configuration;
    properties.emplace("delta.minReaderVersion", std::to_string(snapshot->protocol().min_reader_version));
    properties.emplace("delta.minWriterVersion", std::to_string(snapshot->protocol().min_writer_version));
  } else {
    properties = entry->properties;
  }
  std::vector<types::Values> rows;
  if (command.key) {
    const auto found = properties.find(*command.key);
    rows.push_back({text_value(*command.key),
                    text_value(found != properties.end() ? found->second : "Table " + ref.quoted() + " does not have property: " + *command.key)});
  } else {
    for (const auto& [key, value] : properties) rows.push_back({text_value(key), text_value(value)});
  }
  return make_table({text_column("key"), text_column("value")}, rows);
}

LocalTable show_partitions(const plan::ShowPartitions& command, Statement& context) {
  const TableRef ref = resolve_name(command.name, context);
  std::vector<std::string> partitions;
  const auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table);
  if (entry && !entry->is_view() && entry->provider != "delta") {
    if (entry->partition_columns.empty()) throw Error(conditions::kNotPartitioned, {{"operation", "SHOW PARTITIONS"}, {"tableIdentWithDB", ref.quoted()}});
    const catalog::Location location = context.locate(entry->location);
    if (context.world().places.exists(location))
      for (const catalog::FoundFile& file : context.world().places.list(location))
        if (const auto slash = file.path.rfind('/'); slash != std::string::npos) partitions.push_back(file.path.substr(0, slash));
  } else {
    const DeltaTarget target = open_delta_target(ref, context, "SHOW PARTITIONS");
    const auto snapshot = target.table->snapshot();
    const auto& columns = snapshot->metadata().partition_columns;
    if (columns.empty()) throw Error(conditions::kNotPartitioned, {{"operation", "SHOW PARTITIONS"}, {"tableIdentWithDB", target.name}});
    for (const auto& file : snapshot->files()) {
      std::vector<std::optional<std::string>> values;
      for (const std::string& column : columns) values.push_back(file.partition_values.contains(column) ? file.partition_values.at(column) : std::nullopt);
      partitions.push_back(lake::delta::partition_folder(columns, values));
    }
  }
  std::sort(partitions.begin(), partitions.end());
  partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
  std::vector<types::Values> rows;
  for (std::string& partition : partitions) rows.push_back({text_value(std::move(partition))});
  return make_table({text_column("partition")}, rows);
}

LocalTable show_functions(const plan::ShowFunctions& command, Statement& context) {
  std::vector<types::Values> rows;
  if (command.scope != "user")
    for (const functions::FunctionRow* row : functions::all_functions()) {
      const bool known = row->since_version == functions::Since::All ||
                         (row->since_version == functions::Since::Spark4Only) == context.session().is_spark4();
      if (known && !row->is_form && matches_pattern(std::string(row->name), command.pattern)) rows.push_back({text_value(std::string(row->name))});
    }
  if (command.scope != "system") {
    for (const auto& [name, function] : context.session().functions())
      if (matches_pattern(name, command.pattern)) rows.push_back({text_value(name)});
    // Delta puts its own among those of the user.
    for (const char* name : {"table_changes", "table_changes_by_path"})
      if (matches_pattern(name, command.pattern)) rows.push_back({text_value(name)});
    const std::string database = resolve_database(command.in, context);
    for (const catalog::SqlFunction& function : context.world().catalog.list_functions(database))
      if (matches_pattern(function.name, command.pattern)) rows.push_back({text_value(std::string(catalog::kCatalogName) + "." + function.database + "." + function.name)});
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a[0].text() < b[0].text(); });
  return make_table({text_column("function")}, rows);
}

LocalTable show_catalogs(const plan::ShowCatalogs& command, Statement&) {
  std::vector<types::Values> rows;
  if (matches_pattern(catalog::kCatalogName, command.pattern)) rows.push_back({text_value(catalog::kCatalogName)});
  return make_table({text_column("catalog")}, rows);
}

LocalTable refresh_table(const plan::RefreshTable& command, Statement& context) {
  // Every statement reads the newest version: only rows that are kept may be stale to the user. The name must exist all the same.
  if (command.path) context.session().cached_plans().refresh_path(shown_path(*command.path));
  if (!command.path && !command.name.empty()) context.session().cached_plans().refresh(context.bind(table_named(command.name)));
  return no_rows();
}

}  // namespace lab::commands
