#include "lake/delta/log_actions.h"
#include "lake/delta/path_text.h"
#include "types/field_comment.h"
#include "types/type_text.h"

namespace lab::lake::delta {
namespace {

/// Writes one JSON object, keys in the order of the calls.
class ObjectText {
 public:
  ObjectText() : text_("{") {}

  ObjectText& raw(std::string_view key, std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    types::append_json_string(text_, key);
    text_ += ':';
    text_ += json;
    return *this;
  }
  ObjectText& text(std::string_view key, std::string_view value) {
    std::string json;
    types::append_json_string(json, value);
    return raw(key, json);
  }
  ObjectText& integer(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  ObjectText& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  ObjectText& maybe(std::string_view key, const std::optional<std::string>& value) { return value ? text(key, *value) : *this; }
  ObjectText& maybe(std::string_view key, const std::optional<std::int64_t>& value) { return value ? integer(key, *value) : *this; }

  std::string end() && { return std::move(text_) + "}"; }

 private:
  std::string text_;
};

std::string list(const std::vector<std::string>& values) {
  std::string json = "[";
  for (const std::string& value : values) {
    if (json.size() > 1) json += ',';
    types::append_json_string(json, value);
  }
  return json + "]";
}

std::string map(const std::map<std::string, std::string>& values) {
  ObjectText object;
  for (const auto& [key, value] : values) object.text(key, value);
  return std::move(object).end();
}

std::string map(const PartitionValues& values) {
  ObjectText object;
  for (const auto& [key, value] : values) {
    if (value)
      object.text(key, *value);
    else
      object.raw(key, "null");
  }
  return std::move(object).end();
}

std::string print(const DeletionVector& vector) {
  ObjectText object;
  object.text("storageType", std::string(1, vector.storage)).text("pathOrInlineDv", vector.path_or_inline);
  if (vector.offset) object.integer("offset", *vector.offset);
  object.integer("sizeInBytes", vector.num_bytes).integer("cardinality", vector.cardinality);
  return std::move(object).end();
}

std::string print(const Protocol& protocol) {
  ObjectText object;
  object.integer("minReaderVersion", protocol.min_reader_version).integer("minWriterVersion", protocol.min_writer_version);
  if (protocol.min_reader_version >= 3) object.raw("readerFeatures", list(protocol.reader_features));
  if (protocol.min_writer_version >= 7) object.raw("writerFeatures", list(protocol.writer_features));
  return std::move(object).end();
}

std::string print(const Metadata& metadata) {
  ObjectText object;
  object.text("id", metadata.id).maybe("name", metadata.name).maybe("description", metadata.description);
  ObjectText format;
  format.text("provider", metadata.format).raw("options", "{}");
  object.raw("format", std::move(format).end());
  object.text("schemaString", types::schema_to_json(metadata.schema));
  object.raw("partitionColumns", list(metadata.partition_columns)).raw("configuration", map(metadata.configuration));
  object.maybe("createdTime", metadata.created_millis);
  return std::move(object).end();
}

std::string print(const AddFile& add) {
  ObjectText object;
  object.text("path", encode_path(add.path)).raw("partitionValues", map(add.partition_values));
  object.integer("size", add.num_bytes).integer("modificationTime", add.modified_millis).boolean("dataChange", add.data_change);
  if (!add.stats.empty()) object.text("stats", add.stats);
  if (!add.tags.empty()) object.raw("tags", map(add.tags));
  if (add.deletion_vector) object.raw("deletionVector", print(*add.deletion_vector));
  object.maybe("baseRowId", add.base_row_id).maybe("defaultRowCommitVersion", add.default_row_commit_version);
  return std::move(object).end();
}

std::string print(const RemoveFile& remove) {
  ObjectText object;
  object.text("path", encode_path(remove.path)).integer("deletionTimestamp", remove.deleted_millis).boolean("dataChange", remove.data_change);
  object.boolean("extendedFileMetadata", remove.extended);
  if (remove.extended) object.raw("partitionValues", map(remove.partition_values));
  object.maybe("size", remove.num_bytes);
  if (remove.deletion_vector) object.raw("deletionVector", print(*remove.deletion_vector));
  return std::move(object).end();
}

std::string print(const ChangeFile& change) {
  ObjectText object;
  object.text("path", encode_path(change.path)).raw("partitionValues", map(change.partition_values));
  object.integer("size", change.num_bytes).boolean("dataChange", false);
  return std::move(object).end();
}

std::string print(const SetTransaction& transaction) {
  ObjectText object;
  object.text("appId", transaction.app_id).integer("version", transaction.version).maybe("lastUpdated", transaction.updated_millis);
  return std::move(object).end();
}

std::string print(const DomainMetadata& domain) {
  ObjectText object;
  object.text("domain", domain.domain).text("configuration", domain.configuration).boolean("removed", domain.removed);
  return std::move(object).end();
}

std::string print(const CommitInfo& info) {
  ObjectText object;
  object.maybe("inCommitTimestamp", info.in_commit_timestamp_millis);
  object.integer("timestamp", info.timestamp_millis).maybe("userId", info.user_id).maybe("userName", info.user_name);
  object.text("operation", info.operation);
  ObjectText parameters;
  for (const auto& [key, value] : info.parameters) parameters.raw(key, value);
  object.raw("operationParameters", std::move(parameters).end()).maybe("readVersion", info.read_version);
  object.text("isolationLevel", info.isolation_level).boolean("isBlindAppend", info.is_blind_append);
  object.raw("operationMetrics", map(info.metrics)).maybe("userMetadata", info.user_metadata);
  object.text("engineInfo", info.engine_info).maybe("txnId", info.transaction_id);
  return std::move(object).end();
}

struct Name {
  const char* operator()(const Protocol&) const { return "protocol"; }
  const char* operator()(const Metadata&) const { return "metaData"; }
  const char* operator()(const AddFile&) const { return "add"; }
  const char* operator()(const RemoveFile&) const { return "remove"; }
  const char* operator()(const ChangeFile&) const { return "cdc"; }
  const char* operator()(const SetTransaction&) const { return "txn"; }
  const char* operator()(const DomainMetadata&) const { return "domainMetadata"; }
  const char* operator()(const CommitInfo&) const { return "commitInfo"; }
};

}  // namespace

std::string print_action(const Action& action) {
  ObjectText line;
  line.raw(std::visit(Name{}, action), std::visit([](const auto& value) { return print(value); }, action));
  return std::move(line).end();
}

}  // namespace lab::lake::delta
