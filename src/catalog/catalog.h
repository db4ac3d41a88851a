#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/sql_function.h"
#include "store/store.h"
#include "types/data_type.h"

namespace lab::catalog {

inline constexpr const char* kCatalogName = "spark_catalog";
inline constexpr const char* kDefaultDatabase = "default";
/// Managed tables lie under this bucket, as `DATABASE.db/TABLE`; those of `default` as `TABLE`.
inline constexpr const char* kWarehouseBucket = "warehouse";

using Properties = std::map<std::string, std::string>;

struct Database {
  std::string name;  ///< lower case
  std::string comment, location, owner;
  Properties properties;
};

struct Table {
  enum class Kind { Managed, External, View };
  std::string database, name;  ///< lower case, as Spark's session catalog keeps them
  Kind kind = Kind::Managed;
  std::string provider;        ///< delta, parquet, csv, …; empty for a view
  std::string location;        ///< URI
  std::string comment, owner;
  Properties properties, options;
  /// Of a table that does not describe itself (CSV, JSON, Parquet …) and of a view; a Delta table's lies in its log.
  types::Schema schema;
  std::vector<std::string> partition_columns;
  std::string view_text;                          ///< SQL of a view
  std::string view_catalog_database;              ///< current database when the view was made
  Properties view_settings;                       ///< settings that its text depends on
  std::vector<std::string> view_query_columns;    ///< what the text's columns were called when the view was made
  std::string view_schema_mode;                   ///< WITH SCHEMA of Spark 4; empty: the columns' types are bound
  std::int64_t created_micros = 0;
  /// CLUSTERED BY; no columns: the table is not bucketed. It is told, files are not laid out by it.
  std::vector<std::string> bucket_columns, sort_columns;
  std::int64_t num_buckets = 0;

  bool is_view() const { return kind == Kind::View; }
};

/// The tables of this module, for StoreOptions::schemas.
store::SchemaSpec catalog_schema();

/// Databases, tables, views and functions by name: history rows of the store, and the lab's own tables (system_tables.h), which are found
/// but not written: SYSTEM_DATABASE_READ_ONLY. Names are compared without case. Thread-safe; blocks for disk.
/// Throws SCHEMA_NOT_FOUND, SCHEMA_ALREADY_EXISTS, SCHEMA_NOT_EMPTY, ROUTINE_ALREADY_EXISTS, TABLE_OR_VIEW_ALREADY_EXISTS, TABLE_OR_VIEW_NOT_FOUND.
class Catalog {
 public:
  /// Makes the database `default` when the store is new.
  explicit Catalog(store::Store& store);

  std::vector<Database> list_databases() const;
  std::optional<Database> find_database(const std::string& name) const;
  Database get_database(const std::string& name) const;
  /// The same for something new in it. Throws SYSTEM_DATABASE_READ_ONLY.
  Database get_database_to_fill(const std::string& name) const;
  void create_database(Database database, const store::Origin& origin);
  /// With `cascade` its tables go too; what lay under managed ones is returned for the caller to erase.
  std::vector<Table> drop_database(const std::string& name, bool cascade, const store::Origin& origin);

  std::vector<Table> list_tables(const std::string& database) const;
  std::optional<Table> find_table(const std::string& database, const std::string& name) const;
  void create_table(Table table, const store::Origin& origin);
  /// Replaces the entry of the same name, or makes it.
  void put_table(Table table, const store::Origin& origin);
  /// Absent: TABLE_OR_VIEW_NOT_FOUND.
  Table drop_table(const std::string& database, const std::string& name, const store::Origin& origin);

  std::vector<SqlFunction> list_functions(const std::string& database) const;
  std::optional<SqlFunction> find_function(const std::string& database, const std::string& name) const;
  /// With `replace` instead of one of that name; else throws ROUTINE_ALREADY_EXISTS when there is one.
  void put_function(SqlFunction function, bool replace, const store::Origin& origin);
  /// False when there is none.
  bool drop_function(const std::string& database, const std::string& name, const store::Origin& origin);

 private:
  store::Store& store_;
};

/// Where a managed table of this name lies.
std::string managed_location(const Database& database, const std::string& table);

}  // namespace lab::catalog
