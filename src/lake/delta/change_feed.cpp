#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "lake/delta/column_mapping.h"
#include "lake/delta/conditions.h"
#include "lake/delta/deletion_vector.h"
#include "lake/delta/delta_table.h"
#include "lake/delta/features.h"
#include "lake/delta/log_actions.h"
#include "lake/delta/values.h"
#include "types/type_text.h"

/// The change feed (PROTOCOL.md "Add CDC File", "Reader Requirements for AddCDCFile"): what commits changed, out of their change files
/// or, where a commit has none, out of the files that it added and removed.
namespace lab::lake::delta {
namespace {

using RowNumbers = std::vector<std::uint64_t>;

constexpr const char* kEnabled = "delta.enableChangeDataFeed";

/// Rows of `older` can be read as rows of `newer`: no column went, changed its type or its place in the files.
bool fits(const std::vector<types::Field>& older, const std::vector<types::Field>& newer, MappingMode mode) {
  return std::all_of(older.begin(), older.end(), [&](const types::Field& field) {
    const auto now = std::find_if(newer.begin(), newer.end(), [&](const types::Field& other) { return same_name(other.name, field.name); });
    if (now == newer.end() || (field.nullable && !now->nullable)) return false;
    if (mode != MappingMode::None && physical_name(field, mode) != physical_name(*now, mode)) return false;
    if (field.type.is(types::TypeKind::Struct) && now->type.is(types::TypeKind::Struct)) return fits(field.type.fields(), now->type.fields(), mode);
    return types::same_shape(field.type, now->type);
  });
}

/// The same rule whichever of two versions is read.
bool can_be_read_as(const Metadata& metadata, std::int64_t version, const Snapshot& read) {
  const MappingMode mode = mapping_mode(read.metadata());
  return version <= read.version() ? fits(metadata.schema, read.schema(), mode) : fits(read.schema(), metadata.schema, mode);
}

/// Commits as files that hold changed rows.
class FeedFiles {
 public:
  FeedFiles(const TableStorage& storage, const Metadata& metadata) : storage_(storage), layout_(layout_of(metadata)) {}

  void add(const WinningCommit& commit, std::int64_t millis) {
    version_ = commit.version;
    micros_ = millis * 1000;
    if (!commit.changes.empty()) {
      for (const ChangeFile& file : commit.changes) push(file.path, file.partition_values, {}, nullptr);
    } else if (!changed_nothing(commit)) {
      for (const AddFile& file : commit.adds)
        if (file.data_change) add_rows(file, removed_at(commit, file.path));
      for (const RemoveFile& file : commit.removes)
        if (file.data_change && !is_added(commit, file.path)) push(file.path, file.partition_values, "delete", deleted(file.deletion_vector));
    }
  }

  std::shared_ptr<const scan::TableSource> source(const types::Schema& table) && {
    std::vector<std::string> paths;
    for (const scan::DataFile& file : files_) paths.push_back(file.path);
    auto opened = storage_.open(paths);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (!opened[i]) throw Error(lab::conditions::kFileNotExist, {{"path", storage_.uri() + "/" + paths[i]}});
      files_[i].path = opened[i]->path.string();
      files_[i].num_bytes = opened[i]->num_bytes;
      files_[i].remote = std::move(opened[i]->remote);
      files_[i].lease = std::move(opened[i]->lease);
    }
    scan::FileScan scan = layout_.columns;
    const int num_data = static_cast<int>(scan.columns.size()), num_partitions = static_cast<int>(scan.partition_columns.size());
    types::Schema schema = table;
    schema.push_back({"_change_type", types::TypeKind::String, true, {}});
    schema.push_back({"_commit_version", types::TypeKind::Long, true, {}});
    schema.push_back({"_commit_timestamp", types::TypeKind::Timestamp, true, {}});
    if (scan.schema_order.empty())
      for (int i = 0; i < num_data + num_partitions; ++i) scan.schema_order.push_back(i);
    // The kind of change stands behind the data columns, before the partition columns.
    for (int& place : scan.schema_order) place += place >= num_data ? 1 : 0;
    scan.schema_order.insert(scan.schema_order.end(), {num_data, num_data + num_partitions + 1, num_data + num_partitions + 2});
    scan.columns.push_back({schema[table.size()], "_change_type", {}, {}, {}});
    scan.partition_columns.insert(scan.partition_columns.end(), {schema[table.size() + 1], schema[table.size() + 2]});
    scan.files = std::move(files_);
    return make_source(schema, storage_.uri(), std::move(scan));
  }

 private:
  // A merge may write files anew without a change to any row.
  static bool changed_nothing(const WinningCommit& commit) {
    if (!commit.info || commit.info->operation != "MERGE") return false;
    return std::ranges::all_of(std::initializer_list<const char*>{"numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted"}, [&](const char* key) {
      const auto found = commit.info->metrics.find(key);
      return found != commit.info->metrics.end() && found->second == "0";
    });
  }

  static const RemoveFile* removed_at(const WinningCommit& commit, const std::string& path) {
    const auto found = std::find_if(commit.removes.begin(), commit.removes.end(), [&](const RemoveFile& file) { return file.data_change && file.path == path; });
    return found == commit.removes.end() ? nullptr : &*found;
  }

