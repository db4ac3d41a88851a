#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "lake/delta/actions.h"
#include "lake/delta/table_storage.h"
#include "scan/table_source.h"

/// Delta tables: reading any version up to reader version 3, and committing with conflict detection. No engine, no network:
/// the caller reads and writes Parquet data files.
namespace lab::lake::delta {

/// Keeps files whose partition values and statistics may hold a row in all of these ranges (columns of the schema).
using Pruning = std::vector<scan::ColumnRange>;

/// One version of a table. Immutable, thread-safe.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual std::int64_t version() const = 0;
  virtual std::int64_t timestamp_millis() const = 0;
  virtual const Protocol& protocol() const = 0;
  virtual const Metadata& metadata() const = 0;
  virtual const types::Schema& schema() const = 0;
  virtual const std::vector<AddFile>& files() const = 0;
  virtual std::optional<std::int64_t> transaction_version(const std::string& app_id) const = 0;
  /// The table's configuration value, or Delta's default for it.
  virtual std::string property(const std::string& key) const = 0;

  /// The rows as a source (deletion vectors read, column mapping applied). Opens the files: throws DELTA_FILE_NOT_FOUND-like errors
  /// for those that are gone. File i of the source is files()[kept[i]] where `kept`, if given, receives the indices left by pruning.
  virtual std::shared_ptr<const scan::TableSource> source(const Pruning& pruning = {}, std::vector<std::size_t>* kept = nullptr) const = 0;
  /// The rows of these files only (indices into files()); file i of the source is files()[indices[i]].
  virtual std::shared_ptr<const scan::TableSource> source_of(const std::vector<std::size_t>& indices) const = 0;
  /// As source(), without the files that are gone (spark.sql.files.ignoreMissingFiles).
  virtual std::shared_ptr<const scan::TableSource> present_source() const = 0;
  /// Indices of files that may hold a matching row.
  virtual std::vector<std::size_t> prune(const Pruning& pruning) const = 0;
};

/// What a transaction read: what a concurrent commit may not have touched.
struct ReadSet {
  bool whole_table = false;                       ///< read everything, or with a condition that files cannot be told by
  std::vector<Pruning> predicates;                ///< read files that these keep
  std::vector<std::string> files;                 ///< read (and mean to rewrite) exactly these paths
  bool metadata_only = false;                     ///< blind append
};

/// Everything a commit consists of besides its CommitInfo's fixed fields.
struct CommitRequest {
  CommitInfo info;                  ///< operation, parameters, metrics, user
  std::vector<Action> actions;      ///< Protocol, Metadata, AddFile, RemoveFile, …
  std::vector<TableStorage::NewFile> files;
  ReadSet reads;
};

struct Committed {
  std::int64_t version = 0;
};

/// A table at a place. Thread-safe.
class Table {
 public:
  static std::shared_ptr<Table> at(std::shared_ptr<TableStorage> storage, const Clock& clock);
  virtual ~Table() = default;

  virtual TableStorage& storage() const = 0;
  /// False when there is no `_delta_log` with a commit or checkpoint.
  virtual bool exists() const = 0;
  /// The newest version; keeps the last one in memory and reads only what came since. Throws DELTA_TABLE_NOT_FOUND-like errors,
  /// DELTA_UNSUPPORTED_FEATURES_FOR_READ, DELTA_STATE_RECOVER_ERROR (no protocol or metadata), …
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  virtual std::shared_ptr<const Snapshot> snapshot_at_version(std::int64_t version) const = 0;
  /// The last version committed at or before; throws when before the first or (unless `can_return_last`) after the last.
  virtual std::shared_ptr<const Snapshot> snapshot_at_time(std::int64_t micros, bool can_return_last) const = 0;
  /// Newest first.
  virtual std::vector<CommitInfo> history(std::optional<int> limit) const = 0;
  /// The first version committed at or after; the one behind the newest when there is none.
  virtual std::int64_t first_version_since(std::int64_t micros) const = 0;
  /// What commits `first` to `last` (at most the newest) changed, as the change feed shows it: the table's columns, `_change_type`,
  /// `_commit_version`, `_commit_timestamp`. Throws DELTA_MISSING_CHANGE_DATA for versions without a feed,
  /// DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_… where the schema changed so that rows of before do not fit, DELTA_FILE_NOT_FOUND.
  virtual std::shared_ptr<const scan::TableSource> changes(std::int64_t first, std::int64_t last) const = 0;

