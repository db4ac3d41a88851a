#include <algorithm>

#include "base/ids.h"
#include "base/letter_case.h"
#include "commands/buckets.h"
#include "commands/column_values.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "commands/save_table.h"
#include "types/type_text.h"

#include <nlohmann/json.hpp>

namespace lab::commands {

namespace delta = lake::delta;

namespace {

std::string metadata_of(const plan::ColumnDefinition& column) {
  nlohmann::ordered_json metadata = column.field.metadata.empty() ? nlohmann::ordered_json::object() : nlohmann::ordered_json::parse(column.field.metadata);
  if (column.comment) metadata["comment"] = *column.comment;
  if (column.generated_sql) metadata["delta.generationExpression"] = *column.generated_sql;
  if (column.default_sql) {
    metadata["EXISTS_DEFAULT"] = *column.default_sql;
    metadata["CURRENT_DEFAULT"] = *column.default_sql;
  }
  if (column.identity) {
    metadata["delta.identity.start"] = column.identity->start;
    metadata["delta.identity.step"] = column.identity->step;
    metadata["delta.identity.allowExplicitInsert"] = column.identity->allows_explicit;
  }
  return metadata.empty() ? "" : metadata.dump();
}

bool enables_defaults(const plan::TableDefinition& definition) {
  for (const auto& [key, value] : definition.properties)
    if (equal_ignoring_case(key, "delta.feature.allowColumnDefaults")) return true;
  return false;
}

types::Schema declared_schema(const plan::TableDefinition& definition, const std::string& provider) {
  types::Schema schema;
  for (const plan::ColumnDefinition& column : definition.columns) {
    for (const types::Field& other : schema)
      if (equal_ignoring_case(other.name, column.field.name)) throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(column.field.name))}});
    if (provider != "delta" && column.generated_sql)
      throw Error(conditions::kUnsupportedFeature, {{"feature", "generated columns"}, {"hint", "Compute the column in the query that writes."}});
    if (column.default_sql && provider == "delta" && !enables_defaults(definition)) throw Error(conditions::kDefaultsNotEnabled, {{"commandType", "CREATE TABLE"}});
    for (const types::Field& other : schema)
      if (equal_ignoring_case(other.name, column.field.name))
        throw Error(conditions::kColumnAlreadyExists, {{"columnName", types::quote_identifier(lower_case(column.field.name))}});
    types::Field field = column.field;
    field.metadata = metadata_of(column);
    schema.push_back(std::move(field));
  }
  // PARTITIONED BY (name type): columns of their own, behind the others.
  return schema;
}

std::vector<std::string> partition_columns(const plan::TableDefinition& definition) {
  std::vector<std::string> names;
  for (const plan::ExpressionPtr& column : definition.partitioning) names.push_back(partition_column(column));
  return names;
}

/// Partition columns stand behind the others, in the order of PARTITIONED BY.
types::Schema with_partitions_last(types::Schema schema, const std::vector<std::string>& partitions, const TableRef& ref) {
  types::Schema last;
  for (const std::string& name : partitions) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const types::Field& field) { return lower_case(field.name) == lower_case(name); });
    if (found == schema.end()) {
      std::string columns;
      for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + types::quote_identifier(field.name);
      throw Error(conditions::kColumnNotDefinedInTable, {{"colType", "partition"}, {"colName", types::quote_identifier(name)}, {"tableName", ref.quoted()}, {"tableCols", columns}});
    }
    last.push_back(std::move(*found));
    schema.erase(found);
  }
  schema.insert(schema.end(), std::make_move_iterator(last.begin()), std::make_move_iterator(last.end()));
  return schema;
}

std::string default_or(const std::string& provider, const Statement& context) { return provider.empty() ? default_provider(context) : provider; }

std::string described(const types::Schema& schema) { return types::tree_string(schema); }

std::string name_list(const types::Schema& schema, const types::Schema& other) {
  std::string names;
  for (const types::Field& field : schema)
    if (std::none_of(other.begin(), other.end(), [&](const types::Field& each) { return equal_ignoring_case(each.name, field.name); }))
      names += (names.empty() ? "" : ", ") + field.name;
  return names;
}