  static bool is_added(const WinningCommit& commit, const std::string& path) {
    return std::any_of(commit.adds.begin(), commit.adds.end(), [&](const AddFile& file) { return file.data_change && file.path == path; });
  }

  scan::DeletedRows deleted(const std::optional<DeletionVector>& vector) const {
    return vector ? std::make_shared<const RowNumbers>(read_deletion_vector(storage_, *vector)) : nullptr;
  }

  void add_rows(const AddFile& file, const RemoveFile* before) {
    if (!before) return push(file.path, file.partition_values, "insert", deleted(file.deletion_vector));
    // The same file with another deletion vector: the difference is what was deleted, or came back.
    const auto numbers = [&](const std::optional<DeletionVector>& vector) { return vector ? read_deletion_vector(storage_, *vector) : RowNumbers{}; };
    const RowNumbers now = numbers(file.deletion_vector), then = numbers(before->deletion_vector);
    push_only(file, now, then, "delete");
    push_only(file, then, now, "insert");
  }

  /// The rows of the file that are in `rows` and not in `without`.
  void push_only(const AddFile& file, const RowNumbers& rows, const RowNumbers& without, const char* kind) {
    RowNumbers wanted, others;
    std::set_difference(rows.begin(), rows.end(), without.begin(), without.end(), std::back_inserter(wanted));
    if (wanted.empty()) return;
    const auto num_rows = parse_statistics(file, layout_.data).num_rows;
    if (!num_rows) throw_malformed(file.path, "a file with a deletion vector does not say how many rows it has");
    auto next = wanted.begin();
    for (std::uint64_t row = 0; row < static_cast<std::uint64_t>(*num_rows); ++row) {
      if (next != wanted.end() && *next == row) {
        ++next;
      } else {
        others.push_back(row);
      }
    }
    push(file.path, file.partition_values, kind, std::make_shared<const RowNumbers>(std::move(others)));
  }

  /// `kind` empty: the file's own rows say.
  void push(const std::string& path, const PartitionValues& partition_values, std::string kind, scan::DeletedRows deleted_rows) {
    scan::DataFile file;
    file.path = path;
    file.partition_values = partition_values_of(partition_values, layout_);
    file.partition_values.insert(file.partition_values.end(), {types::Value{version_}, types::Value{micros_}});
    file.statistics.resize(layout_.columns.columns.size() + 1);
    if (!kind.empty()) file.constants.emplace(layout_.columns.columns.size(), types::Value{std::move(kind)});
    file.deleted_rows = std::move(deleted_rows);
    files_.push_back(std::move(file));
  }

  const TableStorage& storage_;
  const ColumnLayout layout_;
  std::vector<scan::DataFile> files_;
  std::int64_t version_ = 0, micros_ = 0;
};

}  // namespace

std::shared_ptr<const scan::TableSource> LogTable::changes(std::int64_t first, std::int64_t last) const {
  const auto newest = snapshot();
  const auto start = snapshot_at_version(first);
  std::shared_ptr<const Snapshot> read = newest;
  // Where columns may be renamed the rows are those of the end; elsewhere, of today.
  if (const auto end = snapshot_at_version(std::min(last, newest->version()));
      mapping_mode(start->metadata()) != MappingMode::None || mapping_mode(end->metadata()) != MappingMode::None || mapping_mode(newest->metadata()) != MappingMode::None)
    read = end;
  const Error::Parameters range = {{"startVersion", std::to_string(first)}, {"endVersion", std::to_string(last)}, {"key", kEnabled}};
  const auto refuse_missing = [&](std::int64_t version) {
    Error::Parameters parameters = range;
    parameters.emplace("version", std::to_string(version));
    throw Error(conditions::kMissingChangeData, parameters);
  };
  const auto check_schema = [&](const Metadata& metadata, std::int64_t version, const Condition& condition) {
    if (can_be_read_as(metadata, version, *read)) return;
    throw Error(condition, {{"start", std::to_string(first)},
                            {"end", std::to_string(last)},
                            {"readSchema", types::schema_to_json(read->schema())},
                            {"readVersion", std::to_string(read->version())},
                            {"incompatibleVersion", std::to_string(version)},
                            {"config", "spark.databricks.delta.changeDataFeed.defaultSchemaModeForColumnMappingTable"}});
  };
  if (!is_true_property(start->metadata(), kEnabled)) refuse_missing(first);

  const std::vector<CommitTime> times = commit_times_of(*newest);
  FeedFiles files(*storage_, read->metadata());
  for (std::int64_t version = first; version <= std::min(last, newest->version()); ++version) {
    const WinningCommit commit = read_winning_commit(*storage_, version);
    if (commit.metadata) {
      if (!is_true_property(*commit.metadata, kEnabled)) refuse_missing(version);
      if (version > first) check_schema(*commit.metadata, version, conditions::kFeedSchemaChange);
    }
    const auto time = std::find_if(times.begin(), times.end(), [&](const CommitTime& each) { return each.version == version; });
    files.add(commit, time == times.end() ? 0 : time->millis);
  }
  check_schema(start->metadata(), first, conditions::kFeedDataSchema);
  return std::move(files).source(read->schema());
}

}  // namespace lab::lake::delta
