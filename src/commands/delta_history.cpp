#include <numeric>
#include <nlohmann/json.hpp>

#include "commands/conditions.h"
#include "commands/delta_write.h"
#include "commands/execute.h"
#include "commands/file_source.h"
#include "commands/listing.h"
#include "lake/delta/conditions.h"
#include "types/type_text.h"

namespace lab::commands {

namespace delta = lake::delta;
using types::DataType;
using types::TypeKind;
using types::Value;

namespace {

DeltaTarget open_target(const plan::NameParts& name, const std::optional<std::string>& path, const Statement& context, const char* operation) {
  const TableRef ref = resolve_name(path ? plan::NameParts{"delta", *path} : name, context);
  DeltaTarget target = open_delta_target(ref, context, operation);
  if (!target.table->exists()) {
    const std::string shown = types::quote_identifier(ref.is_path() ? shown_path(ref.location->text) : ref.table);
    if (std::string_view(operation) == "DESCRIBE DETAIL") throw Error(delta::conditions::kMissingDeltaTable, {{"tableName", shown}});
    throw Error(conditions::kDeltaTableOnly, {{"tableName", shown}, {"operation", operation}});
  }
  return target;
}

Value optional_text(const std::optional<std::string>& text) { return text ? text_value(*text) : Value{}; }

Value map_value(const std::map<std::string, std::string>& entries) {
  types::Values keys, values;
  for (const auto& [key, value] : entries) {
    keys.push_back(text_value(key));
    values.push_back(text_value(value));
  }
  return {types::MapEntries{std::make_shared<const types::Values>(std::move(keys)), std::make_shared<const types::Values>(std::move(values))}};
}

Value list_value(const std::vector<std::string>& texts) {
  types::Values items;
  for (const std::string& text : texts) items.push_back(text_value(text));
  return {types::Elements{std::make_shared<const types::Values>(std::move(items))}};
}

/// Parameters are kept as JSON texts; the history shows what they say.
std::map<std::string, std::string> shown_parameters(const std::map<std::string, std::string>& parameters) {
  std::map<std::string, std::string> shown;
  for (const auto& [key, value] : parameters) {
    const auto json = nlohmann::json::parse(value, nullptr, false);
    shown.emplace(key, json.is_string() ? json.get<std::string>() : value);
  }
  return shown;
}

}  // namespace

LocalTable describe_history(const plan::DescribeHistory& command, Statement& context) {
  const DeltaTarget target = open_target(command.table, command.path, context, "DESCRIBE HISTORY");
  const DataType text_map = DataType::map(TypeKind::String, TypeKind::String, true);
  const types::Field job_fields[] = {text_column("jobId", true), text_column("jobName", true),     text_column("jobRunId", true),
                                     text_column("runId", true), text_column("jobOwnerId", true), text_column("triggerType", true)};
  const types::Schema schema{{"version", TypeKind::Long, true, {}},
                             {"timestamp", TypeKind::Timestamp, true, {}},
                             text_column("userId", true),
                             text_column("userName", true),
                             text_column("operation", true),
                             {"operationParameters", text_map, true, {}},
                             {"job", DataType::structure({std::begin(job_fields), std::end(job_fields)}), true, {}},
                             {"notebook", DataType::structure({text_column("notebookId", true)}), true, {}},
                             text_column("clusterId", true),
                             {"readVersion", TypeKind::Long, true, {}},
                             text_column("isolationLevel", true),
                             {"isBlindAppend", TypeKind::Boolean, true, {}},
                             {"operationMetrics", text_map, true, {}},
                             text_column("userMetadata", true),
                             text_column("engineInfo", true)};
  std::vector<types::Values> rows;
  for (const delta::CommitInfo& commit : target.table->history(command.limit)) {
    const std::int64_t millis = commit.in_commit_timestamp_millis.value_or(commit.timestamp_millis);
    rows.push_back({commit.version ? Value{*commit.version} : Value{},
                    Value{millis * 1000},
                    optional_text(commit.user_id),
                    optional_text(commit.user_name),
                    text_value(commit.operation),
                    map_value(shown_parameters(commit.parameters)),
                    {},
                    {},
                    {},
                    commit.read_version ? Value{*commit.read_version} : Value{},
                    text_value(commit.isolation_level),
                    flag_value(commit.is_blind_append),
                    map_value(commit.metrics),
                    optional_text(commit.user_metadata),
                    text_value(commit.engine_info)});
  }
  return make_table(schema, rows);
}

LocalTable describe_detail(const plan::DescribeDetail& command, Statement& context) {
  const DeltaTarget target = open_target(command.table, command.path, context, "DESCRIBE DETAIL");
  const auto snapshot = target.table->snapshot();
  const delta::Metadata& metadata = snapshot->metadata();
  const delta::Protocol& protocol = snapshot->protocol();
  const std::int64_t num_bytes = std::accumulate(snapshot->files().begin(), snapshot->files().end(), std::int64_t{0},
                                                 [](std::int64_t sum, const delta::AddFile& file) { return sum + file.num_bytes; });
  std::vector<std::string> features = protocol.writer_features;
  for (const std::string& feature : protocol.reader_features)
    if (std::find(features.begin(), features.end(), feature) == features.end()) features.push_back(feature);
  if (features.empty()) {
    // Legacy protocol versions stand for features; DESCRIBE DETAIL names them.
    if (protocol.min_writer_version >= 2) features = {"appendOnly", "invariants"};
    if (protocol.min_writer_version >= 3) features.push_back("checkConstraints");
    if (protocol.min_writer_version >= 4) features.insert(features.end(), {"changeDataFeed", "generatedColumns"});
    if (protocol.min_writer_version >= 5) features.push_back("columnMapping");
    if (protocol.min_writer_version >= 6) features.push_back("identityColumns");
  }
  std::sort(features.begin(), features.end());
  const DataType texts = DataType::array(TypeKind::String, true);
  const types::Schema schema{text_column("format", true),
                             text_column("id", true),
                             text_column("name", true),
                             text_column("description", true),
                             text_column("location", true),
                             {"createdAt", TypeKind::Timestamp, true, {}},
                             {"lastModified", TypeKind::Timestamp, true, {}},
                             {"partitionColumns", texts, true, {}},
                             {"clusteringColumns", texts, true, {}},
                             {"numFiles", TypeKind::Long, true, {}},
                             {"sizeInBytes", TypeKind::Long, true, {}},
                             {"properties", DataType::map(TypeKind::String, TypeKind::String, true), true, {}},
                             {"minReaderVersion", TypeKind::Int, true, {}},
                             {"minWriterVersion", TypeKind::Int, true, {}},
                             {"tableFeatures", texts, true, {}}};
  const Value name = target.entry ? text_value(std::string(catalog::kCatalogName) + "." + target.entry->database + "." + target.entry->name) : Value{};
  const types::Values row{text_value("delta"),
                          text_value(metadata.id),
                          name,
                          optional_text(metadata.description),
                          text_value(target.table->storage().uri()),
                          metadata.created_millis ? Value{*metadata.created_millis * 1000} : Value{},
                          Value{snapshot->timestamp_millis() * 1000},
                          list_value(metadata.partition_columns),
                          list_value({}),
                          Value{static_cast<std::int64_t>(snapshot->files().size())},
                          Value{num_bytes},
                          map_value(metadata.configuration),
                          Value{std::int64_t{protocol.min_reader_version}},
                          Value{std::int64_t{protocol.min_writer_version}},
                          list_value(features)};
  return make_table(schema, {row});
}

LocalTable restore_table(const plan::RestoreTable& command, Statement& context) {
  const DmlTarget target = open_dml_target(command.target, context, "RESTORE");
  delta::Table& table = *target.delta.table;
  const auto now = table.snapshot();
  std::shared_ptr<const delta::Snapshot> then;
  try {
    then = command.version ? table.snapshot_at_version(*command.version) : table.snapshot_at_time(instant_of(command.timestamp, context), false);
  } catch (const Error& failure) {
    const auto& given = failure.parameters();
    if (&failure.condition() == &delta::conditions::kVersionNotFound)
      throw Error(conditions::kRestoreVersion, {{"version", given.at("userVersion")}, {"startVersion", given.at("earliest")}, {"endVersion", given.at("latest")}});
    if (&failure.condition() == &delta::conditions::kTimestampEarlier)
      throw Error(conditions::kRestoreEarlier, {{"requestedTimestamp", given.at("userTimestamp")}, {"earliestTimestamp", given.at("commitTs")}});
    if (&failure.condition() == &delta::conditions::kTimestampGreater)
      throw Error(conditions::kRestoreGreater, {{"requestedTimestamp", given.at("providedTimestamp")}, {"latestTimestamp", given.at("lastCommitTimestamp")}});
    throw;
  }
  std::map<std::string, const delta::AddFile*> wanted, present;
  const auto key = [](const delta::AddFile& file) { return file.path + (file.deletion_vector ? "#" + file.deletion_vector->unique_id() : ""); };
  for (const delta::AddFile& file : then->files()) wanted.emplace(key(file), &file);
  for (const delta::AddFile& file : now->files()) present.emplace(key(file), &file);
  delta::CommitRequest request;
  std::int64_t num_restored = 0, restored_bytes = 0, num_removed = 0, removed_bytes = 0, after_bytes = 0;
  if (!(then->protocol() == now->protocol()) && then->protocol().min_reader_version > now->protocol().min_reader_version) request.actions.emplace_back(then->protocol());
  request.actions.emplace_back(then->metadata());
  for (const auto& [id, file] : wanted) {
    after_bytes += file->num_bytes;
    if (present.contains(id)) continue;
    ++num_restored;
    restored_bytes += file->num_bytes;
    request.actions.emplace_back(*file);
  }
  for (const auto& [id, file] : present) {
    if (wanted.contains(id)) continue;
    ++num_removed;
    removed_bytes += file->num_bytes;
    request.actions.emplace_back(remove_of(*file, now_millis(context)));
  }
  request.reads.whole_table = true;
  request.info = commit_info(context, "RESTORE", {{"version", command.version ? std::to_string(*command.version) : "null"},
                                                {"timestamp", command.timestamp ? json_text(std::to_string(instant_of(command.timestamp, context) / 1000)) : "null"}});
  request.info.metrics = {{"numRestoredFiles", std::to_string(num_restored)}, {"numRemovedFiles", std::to_string(num_removed)},
                          {"restoredFilesSize", std::to_string(restored_bytes)}, {"removedFilesSize", std::to_string(removed_bytes)},
                          {"numOfFilesAfterRestore", std::to_string(wanted.size())}, {"tableSizeAfterRestore", std::to_string(after_bytes)}};
  table.commit(now, std::move(request));
  const auto count = [](std::int64_t value) { return Value{value}; };
  return make_table({{"table_size_after_restore", TypeKind::Long, true, {}},
                     {"num_of_files_after_restore", TypeKind::Long, true, {}},
                     {"num_removed_files", TypeKind::Long, true, {}},
                     {"num_restored_files", TypeKind::Long, true, {}},
                     {"removed_files_size", TypeKind::Long, true, {}},
                     {"restored_files_size", TypeKind::Long, true, {}}},
                    {{count(after_bytes), count(static_cast<std::int64_t>(wanted.size())), count(num_removed), count(num_restored), count(removed_bytes), count(restored_bytes)}});
}

}  // namespace lab::commands
