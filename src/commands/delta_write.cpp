#include "commands/delta_write.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ids.h"
#include "base/letter_case.h"
#include "base/log.h"
#include "commands/change_feed.h"
#include "commands/column_values.h"
#include "commands/conditions.h"
#include "commands/delta_rows.h"
#include "commands/row_rules.h"
#include "lake/delta/conditions.h"
#include "sql/parser.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
namespace bound = plan::bound;

namespace {

bool is_true(const std::string& text) { return equal_ignoring_case(text, "true"); }

void check_no_duplicates(const types::Schema& schema, const Statement& context) {
  for (std::size_t i = 0; i < schema.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (equal_ignoring_case(schema[i].name, schema[k].name)) {
        if (context.session().is_spark4()) throw Error(conditions::kDuplicateDataColumns, {{"duplicateCols", lower_case(schema[i].name)}});
        throw Error(delta::conditions::kDuplicateColumns, {{"coltype", "in the data to save"}, {"duplicateCols", lower_case(schema[i].name)}});
      }
}

/// What a DataFrame write makes: everything nullable, names as they are.
types::Schema new_table_schema(const bound::Query& rows) {
  types::Schema schema = rows.schema();
  for (types::Field& field : schema) {
    field.nullable = true;
    field.type = types::as_nullable(field.type);
  }
  return schema;
}

std::string column_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + types::quote_identifier(name);
  return "[" + text + "]";
}

std::string mode_name(plan::SaveMode mode) {
  switch (mode) {
    case plan::SaveMode::Append: return "Append";
    case plan::SaveMode::Overwrite: return "Overwrite";
    case plan::SaveMode::Ignore: return "Ignore";
    case plan::SaveMode::ErrorIfExists: return "ErrorIfExists";
  }
  return "";
}

/// Partition column names as the schema spells them; throws when one is not there.
std::vector<std::string> resolve_partition_columns(const std::vector<std::string>& names, const types::Schema& schema) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const types::Field& field) { return equal_ignoring_case(field.name, name); });
    if (found == schema.end()) {
      std::string columns;
      for (const types::Field& field : schema) columns += (columns.empty() ? "" : ", ") + field.name;
      throw Error(conditions::kPartitionColumnNotFound, {{"columnName", types::quote_identifier(name)}, {"schemaMap", columns}});
    }
    result.push_back(found->name);
  }
  return result;
}

std::size_t column_of(const delta::Metadata& metadata, const std::string& name) {
  const auto found = std::find_if(metadata.schema.begin(), metadata.schema.end(), [&](const types::Field& field) { return field.name == name; });
  LAB_CHECK(found != metadata.schema.end());
  return static_cast<std::size_t>(found - metadata.schema.begin());
}

}  // namespace

StagedFiles::~StagedFiles() {
  // A name that nothing in the table can have: the file has its own from the commit on. The folder goes with any file of it.
  std::vector<delta::TableStorage::NewFile> files{{".dflab-staged/none", folder_ / "none"}};
  for (const std::filesystem::path& file : files_) files.push_back({".dflab-staged/" + file.filename().string(), file});
  try {
    table_.storage().discard(files);
  } catch (const std::exception& failure) {
    // They stay in the stage, which is swept later.
    log::warning("commands", "staged files of {} were not removed: {}", table_.storage().uri(), failure.what());
  }
}

std::int64_t now_millis(const Statement& context) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(context.world().clock.now().time_since_epoch()).count();
}

