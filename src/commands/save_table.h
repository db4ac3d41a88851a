#pragma once

#include "commands/statement.h"

namespace lab::commands {

/// CREATE TABLE … AS, saveAsTable and writeTo: a named table made or changed by rows.
struct SaveTable {
  plan::NameParts name;
  plan::bound::Query rows;
  std::string provider;  ///< empty: the table's own, or the session's default for a new one
  plan::SaveMode mode = plan::SaveMode::ErrorIfExists;
  std::vector<std::string> partition_by;
  plan::Options options, properties;
  std::optional<std::string> location, comment;
  std::optional<types::Schema> declared_schema;
  bool replace = false;     ///< a new schema, whatever was there
  bool must_exist = false;  ///< REPLACE TABLE
  std::optional<plan::BucketSpec> buckets = {};
  bool is_text = false;     ///< a statement of SQL, whose numbers are refused as its text
  std::string operation;    ///< for the history; empty: by mode
};
void save_table(SaveTable save, Statement& context);

/// The column of `PARTITIONED BY (a)`; transforms are Iceberg's and throw UNSUPPORTED_FEATURE.
std::string partition_column(const plan::ExpressionPtr& expression);

/// What a new table is made of when nobody says USING.
std::string default_provider(const Statement& context);

}  // namespace lab::commands