/// A place with a table keeps it; the columns that a statement declares, if any, must be its own.
void check_same_table(const delta::Table& table, const types::Schema& schema, const std::vector<std::string>& partitions, const std::string& path) {
  if (schema.empty()) return;
  const auto snapshot = table.snapshot();
  const types::Schema& existing = snapshot->schema();
  std::string differences;
  const auto differs = [&](const std::string& text) { differences += (differences.empty() ? "- " : "\n- ") + text; };
  if (const std::string missing = name_list(existing, schema); !missing.empty()) differs("Specified schema is missing field(s): " + missing);
  if (const std::string extra = name_list(schema, existing); !extra.empty()) differs("Specified schema has additional field(s): " + extra);
  for (const types::Field& field : schema)
    for (const types::Field& other : existing) {
      if (!equal_ignoring_case(field.name, other.name)) continue;
      if (!types::same_shape(field.type, other.type))
        differs("Specified type for " + field.name + " is different from existing schema:\n  Specified: " + types::catalog_string(field.type) +
                "\n  Existing:  " + types::catalog_string(other.type));
      if (field.nullable != other.nullable)
        differs("Field " + field.name + " is " + (field.nullable ? "nullable" : "non-nullable") + " in specified schema but " +
                (other.nullable ? "nullable" : "non-nullable") + " in existing schema.");
    }
  if (!differences.empty())
    throw Error(conditions::kCreateSchemaMismatch, {{"path", path},
                                                    {"specifiedSchema", described(schema)},
                                                    {"existingSchema", described(existing)},
                                                    {"schemaDifferences", differences}});
  const auto& known = snapshot->metadata().partition_columns;
  if (!std::equal(partitions.begin(), partitions.end(), known.begin(), known.end(), equal_ignoring_case)) {
    const auto list = [](const std::vector<std::string>& names) {
      std::string text;
      for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
      return text;
    };
    throw Error(conditions::kDifferentPartitioning, {{"path", path}, {"specifiedColumns", list(partitions)}, {"existingColumns", list(known)}});
  }
}

/// Only Delta's tables can be replaced; the others have no versions.
void refuse_replace(const plan::CreateTable& command, const char* operation, const Statement& context) {
  if (!command.or_replace && !command.is_replace) return;
  const TableRef ref = resolve_name(command.table.name, context);
  if (ref.is_path() || lower_case(default_or(command.table.provider, context)) == "delta") return;
  throw Error(conditions::kUnsupportedTableOperation, {{"tableName", ref.quoted()}, {"operation", operation}});
}

/// Version 0 of a table without rows.
void create_empty_delta(delta::Table& table, const catalog::Table& entry, types::Schema schema, const plan::Options& options, bool replace, Statement& context) {
  const auto snapshot = table.exists() ? table.snapshot() : nullptr;
  check_generated_columns(schema, context);
  delta::Metadata metadata;
  metadata.id = snapshot ? snapshot->metadata().id : random_uuid();
  metadata.schema = std::move(schema);
  metadata.partition_columns = entry.partition_columns;
  if (!entry.comment.empty()) metadata.description = entry.comment;
  metadata.created_millis = now_millis(context);
  metadata.configuration.insert(entry.properties.begin(), entry.properties.end());
  for (const auto& [key, value] : options)
    if (key.starts_with("delta.")) metadata.configuration.insert_or_assign(key, value);
  delta::prepare_new_metadata(metadata);
  delta::CommitRequest request;
  request.actions.emplace_back(snapshot ? delta::upgraded_protocol(snapshot->protocol(), metadata) : delta::protocol_for(metadata));
  request.actions.emplace_back(metadata);
  if (snapshot)
    for (const delta::AddFile& file : snapshot->files()) request.actions.emplace_back(remove_of(file, now_millis(context)));
  request.reads.whole_table = snapshot != nullptr;
  request.info = commit_info(context, replace ? "CREATE OR REPLACE TABLE" : "CREATE TABLE",
                             {{"isManaged", json_text(entry.kind == catalog::Table::Kind::Managed ? "true" : "false")},
                              {"description", entry.comment.empty() ? "null" : json_text(entry.comment)},
                              {"partitionBy", json_list(entry.partition_columns)},
                              {"properties", json_text(nlohmann::json(entry.properties).dump())}});
  request.info.is_blind_append = snapshot == nullptr;
  table.commit(snapshot, std::move(request));
}

}  // namespace

