#pragma once

#include <memory>
#include <mutex>

#include "lake/delta/parsed_statistics.h"
#include "lake/delta/state.h"
#include "lake/delta/table.h"

namespace lab::lake::delta {

/// The one kind of Snapshot: a state and where its files lie.
class LogSnapshot final : public Snapshot {
 public:
  /// Throws DELTA_STATE_RECOVER_ERROR and what check_readable() throws.
  LogSnapshot(std::shared_ptr<TableStorage> storage, TableState state, std::int64_t version, std::int64_t timestamp_millis);

  std::int64_t version() const override { return version_; }
  std::int64_t timestamp_millis() const override { return timestamp_millis_; }
  const Protocol& protocol() const override { return *state_.protocol; }
  const Metadata& metadata() const override { return *state_.metadata; }
  const types::Schema& schema() const override { return state_.metadata->schema; }
  const std::vector<AddFile>& files() const override { return state_.files; }
  std::optional<std::int64_t> transaction_version(const std::string& app_id) const override;
  std::string property(const std::string& key) const override;
  std::shared_ptr<const scan::TableSource> source(const Pruning& pruning, std::vector<std::size_t>* kept) const override;
  std::shared_ptr<const scan::TableSource> source_of(const std::vector<std::size_t>& indices) const override;
  std::shared_ptr<const scan::TableSource> present_source() const override;
  std::vector<std::size_t> prune(const Pruning& pruning) const override;

  const TableState& state() const { return state_; }
  /// Gives the state away; the snapshot may not be used any more.
  TableState take_state() && { return std::move(state_); }

 private:
  std::shared_ptr<TableStorage> storage_;
  TableState state_;
  std::int64_t version_;
  std::int64_t timestamp_millis_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const std::vector<FileStatistics>> statistics_;  // of all files, once they were asked for

  std::shared_ptr<const std::vector<FileStatistics>> statistics() const;
  std::shared_ptr<const scan::TableSource> open_source(const std::vector<std::size_t>& indices, bool skips_missing) const;
};

/// The columns of a table as files have them.
struct ColumnLayout {
  scan::FileScan columns;                       ///< without files
  std::vector<StatisticsColumn> data;           ///< by data column
  std::vector<std::string> partition_keys;      ///< physical names, by partition column
};
ColumnLayout layout_of(const Metadata& metadata);

/// Partition values of a file, by the layout's partition columns.
types::Values partition_values_of(const PartitionValues& values, const ColumnLayout& layout);
/// Rows of a table's files; `schema` as the log has it.
std::shared_ptr<const scan::TableSource> make_source(const types::Schema& schema, std::string name, scan::FileScan scan);

/// Whether a file may hold a row in all of the ranges.
bool may_hold(const Pruning& pruning, const Metadata& metadata, const ColumnLayout& layout, const AddFile& file, const FileStatistics& statistics);

}  // namespace lab::lake::delta
