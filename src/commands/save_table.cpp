#include "commands/save_table.h"

#include "commands/buckets.h"
#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/file_write.h"
#include "types/type_text.h"

namespace lab::commands {
namespace {

catalog::Table new_entry(const SaveTable& save, const TableRef& ref, const std::string& provider, const Statement& context) {
  const catalog::Database database = context.world().catalog.get_database_to_fill(ref.database);
  catalog::Table entry;
  entry.database = ref.database;
  entry.name = ref.table;
  entry.provider = provider;
  std::optional<std::string> location = save.location;
  if (const auto path = save.options.find("path"); !location && path != save.options.end()) location = path->second;
  entry.kind = location ? catalog::Table::Kind::External : catalog::Table::Kind::Managed;
  entry.location = location ? catalog::parse_location(*location).text : catalog::managed_location(database, ref.table);
  entry.owner = context.session().user();
  entry.comment = save.comment.value_or("");
  entry.properties = save.properties;
  for (const auto& [key, value] : save.options)
    if (key != "path" && !key.starts_with("fs.s3a.")) entry.options.emplace(key, value);  // keys of other S3s are the session's
  entry.partition_columns = save.partition_by;
  if (provider != "delta") {
    entry.schema = save.declared_schema ? *save.declared_schema : save.rows.schema();
    for (types::Field& field : entry.schema) field.nullable = true;
  }
  entry.created_micros = context.world().clock.now().time_since_epoch().count();
  return entry;
}

void save_delta(SaveTable save, catalog::Table entry, bool is_new, Statement& context) {
  const auto table = context.world().places.delta_table(context.locate(entry.location, save.options), context.origin("WRITE"));
  // An external place may hold a table already; then only the name is new.
  DeltaWrite write;
  write.mode = save.mode == plan::SaveMode::Overwrite ? plan::SaveMode::Overwrite : plan::SaveMode::Append;
  write.options = read_delta_options(save.options, context);
  if (!save.partition_by.empty() || is_new || save.replace) write.partition_by = save.partition_by;
  write.comment = save.comment;
  write.properties = save.properties;
  write.declared_schema = save.declared_schema;
  write.replace_table = save.replace && table->exists();
  write.table_name = types::quote_parts({catalog::kCatalogName, entry.database, entry.name});
  const std::string partitions = json_list(save.partition_by);
  if (is_new || save.replace) {
    write.operation = !save.operation.empty() ? save.operation : save.replace ? "CREATE OR REPLACE TABLE AS SELECT" : "CREATE TABLE AS SELECT";
    write.parameters = {{"isManaged", json_text(entry.kind == catalog::Table::Kind::Managed ? "true" : "false")},
                        {"description", save.comment ? json_text(*save.comment) : "null"},
                        {"partitionBy", partitions},
                        {"properties", json_text("{}")}};
  }
  write.rows = std::move(save.rows);
  write_delta(*table, std::move(write), context);
  if (!is_new && !save.replace) return;
  if (is_new) {
    context.world().catalog.create_table(std::move(entry), context.origin("CREATE TABLE"));
  } else {
    context.world().catalog.put_table(std::move(entry), context.origin("CREATE TABLE"));
  }
}

}  // namespace

std::string default_provider(const Statement& context) {
  // A lab's tables are Delta unless somebody says otherwise: `spark_catalog` is Delta's catalog here.
  const auto set = context.session().explicit_setting("spark.sql.sources.default");
  return set ? *set : "delta";
}

std::string partition_column(const plan::ExpressionPtr& expression) {
  if (const auto* attribute = std::get_if<plan::UnresolvedAttribute>(&expression->node); attribute != nullptr && attribute->parts.size() == 1)
    return attribute->parts[0];
  throw Error(conditions::kUnsupportedFeature, {{"feature", "partition transforms on Delta tables"}, {"hint", "Partition by a column."}});
}

void save_table(SaveTable save, Statement& context) {
  const TableRef ref = resolve_name(save.name, context);
  if (ref.is_path()) {
    if (ref.format != "delta") throw Error(conditions::kUnsupportedTableOperation, {{"tableName", ref.quoted()}, {"operation", "CREATE TABLE"}});
    const auto table = context.world().places.delta_table(*ref.location, context.origin("WRITE"));
    if (table->exists() && save.mode == plan::SaveMode::ErrorIfExists) throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", ref.quoted()}});
    if (table->exists() && save.mode == plan::SaveMode::Ignore) return;
    DeltaWrite write;
    write.mode = save.mode == plan::SaveMode::Overwrite ? plan::SaveMode::Overwrite : plan::SaveMode::Append;
    write.options = read_delta_options(save.options, context);
    write.partition_by = save.partition_by;
    write.replace_table = save.replace && table->exists();
    write.declared_schema = save.declared_schema;
    write.properties = save.properties;
    write.comment = save.comment;
    write.table_name = ref.quoted();
    write.rows = std::move(save.rows);
    write_delta(*table, std::move(write), context);
    return;
  }
  auto existing = context.world().catalog.find_table(ref.database, ref.table);
  if (existing && existing->is_view()) throw Error(conditions::kExpectTableNotView, {{"operation", "saveAsTable"}, {"viewName", ref.quoted()}});
  if (!existing && save.must_exist) throw table_not_found({ref.database, ref.table}, context, SearchedIn::Database);
  if (existing && save.mode == plan::SaveMode::Ignore) return;
  const std::string provider = !save.provider.empty() ? save.provider : existing ? existing->provider : default_provider(context);
  // Delta's catalog names a table without itself.
  if (existing && save.mode == plan::SaveMode::ErrorIfExists)
    throw Error(conditions::kTableOrViewAlreadyExists, {{"relationName", provider == "delta" ? types::quote_parts({ref.database, ref.table}) : ref.quoted()}});
  if (save.buckets) check_bucket_count(*save.buckets, save.is_text, context);
  const bool is_new = !existing;
  catalog::Table entry = existing && !save.replace ? *existing : new_entry(save, ref, provider, context);
  if (existing && save.replace && existing->kind == catalog::Table::Kind::External && !save.location) {
    entry.kind = existing->kind;
    entry.location = existing->location;
  }
  if (provider == "delta") {
    if (save.buckets) set_buckets(entry, *save.buckets, save.rows.schema(), context);
    save_delta(std::move(save), std::move(entry), is_new, context);
    return;
  }
  if (!is_new && save.mode == plan::SaveMode::Append) {
    check_same_buckets(entry, save.buckets);
    append_to_file_table(entry, std::move(save.rows), false, context);
    return;
  }
  entry = new_entry(save, ref, provider, context);
  if (save.buckets) set_buckets(entry, *save.buckets, entry.schema, context);
  write_files({std::move(save.rows), provider, context.locate(entry.location, save.options), is_new ? plan::SaveMode::Overwrite : save.mode, save.partition_by, save.options},
              context);
  context.world().catalog.put_table(std::move(entry), context.origin("CREATE TABLE"));
}

}  // namespace lab::commands
