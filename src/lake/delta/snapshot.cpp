#include "lake/delta/snapshot.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/unreadable_file.h"
#include "lake/delta/column_mapping.h"
#include "lake/delta/column_rules.h"
#include "lake/delta/conditions.h"
#include "lake/delta/deletion_vector.h"
#include "lake/delta/features.h"
#include "lake/delta/values.h"

namespace lab::lake::delta {
namespace {

class DeltaSource final : public scan::TableSource {
 public:
  DeltaSource(types::Schema schema, std::string name, scan::FileScan scan) : schema_(std::move(schema)), name_(std::move(name)), scan_(std::move(scan)) {}
  const types::Schema& schema() const override { return schema_; }
  std::string name() const override { return name_; }
  const scan::FileScan* file_scan() const override { return &scan_; }

 private:
  types::Schema schema_;
  std::string name_;
  scan::FileScan scan_;
};

}  // namespace

types::Values partition_values_of(const PartitionValues& values, const ColumnLayout& layout) {
  types::Values result;
  for (std::size_t i = 0; i < layout.partition_keys.size(); ++i) {
    const auto found = values.find(layout.partition_keys[i]);
    result.push_back(found == values.end() ? types::Value{} : parse_partition_value(found->second, layout.columns.partition_columns[i].type));
  }
  return result;
}

std::shared_ptr<const scan::TableSource> make_source(const types::Schema& schema, std::string name, scan::FileScan scan) {
  return std::make_shared<DeltaSource>(without_internal_metadata(schema), std::move(name), std::move(scan));
}

ColumnLayout layout_of(const Metadata& metadata) {
  ColumnLayout layout;
  const MappingMode mode = mapping_mode(metadata);
  const std::vector<PhysicalColumn> physical = physical_columns(metadata);
  std::vector<int> order(metadata.schema.size(), -1);
  const auto partition_of = [&](const types::Field& field) {
    for (std::size_t i = 0; i < metadata.partition_columns.size(); ++i)
      if (same_name(metadata.partition_columns[i], field.name)) return static_cast<int>(i);
    return -1;
  };
  for (std::size_t i = 0; i < metadata.schema.size(); ++i) {
    const types::Field& field = metadata.schema[i];
    if (partition_of(field) >= 0) continue;
    order[i] = static_cast<int>(layout.columns.columns.size());
    scan::FileColumn column;
    column.field = field;
    column.physical_name = physical[i].name;
    if (mode == MappingMode::Id) column.field_id = physical[i].field_id;
    if (mode != MappingMode::None) column.physical_type = physical[i].type;
    layout.columns.columns.push_back(std::move(column));
    layout.data.push_back({physical[i].name, field.type});
  }
  for (const std::string& name : metadata.partition_columns)
    for (std::size_t i = 0; i < metadata.schema.size(); ++i) {
      if (!same_name(metadata.schema[i].name, name)) continue;
      order[i] = static_cast<int>(layout.columns.columns.size() + layout.columns.partition_columns.size());
      layout.columns.partition_columns.push_back(metadata.schema[i]);
      layout.partition_keys.push_back(physical[i].name);
    }
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] != static_cast<int>(i)) {
      layout.columns.schema_order = order;
      break;
    }
  return layout;
}

bool may_hold(const Pruning& pruning, const Metadata& metadata, const ColumnLayout& layout, const AddFile& file, const FileStatistics& statistics) {
  const std::size_t num_data = layout.columns.columns.size();
  for (const scan::ColumnRange& range : pruning) {
    if (range.column < 0 || static_cast<std::size_t>(range.column) >= metadata.schema.size()) continue;
    const auto position = static_cast<std::size_t>(layout.columns.schema_order.empty() ? range.column : layout.columns.schema_order[static_cast<std::size_t>(range.column)]);
    std::optional<types::Value> least, most;
    const types::DataType* type = nullptr;
    if (position >= num_data) {
      type = &layout.columns.partition_columns[position - num_data].type;
      const auto found = file.partition_values.find(layout.partition_keys[position - num_data]);
      const types::Value value = found == file.partition_values.end() ? types::Value{} : parse_partition_value(found->second, *type);
      if (value.is_null()) return false;
      least = most = value;
    } else {
      type = &layout.columns.columns[position].field.type;
      if (position >= statistics.columns.size()) continue;
      const scan::ColumnStatistics& column = statistics.columns[position];
      if (column.num_nulls && statistics.num_rows && *column.num_nulls >= *statistics.num_rows) return false;
      least = column.minimum;
      // NaN is above every number and not in the bounds that other writers leave.
      if (!type->is_fractional()) most = column.maximum;
    }
    if (range.at_least && most)
      if (const auto order = compare_values(*most, *range.at_least, *type); order && *order < 0) return false;
    if (range.at_most && least)
      if (const auto order = compare_values(*least, *range.at_most, *type); order && *order > 0) return false;
  }
  return true;
}

