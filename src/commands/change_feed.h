#pragma once

#include "commands/delta_write.h"

/// The change feed of Delta tables with `delta.enableChangeDataFeed`: change files beside what DML writes, and reading them.
namespace lab::commands {

/// Kinds of changes, as `_change_type` names them.
enum class ChangeKind { Insert, UpdatePreimage, UpdatePostimage, Delete };

/// Writes the change files of one commit. Does nothing for tables without a feed.
class ChangeWriter {
 public:
  /// `table` and `metadata` must outlive it.
  ChangeWriter(lake::delta::Table& table, const lake::delta::Metadata& metadata, Statement& context);

  bool is_on() const { return is_on_; }
  /// `rows` have the table's columns, and all of them changed in this way.
  void write(const plan::bound::Query& rows, ChangeKind kind);
  std::size_t num_files() const { return files_.size(); }
  /// Puts the files and their actions into the request, which sees to them from then on.
  void hand_over(lake::delta::CommitRequest& request);

 private:
  lake::delta::Table& table_;
  const lake::delta::Metadata& metadata_;
  Statement& context_;
  const bool is_on_;
  std::vector<lake::delta::Action> actions_;
  std::vector<lake::delta::TableStorage::NewFile> files_;
  std::vector<std::shared_ptr<StagedFiles>> staged_;
};

/// Rows of the snapshot's files that meet the condition, as rows of the table.
plan::bound::Query matching_rows(const lake::delta::Snapshot& snapshot, const std::vector<std::size_t>& files, const plan::ExpressionPtr& condition,
                                 const plan::NameParts& qualifier, Statement& context);

/// `readChangeFeed` among the options of a read.
bool reads_changes(const plan::Options& options);
/// The changes that `startingVersion`, `endingTimestamp` … among the options (keys in lower case) name. Throws
/// DELTA_NO_START_FOR_CDC_READ, DELTA_MULTIPLE_CDC_BOUNDARY, DELTA_INVALID_CDC_RANGE, and what Table::changes() does.
std::shared_ptr<const scan::TableSource> open_changes(const lake::delta::Table& table, const plan::Options& options, const Statement& context);

}  // namespace lab::commands