  /// Commits on top of `base` (null: the table must not exist yet). When others committed meanwhile, checks the conflict matrix and
  /// tries again on top of them; throws DELTA_CONCURRENT_APPEND, DELTA_CONCURRENT_DELETE_READ, DELTA_CONCURRENT_DELETE_DELETE,
  /// DELTA_METADATA_CHANGED, DELTA_PROTOCOL_CHANGED, DELTA_CONCURRENT_TRANSACTION. Writes a checkpoint every `delta.checkpointInterval`.
  virtual Committed commit(const std::shared_ptr<const Snapshot>& base, CommitRequest request) = 0;
};

/// Schema rules of a write (mergeSchema): the table's new schema, or throws Delta's "A schema mismatch detected when writing to the
/// Delta table" (DELTA_FAILED_TO_MERGE_FIELDS where types differ). New columns come behind the old ones; nested structs too. Names are
/// compared without case; the table's spelling stays.
types::Schema merge_schema(const types::Schema& table, const types::Schema& data, bool allow_new_columns, const std::string& table_id = {});

/// How a column of the schema stands in data files: by column mapping, else under its own name. `type` has the names that fields inside it
/// get there.
struct PhysicalColumn {
  std::string name;
  std::optional<std::int32_t> field_id;
  types::DataType type;
};
std::vector<PhysicalColumn> physical_columns(const Metadata& metadata);

/// How many columns of statistics a type has: a struct those of its fields, all else one.
std::size_t num_leaves(const types::DataType& type);

/// Statistics JSON of a written file, as Delta has them (numRecords, minValues, maxValues, nullCount; the first
/// `delta.dataSkippingNumIndexedCols` leaves, or `delta.dataSkippingStatsColumns`; strings cut at 32 characters; physical names).
/// `columns` are the leaves (num_leaves()) of the schema's columns that are no partition columns, in order.
std::string statistics_of(std::int64_t num_rows, const Metadata& metadata, const std::vector<scan::ColumnStatistics>& columns);

/// Rows that were written and not committed yet, for rules that they must meet: the adds among `actions` whose files are in `files`.
std::shared_ptr<const scan::TableSource> source_of_staged(const Metadata& metadata, const std::vector<Action>& actions,
                                                          const std::vector<TableStorage::NewFile>& files);

/// Checks and completes the metadata of a new table: valid names, known properties, column mapping ids. Throws Delta's errors.
void prepare_new_metadata(Metadata& metadata);
/// The same after the schema of an existing table was changed or replaced.
void prepare_replaced_schema(Metadata& metadata, const Metadata& before);
/// Protocol of a new table from its properties and schema; throws for features we cannot write.
Protocol protocol_for(const Metadata& metadata);
/// `current`, raised where the metadata needs more (a timestamp_ntz column came) or asks for more (`delta.minWriterVersion`). Throws
/// DELTA_INVALID_PROTOCOL_DOWNGRADE where it asks for less.
Protocol upgraded_protocol(const Protocol& current, const Metadata& metadata);
/// Throws DELTA_UNSUPPORTED_FEATURES_FOR_WRITE when we cannot write this table (identity columns, unknown features …).
void check_writable(const Protocol& protocol, const Metadata& metadata);

/// The file of a deletion vector with storage `u` (relative to the table) or `p`.
std::string deletion_vector_path(const DeletionVector& vector);

/// CHECK constraints: name and SQL expression (`delta.constraints.*`).
std::vector<std::pair<std::string, std::string>> check_constraints(const Metadata& metadata);

/// Spark's text of a partition value (`2024-01-01`, `true`, timestamps in UTC) and back.
std::optional<std::string> partition_text(const types::Value& value, const types::DataType& type);
types::Value parse_partition_value(const std::optional<std::string>& text, const types::DataType& type);
/// `k=v/k2=v2`, Hive-escaped.
std::string partition_folder(const std::vector<std::string>& columns, const std::vector<std::optional<std::string>>& values);

}  // namespace lab::lake::delta