LogSnapshot::LogSnapshot(std::shared_ptr<TableStorage> storage, TableState state, std::int64_t version, std::int64_t timestamp_millis)
    : storage_(std::move(storage)), state_(std::move(state)), version_(version), timestamp_millis_(timestamp_millis) {
  const auto refuse = [&](const char* what) { throw Error(conditions::kStateRecoverError, {{"operation", what}, {"version", std::to_string(version_)}}); };
  if (!state_.protocol) refuse("protocol");
  if (!state_.metadata) refuse("metadata");
  check_readable(*state_.protocol, *state_.metadata, storage_->uri());
}

std::optional<std::int64_t> LogSnapshot::transaction_version(const std::string& app_id) const {
  const auto found = state_.transactions.find(app_id);
  if (found == state_.transactions.end()) return std::nullopt;
  return found->second.version;
}

std::string LogSnapshot::property(const std::string& key) const { return table_property(state_.metadata->configuration, key); }

std::shared_ptr<const std::vector<FileStatistics>> LogSnapshot::statistics() const {
  const std::lock_guard lock(mutex_);
  if (!statistics_) {
    const ColumnLayout layout = layout_of(*state_.metadata);
    auto all = std::make_shared<std::vector<FileStatistics>>();
    all->reserve(state_.files.size());
    for (const AddFile& file : state_.files) all->push_back(parse_statistics(file, layout.data));
    statistics_ = std::move(all);
  }
  return statistics_;
}

std::vector<std::size_t> LogSnapshot::prune(const Pruning& pruning) const {
  std::vector<std::size_t> kept;
  if (pruning.empty()) {
    kept.resize(state_.files.size());
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    return kept;
  }
  const ColumnLayout layout = layout_of(*state_.metadata);
  const auto known = statistics();
  for (std::size_t i = 0; i < state_.files.size(); ++i)
    if (may_hold(pruning, *state_.metadata, layout, state_.files[i], (*known)[i])) kept.push_back(i);
  return kept;
}

std::shared_ptr<const scan::TableSource> LogSnapshot::source(const Pruning& pruning, std::vector<std::size_t>* kept) const {
  std::vector<std::size_t> indices = prune(pruning);
  auto result = source_of(indices);
  if (kept) *kept = std::move(indices);
  return result;
}

std::shared_ptr<const scan::TableSource> LogSnapshot::source_of(const std::vector<std::size_t>& indices) const { return open_source(indices, false); }

std::shared_ptr<const scan::TableSource> LogSnapshot::present_source() const { return open_source(prune({}), true); }

std::shared_ptr<const scan::TableSource> LogSnapshot::open_source(const std::vector<std::size_t>& indices, bool skips_missing) const {
  const ColumnLayout layout = layout_of(*state_.metadata);
  const auto known = statistics();
  std::vector<std::string> paths;
  paths.reserve(indices.size());
  for (const std::size_t index : indices) paths.push_back(state_.files.at(index).path);
  auto opened = storage_->open(paths);
  scan::FileScan scan = layout.columns;
  scan.files.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const AddFile& file = state_.files[indices[i]];
    if (!opened[i]) {
      if (skips_missing) continue;
      throw Error(lab::conditions::kFileNotExist, {{"path", storage_->uri() + "/" + file.path}});
    }
    const FileStatistics& statistics = (*known)[indices[i]];
    scan::DataFile data;
    data.path = opened[i]->path.string();
    data.num_bytes = opened[i]->num_bytes;
    data.num_rows = statistics.num_rows;
    data.partition_values = partition_values_of(file.partition_values, layout);
    data.statistics = statistics.columns;
    if (file.deletion_vector)
      data.deleted_rows = std::make_shared<const std::vector<std::uint64_t>>(read_deletion_vector(*storage_, *file.deletion_vector));
    data.remote = std::move(opened[i]->remote);
    data.lease = std::move(opened[i]->lease);
    scan.files.push_back(std::move(data));
  }
  return make_source(state_.metadata->schema, storage_->uri(), std::move(scan));
}

std::shared_ptr<const scan::TableSource> source_of_staged(const Metadata& metadata, const std::vector<Action>& actions,
                                                          const std::vector<TableStorage::NewFile>& files) {
  const ColumnLayout layout = layout_of(metadata);
  scan::FileScan scan = layout.columns;
  for (const Action& action : actions) {
    const auto* add = std::get_if<AddFile>(&action);
    if (!add) continue;
    const auto staged = std::find_if(files.begin(), files.end(), [&](const TableStorage::NewFile& file) { return file.path == add->path; });
    if (staged == files.end()) continue;
    scan::DataFile data;
    data.path = staged->staged.string();
    data.num_bytes = add->num_bytes;
    data.partition_values = partition_values_of(add->partition_values, layout);
    scan.files.push_back(std::move(data));
  }
  return make_source(metadata.schema, "written rows", std::move(scan));
}

}  // namespace lab::lake::delta