LocalTable create_table(const plan::CreateTable& command, Statement& context) {
  const plan::TableDefinition& definition = command.table;
  if (!definition.clustering.empty()) throw Error(conditions::kUnsupportedFeature, {{"feature", "CLUSTER BY"}, {"hint", "Partition by a column instead."}});
  if (definition.buckets) check_bucket_count(*definition.buckets, true, context);
  if (command.query) {
    refuse_replace(command, "REPLACE TABLE AS SELECT", context);
    SaveTable save;
    save.name = definition.name;
    save.rows = context.analyze(command.query);
    save.provider = default_or(definition.provider, context);
    save.partition_by = partition_columns(definition);
    save.options = definition.options;
    save.properties = definition.properties;
    save.location = definition.location;
    save.comment = definition.comment;
    save.buckets = definition.buckets;
    save.is_text = true;
    save.replace = command.or_replace || command.is_replace;
    save.must_exist = command.is_replace && !command.or_replace;
    save.mode = save.replace ? plan::SaveMode::Overwrite : command.if_not_exists ? plan::SaveMode::Ignore : plan::SaveMode::ErrorIfExists;
    save_table(std::move(save), context);
    return no_rows();
  }
  refuse_replace(command, "REPLACE TABLE", context);
  const TableRef ref = resolve_name(definition.name, context);
  const std::string provider = ref.is_path() ? ref.format : default_or(definition.provider, context);
  if (!ref.is_path() && provider != "delta") check_file_format(provider);
  types::Schema schema = declared_schema(definition, provider);
  if (!schema.empty() && provider != "delta") schema = with_partitions_last(std::move(schema), partition_columns(definition), ref);
  catalog::Table entry;
  entry.provider = provider;
  entry.comment = definition.comment.value_or("");
  entry.properties = definition.properties;
  entry.owner = context.session().user();
  entry.partition_columns = partition_columns(definition);
  entry.created_micros = context.world().clock.now().time_since_epoch().count();
  for (const auto& [key, value] : definition.options)
    if (key != "path") entry.options.emplace(key, value);
  std::optional<std::string> location = definition.location;
  if (const auto path = definition.options.find("path"); !location && path != definition.options.end()) location = path->second;
  std::optional<catalog::Table> existing;
  if (ref.is_path()) {
    entry.kind = catalog::Table::Kind::External;
    entry.location = ref.location->text;
  } else {
    const catalog::Database database = context.world().catalog.get_database_to_fill(ref.database);
    existing = context.world().catalog.find_table(ref.database, ref.table);
    const bool replaces = command.or_replace || command.is_replace;
    if (existing && command.if_not_exists) return no_rows();
    if (existing && !replaces) throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", types::quote_parts({catalog::kCatalogName, ref.database, ref.table})}});
    if (!existing && command.is_replace && !command.or_replace)
      throw table_not_found({ref.database, ref.table}, context, SearchedIn::Database);
    entry.database = ref.database;
    entry.name = ref.table;
    entry.kind = location ? catalog::Table::Kind::External : catalog::Table::Kind::Managed;
    entry.location = location ? catalog::parse_location(*location).text : catalog::managed_location(database, ref.table);
  }
  const bool replaces = command.or_replace || command.is_replace;
  if (definition.buckets) set_buckets(entry, *definition.buckets, schema, context);
  if (provider == "delta") {
    const auto table = context.world().places.delta_table(context.locate(entry.location, definition.options), context.origin("CREATE TABLE"));
    const bool has_log = table->exists();
    if (ref.is_path() && has_log && command.if_not_exists) return no_rows();
    if (ref.is_path() && has_log && !replaces)
      throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", types::quote_parts({ref.format, shown_path(ref.location->text)})}});
    // A table that is named by its place and told to lie there keeps what is there, as Delta's builder has it.
    if (ref.is_path() && has_log && replaces && definition.location) check_same_table(*table, schema, entry.partition_columns, shown_path(entry.location));
    if (!has_log || replaces) {
      if (schema.empty() && !has_log && definition.location) throw Error(conditions::kDeltaTableNotFoundAtLocation, {{"path", entry.location}});
      create_empty_delta(*table, entry, std::move(schema), definition.options, replaces, context);
    }
    if (has_log && !replaces) check_same_table(*table, schema, entry.partition_columns, entry.location);
  } else {
    if (schema.empty()) {
      const auto source = open_files(context, provider, {context.locate(entry.location, definition.options)}, definition.options, {}, {}, nullptr);
      schema = source->schema();
    }
    entry.schema = std::move(schema);
  }
  if (ref.is_path()) return no_rows();
  if (existing) {
    context.world().catalog.put_table(std::move(entry), context.origin("CREATE TABLE"));
  } else {
    context.world().catalog.create_table(std::move(entry), context.origin("CREATE TABLE"));
  }
  return no_rows();
}

LocalTable create_table_like(const plan::CreateTableLike& command, Statement& context) {
  const plan::RelationPtr source = plan::make_relation(plan::NamedTable{command.source, {}, {}, nullptr});
  plan::CreateTable create;
  create.table.name = command.name;
  create.table.provider = command.provider;
  create.table.location = command.location;
  create.if_not_exists = command.if_not_exists;
  for (types::Field field : context.analyze(source).schema()) create.table.columns.push_back({std::move(field), {}, {}, {}, {}});
  return create_table(create, context);
}

}  // namespace lab::commands
