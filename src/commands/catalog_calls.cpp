#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "commands/conditions.h"
#include "base/letter_case.h"
#include "commands/execute.h"
#include "commands/listing.h"
#include "commands/rights.h"
#include "functions/function_row.h"
#include "types/type_text.h"

/// `spark.catalog.*`: lists and facts as rows. Schemas are those of Spark's own catalog classes.
namespace lab::commands {
namespace {

using types::DataType;
using types::TypeKind;
using types::Value;

using Arguments = std::vector<std::optional<std::string>>;

Value optional_text(const std::string& text) { return text.empty() ? Value{} : text_value(text); }

Value texts(std::vector<std::string> list) {
  types::Values items;
  for (std::string& text : list) items.push_back(text_value(std::move(text)));
  return {types::Elements{std::make_shared<const types::Values>(std::move(items))}};
}

LocalTable one_flag(bool flag) { return make_table({{"value", TypeKind::Boolean, false, {}}}, {{flag_value(flag)}}); }
LocalTable one_text(std::string text) { return make_table({text_column("value")}, {{text_value(std::move(text))}}); }

plan::NameParts split_name(const std::string& name) {
  plan::NameParts parts;
  std::string part;
  bool quoted = false;
  for (const char c : name) {
    if (c == '`') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part += c;
    }
  }
  parts.push_back(std::move(part));
  return parts;
}

/// `db.t` in one argument, or database and table in two.
plan::NameParts table_name(const Arguments& arguments) {
  plan::NameParts parts = split_name(arguments.at(0).value_or(""));
  if (arguments.size() > 1 && arguments[1]) {
    plan::NameParts database = split_name(*arguments[1]);
    parts.insert(parts.begin(), database.begin(), database.end());
  }
  return parts;
}

types::Schema table_schema() {
  return {text_column("name"),        text_column("catalog", true),   {"namespace", DataType::array(TypeKind::String, true), true, {}},
          text_column("description", true), text_column("tableType"), flag_column("isTemporary")};
}

types::Values table_row(const catalog::Table& table) {
  const char* type = table.is_view() ? "VIEW" : table.kind == catalog::Table::Kind::Managed ? "MANAGED" : "EXTERNAL";
  return {text_value(table.name), text_value(catalog::kCatalogName), texts({table.database}), optional_text(table.comment), text_value(type), flag_value(false)};
}

types::Values view_row(const std::string& name) {
  return {text_value(name), {}, texts({}), {}, text_value("TEMPORARY"), flag_value(true)};
}

LocalTable list_tables(const Arguments& arguments, Statement& context) {
  const std::string database = arguments[0] ? resolve_database(split_name(*arguments[0]), context) : context.session().current_database();
  std::vector<types::Values> rows;
  for (const catalog::Table& table : list_visible_tables(database, context))
    if (matches_pattern(table.name, arguments[1])) rows.push_back(table_row(table));
  for (const std::string& view : context.session().temp_view_names())
    if (matches_pattern(view, arguments[1])) rows.push_back(view_row(view));
  return make_table(table_schema(), rows);
}

LocalTable list_views(const Arguments& arguments, Statement& context) {
  const std::string database = arguments[0] ? resolve_database(split_name(*arguments[0]), context) : context.session().current_database();
  std::vector<types::Values> rows;
  for (const catalog::Table& table : list_visible_tables(database, context))
    if (table.is_view() && matches_pattern(table.name, arguments[1])) rows.push_back(table_row(table));
  for (const std::string& view : context.session().temp_view_names())
    if (matches_pattern(view, arguments[1])) rows.push_back(view_row(view));
  return make_table(table_schema(), rows);
}

LocalTable get_table(const Arguments& arguments, Statement& context) {
  const plan::NameParts name = table_name(arguments);
  if (name.size() == 1 && context.session().find_temp_view(name[0])) return make_table(table_schema(), {view_row(name[0])});
  const TableRef ref = resolve_name(name, context);
  const auto entry = context.world().catalog.find_table(ref.database, ref.table);
  if (!entry) {
    if (!context.session().is_spark4()) throw Error(conditions::kTableOrViewNotFound, {{"relationName", types::quote_parts(name)}});
    std::string path = "[`system`.`session`, " + types::quote_parts({catalog::kCatalogName, context.session().current_database()}) + "]";
    throw Error(conditions::kTableOrViewNotFoundOnPath, {{"relationName", types::quote_parts(name)}, {"searchPath", std::move(path)}});
  }
  return make_table(table_schema(), {table_row(*entry)});
}

bool table_exists(const Arguments& arguments, Statement& context) {
  const plan::NameParts name = table_name(arguments);
  if (name.size() == 1 && context.session().find_temp_view(name[0])) return true;
  if (name.size() == 2 && lower_case(name[0]) == "global_temp") return context.session().global_views().find(name[1]).has_value();
  const TableRef ref = resolve_name(name, context);
  return !ref.is_path() && context.world().catalog.find_table(ref.database, ref.table).has_value();
}

Value comment_value(const types::Field& field) {
  if (field.metadata.empty()) return {};
  const auto metadata = nlohmann::json::parse(field.metadata, nullptr, false);
  return metadata.is_object() && metadata.contains("comment") && metadata["comment"].is_string() ? text_value(metadata["comment"].get<std::string>()) : Value{};
}

LocalTable list_columns(const Arguments& arguments, Statement& context) {
  const plan::NameParts name = table_name(arguments);
  std::vector<std::string> partitions;
  const bool is_view = name.size() == 1 && context.session().find_temp_view(name[0]).has_value();
  if (!is_view) {
    const TableRef ref = resolve_name(name, context);
    if (const auto entry = ref.is_path() ? std::nullopt : context.world().catalog.find_table(ref.database, ref.table)) {
      partitions = entry->partition_columns;
      if (entry->provider == "delta") partitions = open_delta_target(ref, context, "list columns").table->snapshot()->metadata().partition_columns;
    }
  }
  std::vector<types::Values> rows;
  for (const types::Field& field : context.analyze(plan::make_relation(plan::NamedTable{name, {}, {}, nullptr})).schema()) {
    const bool is_partition = std::find(partitions.begin(), partitions.end(), field.name) != partitions.end();
    types::Values row{text_value(field.name), comment_value(field), text_value(types::catalog_string(field.type)), flag_value(field.nullable), flag_value(is_partition), flag_value(false)};
    if (context.session().is_spark4()) row.push_back(flag_value(false));
    rows.push_back(std::move(row));
  }
  types::Schema schema{text_column("name"),     text_column("description", true), text_column("dataType"), flag_column("nullable"),
                       flag_column("isPartition"), flag_column("isBucket")};
  if (context.session().is_spark4()) schema.push_back(flag_column("isCluster"));
  return make_table(std::move(schema), rows);
}

types::Schema database_schema() {
  return {text_column("name"), text_column("catalog", true), text_column("description", true), text_column("locationUri")};
}

types::Values database_row(const catalog::Database& database) {
  return {text_value(database.name), text_value(catalog::kCatalogName), optional_text(database.comment), text_value(database.location)};
}

types::Schema function_schema() {
  return {text_column("name"),        text_column("catalog", true), {"namespace", DataType::array(TypeKind::String, true), true, {}},
          text_column("description", true), text_column("className"), flag_column("isTemporary")};
}

types::Values function_row(const functions::FunctionRow& row) {
  return {text_value(std::string(row.name)), {}, {}, text_value(std::string(row.doc)), text_value("org.apache.spark.sql.catalyst.expressions." + std::string(row.name)), flag_value(true)};
}

LocalTable list_functions(const Arguments& arguments, Statement& context) {
  if (arguments[0]) context.world().catalog.get_database(resolve_database(split_name(*arguments[0]), context));
  std::vector<types::Values> rows;
  for (const functions::FunctionRow* row : functions::all_functions())
    if (matches_pattern(std::string(row->name), arguments[1])) rows.push_back(function_row(*row));
  return make_table(function_schema(), rows);
}

LocalTable get_function(const Arguments& arguments, Statement& context) {
  const std::string name = split_name(arguments[0].value_or("")).back();
  const functions::FunctionRow* row = functions::find_function(name, context.session().is_spark4());
  if (row == nullptr)
    throw Error(conditions::kUnresolvedRoutine, {{"routineName", types::quote_identifier(name)}, {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
  return make_table(function_schema(), {function_row(*row)});
}

LocalTable create_catalog_table(const plan::CatalogCall& call, Statement& context) {
  plan::CreateTable create;
  create.table.name = split_name(call.arguments[0].value_or(""));
  create.table.location = call.arguments[1];
  create.table.provider = call.arguments[2].value_or("");
  for (const auto& [key, value] : call.options) {
    if (key == "comment") create.table.comment = value;
    if (key != "path" && key != "comment") create.table.options.emplace(lower_case(key), value);
    if (key == "path" && !create.table.location) create.table.location = value;
  }
  if (call.schema) {
    const DataType schema = types::parse_type_json(*call.schema);
    for (const types::Field& field : schema.fields()) create.table.columns.push_back({field, {}, {}, {}});
  }
  const plan::NameParts name = create.table.name;
  execute({std::move(create), {}}, context);
  // The call answers the new table as a DataFrame.
  const plan::bound::Query rows = context.analyze(plan::make_relation(plan::NamedTable{name, {}, {}, nullptr}));
  const auto stream = context.run(rows);
  return {rows.schema(), exec::collect_arrow(*stream)};
}

bool is_delta_table(const std::string& path, Statement& context) {
  return context.world().places.delta_table(context.locate(path), context.origin("isDeltaTable"))->exists();
}

LocalTable run_call(const plan::CatalogCall& call, Statement& context) {
  const Arguments& a = call.arguments;
  const auto done = [&](const plan::Statement& statement) {
    execute(statement, context);
    return no_rows();
  };
  const auto flag = [&](std::size_t i) { return a.at(i).value_or("") == "true"; };
  const std::string& method = call.method;
  if (method == "current_database") return one_text(context.session().current_database());
  if (method == "current_catalog") return one_text(catalog::kCatalogName);
  if (method == "set_current_database") return done({plan::UseNamespace{split_name(*a[0]), false}, {}});
  if (method == "set_current_catalog") {
    if (lower_case(*a[0]) != catalog::kCatalogName)
      throw Error(conditions::kCatalogNotFound, {{"catalogName", types::quote_identifier(*a[0])}, {"config", "\"spark.sql.catalog." + *a[0] + "\""}});
    return no_rows();
  }
  if (method == "list_catalogs") {
    std::vector<types::Values> rows;
    if (matches_pattern(catalog::kCatalogName, a[0])) rows.push_back({text_value(catalog::kCatalogName), {}});
    return make_table({text_column("name"), text_column("description", true)}, rows);
  }
  if (method == "list_databases") {
    std::vector<types::Values> rows;
    for (const catalog::Database& database : context.world().catalog.list_databases())
      if (matches_pattern(database.name, a[0])) rows.push_back(database_row(database));
    return make_table(database_schema(), rows);
  }
  if (method == "get_database") return make_table(database_schema(), {database_row(context.world().catalog.get_database(resolve_database(split_name(*a[0]), context)))});
  if (method == "database_exists") return one_flag(context.world().catalog.find_database(resolve_database(split_name(*a[0]), context)).has_value());
  if (method == "list_tables") return list_tables(a, context);
  if (method == "get_table") return get_table(a, context);
  if (method == "table_exists") return one_flag(table_exists(a, context));
  if (method == "list_columns") return list_columns(a, context);
  if (method == "list_functions") return list_functions(a, context);
  if (method == "get_function") return get_function(a, context);
  if (method == "function_exists") return one_flag(functions::find_function(split_name(*a[0]).back(), context.session().is_spark4()) != nullptr);
  if (method == "create_table") return create_catalog_table(call, context);
  if (method == "drop_temp_view") return one_flag(drop_temp_view(*a[0], context));
  if (method == "drop_global_temp_view") return one_flag(context.session().global_views().drop(*a[0]));
  if (method == "is_cached") return one_flag(context.session().cached_plans().level_of(context.bind(table_named(split_name(*a[0])))).has_value());
  // Unlike SQL's word for it, this reads nothing yet.
  if (method == "cache_table" && a.size() == 1) return done({plan::CacheTable{split_name(*a[0]), true, nullptr, {}}, {}});
  if (method == "cache_table") {
    context.session().cached_plans().add(context.bind(table_named(split_name(*a[0]))), {flag(1), flag(2), flag(3), flag(4), std::atoi(a[5]->c_str())});
    return no_rows();
  }
  if (method == "uncache_table") return done({plan::UncacheTable{split_name(*a[0]), false}, {}});
  if (method == "clear_cache") return done({plan::ClearCache{}, {}});
  if (method == "refresh_table") return done({plan::RefreshTable{split_name(*a[0]), {}}, {}});
  if (method == "refresh_by_path") return done({plan::RefreshTable{{}, *a[0]}, {}});
  if (method == "drop_table") return done({plan::DropTable{split_name(*a[0]), flag(1), flag(2)}, {}});
  if (method == "drop_view") return done({plan::DropView{split_name(*a[0]), flag(1), false}, {}});
  if (method == "create_database") {
    plan::CreateNamespace create{split_name(*a[0]), flag(1), {}, {}, call.options};
    return done({std::move(create), {}});
  }
  if (method == "drop_database") return done({plan::DropNamespace{split_name(*a[0]), flag(1), flag(2)}, {}});
  if (method == "truncate_table") return done({plan::TruncateTable{split_name(*a[0])}, {}});
  if (method == "list_views") return list_views(a, context);
  if (method == "list_partitions") return show_partitions({split_name(*a[0])}, context);
  if (method == "recover_partitions") {
    // Partitions are found by their folders whenever the table is read: what is left to say is whether there can be any.
    const plan::NameParts name = split_name(*a[0]);
    show_partitions({name}, context);
    return no_rows();
  }
  if (method == "get_table_properties") return show_table_properties({split_name(*a[0]), {}}, context);
  if (method == "get_create_table_string") return show_create_table({split_name(*a[0])}, context);
  if (method == "is_delta_table") return one_flag(is_delta_table(*a[0], context));
  throw Error(conditions::kUnsupportedFeature, {{"feature", "spark.catalog: " + method}, {"hint", ""}});
}

}  // namespace

std::shared_ptr<const scan::TableSource> Statement::run_catalog_call(const plan::CatalogCall& call) const {
  Statement inner(world_, session_, stop_, progress_);
  return source_of(run_call(call, inner), call.method);
}

}  // namespace lab::commands
