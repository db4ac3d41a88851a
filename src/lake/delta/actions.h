#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "types/data_type.h"

/// The actions of Delta's transaction log (PROTOCOL.md "Actions"), as values.
namespace lab::lake::delta {

using PartitionValues = std::map<std::string, std::optional<std::string>>;  ///< by physical column name, in Delta's text form

struct Protocol {
  int min_reader_version = 1, min_writer_version = 2;
  /// Only with reader version 3 / writer version 7.
  std::vector<std::string> reader_features, writer_features;
  friend bool operator==(const Protocol&, const Protocol&) = default;
};

struct Metadata {
  std::string id;
  std::optional<std::string> name, description;
  std::string format = "parquet";
  types::Schema schema;  ///< logical; column mapping rides in field metadata
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  std::optional<std::int64_t> created_millis;
};

struct DeletionVector {
  char storage = 'u';  ///< u: relative file, p: absolute path, i: inline
  std::string path_or_inline;
  std::optional<std::int32_t> offset;
  std::int32_t num_bytes = 0;
  std::int64_t cardinality = 0;
  friend bool operator==(const DeletionVector&, const DeletionVector&) = default;
  /// The protocol's uniqueId: part of a file's identity.
  std::string unique_id() const;
};

struct AddFile {
  std::string path;  ///< decoded; relative to the table, or absolute
  PartitionValues partition_values;
  std::int64_t num_bytes = 0;
  std::int64_t modified_millis = 0;
  bool data_change = true;
  std::string stats;  ///< JSON text; empty = none
  std::map<std::string, std::string> tags;
  std::optional<DeletionVector> deletion_vector;
  std::optional<std::int64_t> base_row_id, default_row_commit_version;
};

struct RemoveFile {
  std::string path;
  std::int64_t deleted_millis = 0;
  bool data_change = true;
  bool extended = true;
  PartitionValues partition_values;
  std::optional<std::int64_t> num_bytes;
  std::optional<DeletionVector> deletion_vector;
};

/// A file with rows as a commit changed them, for readers of the change feed (PROTOCOL.md "Add CDC File"); no part of any snapshot.
struct ChangeFile {
  std::string path;
  PartitionValues partition_values;
  std::int64_t num_bytes = 0;
};

struct SetTransaction {
  std::string app_id;
  std::int64_t version = 0;
  std::optional<std::int64_t> updated_millis;
};

struct DomainMetadata {
  std::string domain, configuration;
  bool removed = false;
};

/// Who did what; what DESCRIBE HISTORY shows.
struct CommitInfo {
  std::int64_t timestamp_millis = 0;
  std::optional<std::int64_t> version;
  std::optional<std::string> user_id, user_name;
  std::string operation;                                  ///< WRITE, MERGE, DELETE, UPDATE, CREATE TABLE AS SELECT …
  std::map<std::string, std::string> parameters;          ///< values are JSON texts, as Delta writes them
  std::map<std::string, std::string> metrics;
  std::optional<std::int64_t> read_version;
  std::string isolation_level = "Serializable";
  bool is_blind_append = false;
  std::string engine_info;
  std::optional<std::string> transaction_id, user_metadata;
  std::optional<std::int64_t> in_commit_timestamp_millis;
};

using Action = std::variant<Protocol, Metadata, AddFile, RemoveFile, ChangeFile, SetTransaction, DomainMetadata, CommitInfo>;

}  // namespace lab::lake::delta
