#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "types/data_type.h"

namespace lab::catalog {

/// What a text meant where it was written: of views and functions, which are read anew where they are used.
struct Definition {
  std::string database;                         ///< the current one then
  std::map<std::string, std::string> settings;  ///< of `spark.sql.`, as they were set; what is not here had its default
};

/// A function whose body is SQL: `CREATE FUNCTION … RETURN …`.
struct SqlFunction {
  struct Parameter {
    types::Field field;
    std::optional<std::string> default_sql;
  };
  std::string database, name;  ///< lower case; no database: temporary
  std::vector<Parameter> parameters;
  bool is_table = false, body_is_query = false;
  types::DataType returns;       ///< of a scalar function
  types::Schema return_columns;  ///< of a table function
  std::string body, owner;
  std::optional<std::string> comment;
  bool is_deterministic = true, reads_data = false;
  Definition definition;
  std::int64_t created_micros = 0;

  /// spark_catalog.db.f, or the name alone of a temporary one.
  std::vector<std::string> qualified_name() const;
};

/// As the catalog keeps it.
std::string encode_function(const SqlFunction& function);
SqlFunction decode_function(std::string database, std::string name, const std::string& text);

}  // namespace lab::catalog