std::string json_text(const std::string& text) { return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

std::string json_list(const std::vector<std::string>& texts) {
  // Delta keeps lists as a JSON text inside a JSON string.
  return json_text(nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

delta::CommitInfo commit_info(const Statement& context, std::string operation, std::map<std::string, std::string> parameters) {
  delta::CommitInfo info;
  info.timestamp_millis = now_millis(context);
  info.operation = std::move(operation);
  info.parameters = std::move(parameters);
  info.user_name = context.session().user();
  info.user_metadata = context.session().explicit_setting("spark.databricks.delta.commitInfo.userMetadata");
  info.engine_info = "DataFlow-Lab Apache-Spark/" + context.session().spark_version();
  info.transaction_id = random_uuid();
  return info;
}

DeltaWriteOptions read_delta_options(const plan::Options& options, const Statement& context) {
  const auto find = [&](const char* key) -> std::optional<std::string> {
    const auto found = options.find(key);
    if (found == options.end()) return std::nullopt;
    return found->second;
  };
  DeltaWriteOptions result;
  result.merge_schema = is_true(find("mergeschema").value_or(context.setting("spark.databricks.delta.schema.autoMerge.enabled").value_or("false")));
  result.overwrite_schema = is_true(find("overwriteschema").value_or("false"));
  result.replace_where = find("replacewhere");
  result.user_metadata = find("usermetadata");
  result.app_id = find("txnappid");
  if (const auto version = find("txnversion")) result.app_version = std::stoll(*version);
  const std::string overwrite = find("partitionoverwritemode").value_or(context.setting("spark.sql.sources.partitionOverwriteMode").value_or("STATIC"));
  result.dynamic_partitions = equal_ignoring_case(overwrite, "dynamic");
  for (const auto& [key, value] : options)
    if (key.starts_with("delta.")) result.table_properties.emplace(key, value);
  return result;
}

delta::RemoveFile remove_of(const delta::AddFile& file, std::int64_t now_millis) {
  delta::RemoveFile remove;
  remove.path = file.path;
  remove.deleted_millis = now_millis;
  remove.partition_values = file.partition_values;
  remove.num_bytes = file.num_bytes;
  remove.deletion_vector = file.deletion_vector;
  return remove;
}

bound::Query align_rows(bound::Query rows, const types::Schema& target, MatchColumns match, const std::string& table_name) {
  if (match == MatchColumns::ByName) {
    bound::Columns columns;
    bound::Outputs outputs;
    for (const types::Field& field : target) {
      const auto found = std::find_if(rows.root->columns.begin(), rows.root->columns.end(),
                                      [&](const bound::Column& column) { return equal_ignoring_case(column.name, field.name); });
      const auto id = static_cast<bound::ColumnId>(rows.next_id++);
      if (found == rows.root->columns.end()) {
        outputs.push_back({id, bound::make_expression(bound::LiteralNode{}, field.type, true)});
        columns.push_back({id, field.name, field.type, true, {}});
      } else {
        outputs.push_back({id, bound::make_expression(bound::ColumnRef{found->id, false}, found->type, found->nullable)});
        columns.push_back({id, field.name, found->type, found->nullable, {}});
      }
    }
    rows.root = bound::make_relation(bound::Project{rows.root, std::move(outputs)}, std::move(columns));
  }
  return analyze::cast_for_insert(std::move(rows), target, false, table_name,
                                  {.any_cast = true, .nested_by_name = match == MatchColumns::ByName, .fills_missing = match == MatchColumns::ByName});
}

StagedRows stage_rows(delta::Table& table, const delta::Metadata& metadata, const bound::Query& rows, const std::vector<std::string>& extra, Statement& context) {
  StagedRows result{std::make_shared<StagedFiles>(table), {}};
  engine::WriteSpec spec;
  spec.directory = result.staged->folder();
  for (const delta::PhysicalColumn& column : delta::physical_columns(metadata)) {
    spec.column_names.push_back(column.name);
    spec.field_ids.push_back(column.field_id);
    spec.physical_types.push_back(column.type);
  }
  for (const std::string& name : extra) {
    spec.column_names.push_back(name);
    spec.field_ids.push_back(std::nullopt);
    spec.physical_types.push_back(types::TypeKind::String);
  }
  for (const std::string& name : metadata.partition_columns) spec.partition_by.push_back(static_cast<int>(column_of(metadata, name)));
  result.files = context.session().executor().write(rows, spec, context.stop(), context.progress());
  for (const engine::WrittenFile& file : result.files) result.staged->add(file.path);
  return result;
}

StagedPlace place_of(const delta::Metadata& metadata, const engine::WrittenFile& file) {
  StagedPlace place;
  if (metadata.partition_columns.empty()) return place;
  const std::vector<delta::PhysicalColumn> physical = delta::physical_columns(metadata);
  // An empty text and Hive's word for NULL are NULL as partitions, as Spark writes them.
  std::vector<std::optional<std::string>> partition = file.partition_values;
  for (auto& value : partition)
    if (value && (value->empty() || *value == "__HIVE_DEFAULT_PARTITION__")) value.reset();
  for (std::size_t i = 0; i < metadata.partition_columns.size(); ++i) {
    const std::size_t column = column_of(metadata, metadata.partition_columns[i]);
    if (!metadata.schema[column].nullable && !partition[i]) throw Error(conditions::kNotNullViolated, {{"columnName", metadata.schema[column].name}});
    place.partition_values.emplace(physical[column].name, partition[i]);
  }
  place.folder = delta::partition_folder(metadata.partition_columns, partition) + "/";
  return place;
}

WrittenData write_data_files(delta::Table& table, const delta::Metadata& metadata, const bound::Query& rows, Statement& context) {
  WrittenData result;
  const StagedRows written = stage_rows(table, metadata, rows, {}, context);
  result.staged = written.staged;
  types::Schema data_schema;
  for (const types::Field& field : metadata.schema)
    if (std::find(metadata.partition_columns.begin(), metadata.partition_columns.end(), field.name) == metadata.partition_columns.end()) data_schema.push_back(field);
  const std::int64_t now = now_millis(context);
  int index = 0;
  for (const engine::WrittenFile& file : written.files) {
    if (file.num_rows == 0) continue;
    // NOT NULL is checked on what was written: the counts are there already.
    std::size_t leaf = 0;
    for (const types::Field& field : data_schema) {
      if (!field.nullable && !field.type.is_nested() && leaf < file.statistics.size() && file.statistics[leaf].num_nulls.value_or(0) > 0)
        throw Error(conditions::kNotNullViolated, {{"columnName", field.name}});
      leaf += delta::num_leaves(field.type);
    }
    StagedPlace place = place_of(metadata, file);
    delta::AddFile add;
    char name[32];
    std::snprintf(name, sizeof name, "part-%05d-", index++);
    add.path = place.folder + name + random_uuid() + "-c000.snappy.parquet";
    add.partition_values = std::move(place.partition_values);
    add.num_bytes = file.num_bytes;
    add.modified_millis = now;
    add.stats = delta::statistics_of(file.num_rows, metadata, file.statistics);
    result.num_rows += file.num_rows;
    result.num_bytes += file.num_bytes;
    result.files.push_back({add.path, file.path});
    result.actions.emplace_back(std::move(add));
  }
  return result;
}

namespace {

/// The table's metadata after this write, and whether it changed.
struct Target {
  delta::Metadata metadata;
  bool is_changed = false;
};

Target new_target(const DeltaWrite& write, const Statement& context) {
  Target target;
  target.is_changed = true;
  delta::Metadata& metadata = target.metadata;
  metadata.id = random_uuid();
  metadata.schema = write.declared_schema ? *write.declared_schema : new_table_schema(write.rows);
  metadata.partition_columns = resolve_partition_columns(write.partition_by.value_or(std::vector<std::string>{}), metadata.schema);
  metadata.description = write.comment;
  metadata.created_millis = now_millis(context);
  for (const auto& [key, value] : write.options.table_properties) metadata.configuration.emplace(key, value);
  for (const auto& [key, value] : write.properties) metadata.configuration.insert_or_assign(key, value);
  delta::prepare_new_metadata(metadata);
  return target;
}

Target changed_target(const delta::Snapshot& snapshot, const DeltaWrite& write, const Statement& context) {
  if (write.replace_table) {
    Target target = new_target(write, context);
    target.metadata.id = snapshot.metadata().id;
    return target;
  }
  Target target{snapshot.metadata(), false};
  const bool overwrites_all = write.mode == plan::SaveMode::Overwrite && !write.replace_condition && !write.dynamic_overwrite;
  if (write.partition_by) {
    const auto same = write.partition_by->size() == target.metadata.partition_columns.size() &&
                      std::equal(write.partition_by->begin(), write.partition_by->end(), target.metadata.partition_columns.begin(), equal_ignoring_case);
    if (!same && !(overwrites_all && write.options.overwrite_schema))
      throw Error(delta::conditions::kPartitionMismatch,
                  {{"given", column_list(*write.partition_by)}, {"table", column_list(target.metadata.partition_columns)}});
  }
  if (write.match == MatchColumns::ByPosition) return target;
  const types::Schema data = new_table_schema(write.rows);
  if (overwrites_all && write.options.overwrite_schema) {
    target.metadata.schema = data;
    if (write.partition_by) target.metadata.partition_columns = resolve_partition_columns(*write.partition_by, data);
    delta::prepare_replaced_schema(target.metadata, snapshot.metadata());
    target.is_changed = !(target.metadata.schema == snapshot.metadata().schema) || target.metadata.partition_columns != snapshot.metadata().partition_columns;
    return target;
  }
  types::Schema merged = delta::merge_schema(target.metadata.schema, data, write.options.merge_schema, target.metadata.id);
  if (!(merged == target.metadata.schema)) {
    target.metadata.schema = std::move(merged);
    delta::prepare_replaced_schema(target.metadata, snapshot.metadata());
    target.is_changed = true;
  }
  return target;
}

Target existing_target(const delta::Snapshot& snapshot, const DeltaWrite& write, const Statement& context) {
  try {
    return changed_target(snapshot, write, context);
  } catch (const Error& failure) {
    const bool is_mismatch = &failure.condition() == &delta::conditions::kSchemaMismatch || &failure.condition() == &delta::conditions::kPartitionMismatch;
    if (!is_mismatch || context.session().is_spark4()) throw;
    throw Error(conditions::kLegacyMetadataMismatch, {{"message", failure.message()}});
  }
}

plan::ExpressionPtr parse_predicate(const std::string& text) {
  try {
    return sql::parse_expression(text);
  } catch (const Error& failure) {
    if (failure.kind() != Kind::Parse) throw;
    throw Error(conditions::kPredicateNotRecognized, {{"predicate", text}});
  }
}

/// Which columns of the table the rows give.
std::vector<bool> given_columns(const DeltaWrite& write, const types::Schema& schema) {
  if (write.match == MatchColumns::ByPosition) return write.given.empty() ? std::vector<bool>(schema.size(), true) : write.given;
  const types::Schema rows = write.rows.schema();
  std::vector<bool> given;
  for (const types::Field& field : schema)
    given.push_back(std::any_of(rows.begin(), rows.end(), [&](const types::Field& column) { return equal_ignoring_case(column.name, field.name); }));
  return given;
}

std::string condition_text(const plan::ExpressionPtr& condition) { return plan::query_context(condition->origin).fragment; }

void add_all(std::vector<delta::Action>& to, std::vector<delta::Action> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

delta::Committed write_delta(delta::Table& table, DeltaWrite write, Statement& context) {
  const std::shared_ptr<const delta::Snapshot> snapshot = table.exists() ? table.snapshot() : nullptr;
  // By position names mean nothing.
  if (write.match == MatchColumns::ByName) check_no_duplicates(write.rows.schema(), context);
  if (snapshot) delta::check_writable(snapshot->protocol(), snapshot->metadata());
  // A stream's or job's batch that came before is not written again.
  if (snapshot && write.options.app_id && write.options.app_version) {
    const auto seen = snapshot->transaction_version(*write.options.app_id);
    if (seen && *seen >= *write.options.app_version) return {snapshot->version()};
  }
  if (write.options.replace_where && write.mode == plan::SaveMode::Overwrite) write.replace_condition = parse_predicate(*write.options.replace_where);
  if (snapshot && write.replace_condition)
    refuse_subqueries(plan::make_relation(plan::SourceScan{snapshot->source_of({}), {}, false}), write.replace_condition, "DELETE", context);
  if (write.mode == plan::SaveMode::Overwrite && write.options.dynamic_partitions && !write.replace_condition && snapshot &&
      !snapshot->metadata().partition_columns.empty() && !write.options.overwrite_schema)
    write.dynamic_overwrite = true;

  Target target = snapshot ? existing_target(*snapshot, write, context) : new_target(write, context);
  const std::vector<bool> given = given_columns(write, target.metadata.schema);
  bound::Query rows = align_rows(std::move(write.rows), target.metadata.schema, write.match, write.table_name);
  if (snapshot) rows = fill_columns(std::move(rows), target.metadata.schema, given, context);

  // The rows are made once; what they must be is checked on the files that they became.
  WrittenData data = write_data_files(table, target.metadata, rows, context);
  check_written_rows(target.metadata, data, context);
  if (write.replace_condition)
    check_replace_condition(target.metadata, data, write.replace_condition, write.options.replace_where.value_or(condition_text(write.replace_condition)), context);
  if (snapshot && numbers_rows(target.metadata.schema, given)) {
    advance_identity(target.metadata, given, data.num_rows);
    target.is_changed = target.is_changed || data.num_rows > 0;
  }

  delta::CommitRequest request;
  if (!snapshot) request.actions.emplace_back(delta::protocol_for(target.metadata));
  if (snapshot && target.is_changed) {
    const delta::Protocol needed = delta::upgraded_protocol(snapshot->protocol(), target.metadata);
    if (!(needed == snapshot->protocol())) request.actions.emplace_back(needed);
  }
  if (target.is_changed) request.actions.emplace_back(target.metadata);
  if (write.options.app_id && write.options.app_version)
    request.actions.emplace_back(delta::SetTransaction{*write.options.app_id, *write.options.app_version, now_millis(context)});

  const std::int64_t now = now_millis(context);
  Rewrite kept;
  ChangeWriter changes(table, target.metadata, context);
  std::int64_t num_removed = 0, removed_bytes = 0;
  const auto remove = [&](const delta::AddFile& file) {
    ++num_removed;
    removed_bytes += file.num_bytes;
    request.actions.emplace_back(remove_of(file, now));
  };
  if (snapshot && (write.mode == plan::SaveMode::Overwrite || write.replace_table)) {
    if (write.replace_condition) {
      kept = rewrite_without(table, snapshot, write.replace_condition, context);
      for (const std::size_t index : kept.touched) remove(snapshot->files()[index]);
      // Where whole files go, they and the new ones say what changed.
      if (!kept.data.files.empty() && changes.is_on()) {
        changes.write(matching_rows(*snapshot, kept.touched, write.replace_condition, {}, context), ChangeKind::Delete);
        const auto written = delta::source_of_staged(target.metadata, data.actions, data.files);
        changes.write(context.analyze(plan::make_relation(plan::SourceScan{written, {}, false})), ChangeKind::Insert);
      }
      add_all(request.actions, std::move(kept.data.actions));
      request.files.insert(request.files.end(), kept.data.files.begin(), kept.data.files.end());
      request.reads.whole_table = true;
    } else if (write.dynamic_overwrite) {
      std::set<delta::PartitionValues> partitions;
      for (const delta::Action& action : data.actions)
        if (const auto* add = std::get_if<delta::AddFile>(&action)) partitions.insert(add->partition_values);
      for (const delta::AddFile& file : snapshot->files())
        if (partitions.contains(file.partition_values)) {
          remove(file);
          request.reads.files.push_back(file.path);
        }
      request.reads.whole_table = true;
    } else {
      for (const delta::AddFile& file : snapshot->files()) remove(file);
      request.reads.whole_table = true;
    }
  }
  const bool is_append = write.mode != plan::SaveMode::Overwrite && !write.replace_table;
  if (is_append) request.reads.metadata_only = true;

  if (write.operation == "WRITE" && write.parameters.empty()) {
    write.parameters = {{"mode", json_text(mode_name(write.mode))}, {"partitionBy", json_list(write.partition_by.value_or(std::vector<std::string>{}))}};
    if (write.options.replace_where) write.parameters.emplace("predicate", json_text(*write.options.replace_where));
  }
  request.info = commit_info(context, write.operation, std::move(write.parameters));
  if (write.options.user_metadata) request.info.user_metadata = write.options.user_metadata;
  request.info.is_blind_append = is_append;
  request.info.metrics = {{"numFiles", std::to_string(data.files.size())},
                          {"numOutputRows", std::to_string(data.num_rows)},
                          {"numOutputBytes", std::to_string(data.num_bytes)}};
  if (write.replace_condition && snapshot) {
    request.info.metrics = {{"numFiles", std::to_string(data.files.size() + kept.data.files.size())},
                            {"numOutputRows", std::to_string(data.num_rows + kept.data.num_rows)},
                            {"numOutputBytes", std::to_string(data.num_bytes + kept.data.num_bytes)},
                            {"numCopiedRows", std::to_string(kept.num_copied)},
                            {"numDeletedRows", std::to_string(kept.num_matched)},
                            {"numAddedChangeFiles", std::to_string(changes.num_files())}};
  }
  if (!is_append && snapshot) {
    request.info.metrics.emplace("numRemovedFiles", std::to_string(num_removed));
    request.info.metrics.emplace("numRemovedBytes", std::to_string(removed_bytes));
  }
  add_all(request.actions, std::move(data.actions));
  request.files.insert(request.files.end(), data.files.begin(), data.files.end());
  data.staged->hand_over();
  if (kept.data.staged) kept.data.staged->hand_over();
  changes.hand_over(request);
  return table.commit(snapshot, std::move(request));
}

}  // namespace lab::commands
