#include "catalog/catalog.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "catalog/conditions.h"
#include "catalog/system_tables.h"
#include "types/type_text.h"

namespace lab::catalog {
namespace {

using Json = nlohmann::json;

constexpr const char* kDatabases = "catalog_databases";
constexpr const char* kTables = "catalog_tables";
constexpr const char* kFunctions = "catalog_functions";

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Error schema_not_found(const std::string& name) {
  return Error(conditions::kSchemaNotFound, {{"schemaName", types::quote_parts({kCatalogName, name})}});
}

Error system_database(const std::string& name) { return Error(conditions::kSystemDatabase, {{"schemaName", types::quote_parts({name})}}); }

/// There is a database of that name that people made.
bool has_own_database(const store::Rows& rows, const std::string& name) { return rows.find_row(kDatabases, {name}).has_value(); }

/// Throws for what only the lab makes.
void check_not_system(const store::Rows& rows, const std::string& database, const std::string& name) {
  if (find_system_table(database, name) || (find_system_database(database) && !has_own_database(rows, database))) throw system_database(database);
}

std::string table_display(const std::string& database, const std::string& name) { return types::quote_parts({kCatalogName, database, name}); }

store::Row database_row(const Database& database) {
  const Json body{{"comment", database.comment}, {"location", database.location}, {"owner", database.owner}, {"properties", database.properties}};
  return {database.name, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Database read_database(const store::Row& row) {
  const Json body = Json::parse(store::as_text(row[1]));
  return {store::as_text(row[0]), body.at("comment"), body.at("location"), body.at("owner"), body.at("properties")};
}

store::Row table_row(const Table& table) {
  const Json body{{"kind", static_cast<int>(table.kind)},
                  {"provider", table.provider},
                  {"location", table.location},
                  {"comment", table.comment},
                  {"owner", table.owner},
                  {"properties", table.properties},
                  {"options", table.options},
                  {"schema", types::schema_to_json(table.schema)},
                  {"partition_columns", table.partition_columns},
                  {"view_text", table.view_text},
                  {"view_database", table.view_catalog_database},
                  {"view_settings", table.view_settings},
                  {"view_query_columns", table.view_query_columns},
                  {"view_schema_mode", table.view_schema_mode},
                  {"bucket_columns", table.bucket_columns},
                  {"sort_columns", table.sort_columns},
                  {"num_buckets", table.num_buckets},
                  {"created", table.created_micros}};
  return {table.database, table.name, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Table read_table(const store::Row& row) {
  const Json body = Json::parse(store::as_text(row[2]));
  Table table;
  table.database = store::as_text(row[0]);
  table.name = store::as_text(row[1]);
  table.kind = static_cast<Table::Kind>(body.at("kind").get<int>());
  table.provider = body.at("provider");
  table.location = body.at("location");
  table.comment = body.at("comment");
  table.owner = body.at("owner");
  table.properties = body.at("properties");
  table.options = body.at("options");
  table.schema = types::parse_schema_json(body.at("schema").get<std::string>());
  table.partition_columns = body.at("partition_columns");
  table.view_text = body.at("view_text");
  table.view_catalog_database = body.at("view_database");
  table.view_settings = body.at("view_settings");
  table.view_query_columns = body.value("view_query_columns", std::vector<std::string>{});
  table.view_schema_mode = body.value("view_schema_mode", std::string());
  table.created_micros = body.at("created");
  table.bucket_columns = body.value("bucket_columns", std::vector<std::string>{});
  table.sort_columns = body.value("sort_columns", std::vector<std::string>{});
  table.num_buckets = body.value("num_buckets", std::int64_t{0});
  return table;
}

}  // namespace

store::SchemaSpec catalog_schema() {
  using store::ColumnType;
  return {"catalog",
          2,
          {{kDatabases, store::RowKind::History, {{"name", ColumnType::Text}, {"body", ColumnType::Text}}, 1},
           {kTables, store::RowKind::History, {{"database", ColumnType::Text}, {"name", ColumnType::Text}, {"body", ColumnType::Text}}, 2},
           {kFunctions, store::RowKind::History, {{"database", ColumnType::Text}, {"name", ColumnType::Text}, {"body", ColumnType::Text}}, 2}}};
}

std::string managed_location(const Database& database, const std::string& table) { return database.location + "/" + lower(table); }

Catalog::Catalog(store::Store& store) : store_(store) {
  if (find_database(kDefaultDatabase)) return;
  store::Change change({"system", "catalog", "first start"});
  change.step([](store::Transaction& transaction) {
    if (transaction.find_row(kDatabases, {std::string(kDefaultDatabase)})) return;
    transaction.put_row(kDatabases, database_row({kDefaultDatabase, "default database", std::string("s3a://") + kWarehouseBucket, "", {}}));
  });
  store_.apply(std::move(change));
  if (!store_.objects().find_bucket(kWarehouseBucket)) {
    store::Change bucket({"system", "catalog", "first start"});
    bucket.create_bucket(kWarehouseBucket, "admin");
    store_.apply(std::move(bucket));
  }
}

std::vector<Database> Catalog::list_databases() const {
  std::vector<Database> databases;
  for (const store::Row& row : store_.snapshot().scan_rows(kDatabases)) databases.push_back(read_database(row));
  return databases;
}

std::optional<Database> Catalog::find_database(const std::string& name) const {
  const auto row = store_.snapshot().find_row(kDatabases, {lower(name)});
  if (!row) return find_system_database(lower(name));
  return read_database(*row);
}

Database Catalog::get_database_to_fill(const std::string& name) const {
  if (find_system_database(lower(name)) && !has_own_database(store_.snapshot(), lower(name))) throw system_database(lower(name));
  return get_database(name);
}

Database Catalog::get_database(const std::string& name) const {
  auto database = find_database(name);
  if (!database) throw schema_not_found(name);
  return *std::move(database);
}

void Catalog::create_database(Database database, const store::Origin& origin) {
  database.name = lower(database.name);
  if (database.location.empty()) database.location = std::string("s3a://") + kWarehouseBucket + "/" + database.name + ".db";
  store::Change change(origin);
  change.step([&database](store::Transaction& transaction) {
    if (transaction.find_row(kDatabases, {database.name}) || find_system_database(database.name))
      throw Error(conditions::kSchemaAlreadyExists, {{"schemaName", types::quote_parts({database.name})}});
    transaction.put_row(kDatabases, database_row(database));
  });
  store_.apply(std::move(change));
}

std::vector<Table> Catalog::drop_database(const std::string& name, bool cascade, const store::Origin& origin) {
  const std::string key = lower(name);
  std::vector<Table> dropped;
  store::Change change(origin);
  change.step([&](store::Transaction& transaction) {
    if (!has_own_database(transaction, key)) throw find_system_database(key) ? system_database(key) : schema_not_found(name);
    const auto rows = transaction.scan_rows(kTables, {.prefix = {key}});
    const bool has_functions = !transaction.scan_rows(kFunctions, {.prefix = {key}}).empty();
    if ((!rows.empty() || has_functions) && !cascade) throw Error(conditions::kSchemaNotEmpty, {{"schemaName", types::quote_parts({key})}});
    for (const store::Row& row : rows) dropped.push_back(read_table(row));
    transaction.erase_rows(kTables, {key});
    transaction.erase_rows(kFunctions, {key});
    transaction.erase_row(kDatabases, {key});
  });
  store_.apply(std::move(change));
  return dropped;
}

std::vector<Table> Catalog::list_tables(const std::string& database) const {
  const store::Snapshot snapshot = store_.snapshot();
  if (!has_own_database(snapshot, lower(database)) && !find_system_database(lower(database))) throw schema_not_found(database);
  std::vector<Table> tables = system_tables(lower(database));
  for (const store::Row& row : snapshot.scan_rows(kTables, {.prefix = {lower(database)}})) tables.push_back(read_table(row));
  return tables;
}

std::optional<Table> Catalog::find_table(const std::string& database, const std::string& name) const {
  if (auto system = find_system_table(lower(database), lower(name))) return system;
  const auto row = store_.snapshot().find_row(kTables, {lower(database), lower(name)});
  if (!row) return std::nullopt;
  return read_table(*row);
}

void Catalog::create_table(Table table, const store::Origin& origin) {
  table.database = lower(table.database);
  table.name = lower(table.name);
  store::Change change(origin);
  change.step([&table](store::Transaction& transaction) {
    check_not_system(transaction, table.database, table.name);
    if (!transaction.find_row(kDatabases, {table.database})) throw schema_not_found(table.database);
    if (transaction.find_row(kTables, {table.database, table.name}))
      throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", table_display(table.database, table.name)}});
    transaction.put_row(kTables, table_row(table));
  });
  store_.apply(std::move(change));
}

void Catalog::put_table(Table table, const store::Origin& origin) {
  table.database = lower(table.database);
  table.name = lower(table.name);
  store::Change change(origin);
  change.step([&table](store::Transaction& transaction) {
    check_not_system(transaction, table.database, table.name);
    if (!transaction.find_row(kDatabases, {table.database})) throw schema_not_found(table.database);
    transaction.put_row(kTables, table_row(table));
  });
  store_.apply(std::move(change));
}

Table Catalog::drop_table(const std::string& database, const std::string& name, const store::Origin& origin) {
  std::optional<Table> dropped;
  store::Change change(origin);
  change.step([&](store::Transaction& transaction) {
    check_not_system(transaction, lower(database), lower(name));
    const auto row = transaction.find_row(kTables, {lower(database), lower(name)});
    if (!row) throw Error(conditions::kTableOrViewNotFound, {{"relationName", table_display(lower(database), lower(name))}});
    dropped = read_table(*row);
    transaction.erase_row(kTables, {lower(database), lower(name)});
  });
  store_.apply(std::move(change));
  return *std::move(dropped);
}

std::vector<SqlFunction> Catalog::list_functions(const std::string& database) const {
  std::vector<SqlFunction> functions;
  for (const store::Row& row : store_.snapshot().scan_rows(kFunctions, {.prefix = {lower(database)}}))
    functions.push_back(decode_function(store::as_text(row[0]), store::as_text(row[1]), store::as_text(row[2])));
  return functions;
}

std::optional<SqlFunction> Catalog::find_function(const std::string& database, const std::string& name) const {
  const auto row = store_.snapshot().find_row(kFunctions, {lower(database), lower(name)});
  if (!row) return std::nullopt;
  return decode_function(store::as_text((*row)[0]), store::as_text((*row)[1]), store::as_text((*row)[2]));
}

void Catalog::put_function(SqlFunction function, bool replace, const store::Origin& origin) {
  store::Change change(origin);
  change.step([&](store::Transaction& transaction) {
    check_not_system(transaction, function.database, function.name);
    if (!transaction.find_row(kDatabases, {function.database})) throw schema_not_found(function.database);
    if (!replace && transaction.find_row(kFunctions, {function.database, function.name}))
      throw Error(conditions::kRoutineAlreadyExists,
                  {{"routineName", types::quote_parts({function.database, function.name})}, {"newRoutineType", "routine"}, {"existingRoutineType", "routine"}});
    transaction.put_row(kFunctions, {function.database, function.name, encode_function(function)});
  });
  store_.apply(std::move(change));
}

bool Catalog::drop_function(const std::string& database, const std::string& name, const store::Origin& origin) {
  bool is_there = false;
  store::Change change(origin);
  change.step([&](store::Transaction& transaction) {
    is_there = transaction.find_row(kFunctions, {lower(database), lower(name)}).has_value();
    if (is_there) transaction.erase_row(kFunctions, {lower(database), lower(name)});
  });
  store_.apply(std::move(change));
  return is_there;
}

}  // namespace lab::catalog
