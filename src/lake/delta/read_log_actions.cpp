#include <algorithm>

#include "base/error.h"
#include "lake/delta/conditions.h"
#include "lake/delta/json_reader.h"
#include "lake/delta/log_actions.h"
#include "lake/delta/path_text.h"
#include "types/type_text.h"

namespace lab::lake::delta {
namespace {

using JsonKind = JsonReader::Kind;

std::int32_t narrow(std::int64_t value) {
  if (value < INT32_MIN || value > INT32_MAX) throw JsonError("a number is out of range");
  return static_cast<std::int32_t>(value);
}

// Calls `each(key)` per member that is not null: absent and null are the same everywhere in the log.
template <typename Each>
void members(JsonReader& json, Each each) {
  json.object([&](std::string_view key) {
    if (!json.skip_null()) each(key);
  });
}

std::string scalar_text(JsonReader& json) { return json.kind() == JsonKind::Text ? json.text() : std::string(json.raw()); }

std::map<std::string, std::string> text_map(JsonReader& json) {
  std::map<std::string, std::string> result;
  members(json, [&](std::string_view key) {
    std::string name(key);
    result.insert_or_assign(std::move(name), scalar_text(json));
  });
  return result;
}

std::vector<std::string> text_list(JsonReader& json) {
  std::vector<std::string> result;
  json.array([&] { result.push_back(json.text()); });
  return result;
}

PartitionValues partition_values(JsonReader& json) {
  PartitionValues result;
  json.object([&](std::string_view key) {
    std::string name(key);
    std::optional<std::string> value;
    // An empty text is null, as the protocol has it.
    if (!json.skip_null())
      if (std::string text = scalar_text(json); !text.empty()) value = std::move(text);
    result.insert_or_assign(std::move(name), std::move(value));
  });
  return result;
}

DeletionVector deletion_vector(JsonReader& json) {
  DeletionVector result;
  bool has_storage = false;
  members(json, [&](std::string_view key) {
    if (key == "storageType") {
      const std::string storage = json.text();
      if (storage.size() != 1) throw JsonError("storageType is no letter");
      result.storage = storage[0];
      has_storage = true;
    } else if (key == "pathOrInlineDv") {
      result.path_or_inline = json.text();
    } else if (key == "offset") {
      result.offset = narrow(json.integer());
    } else if (key == "sizeInBytes") {
      result.num_bytes = narrow(json.integer());
    } else if (key == "cardinality") {
      result.cardinality = json.integer();
    } else {
      json.skip();
    }
  });
  if (!has_storage) throw JsonError("a deletion vector without storageType");
  return result;
}

Protocol protocol(JsonReader& json) {
  Protocol result;
  members(json, [&](std::string_view key) {
    if (key == "minReaderVersion") {
      result.min_reader_version = narrow(json.integer());
    } else if (key == "minWriterVersion") {
      result.min_writer_version = narrow(json.integer());
    } else if (key == "readerFeatures") {
      result.reader_features = text_list(json);
    } else if (key == "writerFeatures") {
      result.writer_features = text_list(json);
    } else {
      json.skip();
    }
  });
  return result;
}

Metadata metadata(JsonReader& json) {
  Metadata result;
  members(json, [&](std::string_view key) {
    if (key == "id") {
      result.id = json.text();
    } else if (key == "name") {
      result.name = json.text();
    } else if (key == "description") {
      result.description = json.text();
    } else if (key == "format") {
      members(json, [&](std::string_view inner) {
        if (inner == "provider")
          result.format = json.text();
        else
          json.skip();
      });
    } else if (key == "schemaString") {
      // Tables that were made without columns have an empty text, or none.
      if (const std::string schema = json.text(); !schema.empty()) result.schema = types::parse_schema_json(schema);
    } else if (key == "partitionColumns") {
      result.partition_columns = text_list(json);
    } else if (key == "configuration") {
      result.configuration = text_map(json);
    } else if (key == "createdTime") {
      result.created_millis = json.integer();
    } else {
      json.skip();
    }
  });
  return result;
}

void require_path(const std::string& path) {
  if (path.empty()) throw JsonError("a file without path");
}

/// What every action with a file has; false: `key` is another member.
template <typename File>
bool read_file_member(JsonReader& json, std::string_view key, File& file) {
  if (key == "path") {
    file.path = decode_path(json.text());
  } else if (key == "partitionValues") {
    file.partition_values = partition_values(json);
  } else if (key == "size") {
    file.num_bytes = json.integer();
  } else {
    return false;
  }
  return true;
}

AddFile add_file(JsonReader& json) {
  AddFile result;
  members(json, [&](std::string_view key) {
    if (read_file_member(json, key, result)) return;
    if (key == "modificationTime") {
      result.modified_millis = json.integer();
    } else if (key == "dataChange") {
      result.data_change = json.boolean();
    } else if (key == "stats") {
      result.stats = json.text();
    } else if (key == "tags") {
      result.tags = text_map(json);
    } else if (key == "deletionVector") {
      result.deletion_vector = deletion_vector(json);
    } else if (key == "baseRowId") {
      result.base_row_id = json.integer();
    } else if (key == "defaultRowCommitVersion") {
      result.default_row_commit_version = json.integer();
    } else {
      json.skip();
    }
  });
  require_path(result.path);
  return result;
}

RemoveFile remove_file(JsonReader& json) {
  RemoveFile result;
  result.extended = false;
  members(json, [&](std::string_view key) {
    if (read_file_member(json, key, result)) return;
    if (key == "deletionTimestamp") {
      result.deleted_millis = json.integer();
    } else if (key == "dataChange") {
      result.data_change = json.boolean();
    } else if (key == "extendedFileMetadata") {
      result.extended = json.boolean();
    } else if (key == "deletionVector") {
      result.deletion_vector = deletion_vector(json);
    } else {
      json.skip();
    }
  });
  require_path(result.path);
  return result;
}

ChangeFile change_file(JsonReader& json) {
  ChangeFile result;
  members(json, [&](std::string_view key) {
    if (!read_file_member(json, key, result)) json.skip();
  });
  require_path(result.path);
  return result;
}

CommitInfo commit_info(JsonReader& json, CommitInfoDetail detail) {
  CommitInfo result;
  result.isolation_level.clear();
  members(json, [&](std::string_view key) {
    if (key == "timestamp") {
      result.timestamp_millis = json.integer();
    } else if (key == "inCommitTimestamp") {
      result.in_commit_timestamp_millis = json.integer();
    } else if (detail == CommitInfoDetail::TimesOnly) {
      json.skip();
    } else if (key == "isBlindAppend") {
      result.is_blind_append = json.boolean();
    } else if (key == "userId") {
      result.user_id = scalar_text(json);
    } else if (key == "userName") {
      result.user_name = scalar_text(json);
    } else if (key == "operation") {
      result.operation = scalar_text(json);
    } else if (key == "operationParameters" && json.kind() == JsonKind::Object) {
      members(json, [&](std::string_view name) { result.parameters.insert_or_assign(std::string(name), std::string(json.raw())); });
    } else if (key == "operationMetrics" && json.kind() == JsonKind::Object) {
      result.metrics = text_map(json);
    } else if (key == "readVersion") {
      result.read_version = json.integer();
    } else if (key == "isolationLevel") {
      result.isolation_level = scalar_text(json);
    } else if (key == "engineInfo") {
      result.engine_info = scalar_text(json);
    } else if (key == "txnId") {
      result.transaction_id = scalar_text(json);
    } else if (key == "userMetadata") {
      result.user_metadata = scalar_text(json);
    } else {
      json.skip();
    }
  });
  return result;
}

SetTransaction transaction(JsonReader& json) {
  SetTransaction result;
  members(json, [&](std::string_view key) {
    if (key == "appId") {
      result.app_id = json.text();
    } else if (key == "version") {
      result.version = json.integer();
    } else if (key == "lastUpdated") {
      result.updated_millis = json.integer();
    } else {
      json.skip();
    }
  });
  return result;
}

DomainMetadata domain_metadata(JsonReader& json) {
  DomainMetadata result;
  members(json, [&](std::string_view key) {
    if (key == "domain") {
      result.domain = json.text();
    } else if (key == "configuration") {
      result.configuration = json.text();
    } else if (key == "removed") {
      result.removed = json.boolean();
    } else {
      json.skip();
    }
  });
  return result;
}

Sidecar sidecar(JsonReader& json) {
  Sidecar result;
  members(json, [&](std::string_view key) {
    if (key == "path") {
      result.path = decode_path(json.text());
    } else if (key == "sizeInBytes") {
      result.num_bytes = json.integer();
    } else if (key == "modificationTime") {
      result.modified_millis = json.integer();
    } else {
      json.skip();
    }
  });
  require_path(result.path);
  return result;
}

void read_line(std::string_view line, CommitInfoDetail detail, const ActionSink& sink) {
  JsonReader json(line);
  members(json, [&](std::string_view name) {
    if (name == "add") {
      sink(add_file(json));
    } else if (name == "remove") {
      sink(remove_file(json));
    } else if (name == "cdc") {
      sink(change_file(json));
    } else if (name == "commitInfo") {
      sink(commit_info(json, detail));
    } else if (name == "protocol") {
      sink(protocol(json));
    } else if (name == "metaData") {
      sink(metadata(json));
    } else if (name == "txn") {
      sink(transaction(json));
    } else if (name == "domainMetadata") {
      sink(domain_metadata(json));
    } else if (name == "sidecar") {
      sink(sidecar(json));
    } else {
      json.skip();
    }
  });
  json.end();
}

}  // namespace

void throw_malformed(std::string_view path, const std::string& reason) {
  throw Error(conditions::kMalformedLog, {{"path", std::string(path)}, {"reason", reason}});
}

void read_log_actions(std::string_view bytes, std::string_view path, CommitInfoDetail detail, const ActionSink& sink) {
  std::size_t number = 0;
  for (std::size_t start = 0; start < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', start), bytes.size());
    const std::string_view line = bytes.substr(start, end - start);
    ++number;
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      try {
        read_line(line, detail, sink);
      } catch (const JsonError& failure) {
        throw_malformed(path, "line " + std::to_string(number) + ": " + failure.what());
      }
    }
    start = end + 1;
  }
}

}  // namespace lab::lake::delta
