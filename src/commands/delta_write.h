#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/statement.h"
#include "lake/delta/table.h"

/// Writing rows into Delta tables: what every command that changes one shares.
namespace lab::commands {

/// Options of a write, read from the user's texts (keys in lower case).
struct DeltaWriteOptions {
  bool merge_schema = false, overwrite_schema = false, dynamic_partitions = false;
  std::optional<std::string> replace_where, user_metadata, app_id;
  std::optional<std::int64_t> app_version;
  std::map<std::string, std::string> table_properties;  ///< `delta.*`
};
DeltaWriteOptions read_delta_options(const plan::Options& options, const Statement& context);

/// How rows meet the columns of a table that exists.
enum class MatchColumns { ByName, ByPosition };

/// A stage of a table: what a statement wrote there and no commit took is given up when it ends, and so is the folder.
class StagedFiles {
 public:
  /// `table` must outlive it.
  explicit StagedFiles(lake::delta::Table& table) : table_(table), folder_(table.storage().stage_directory()) {}
  ~StagedFiles();
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;
  const std::filesystem::path& folder() const { return folder_; }
  void add(const std::filesystem::path& file) { files_.push_back(file); }
  /// From here on Table::commit() sees to the files.
  void hand_over() { files_.clear(); }

 private:
  lake::delta::Table& table_;
  const std::filesystem::path folder_;
  std::vector<std::filesystem::path> files_;
};

struct DeltaWrite {
  plan::bound::Query rows;
  plan::SaveMode mode = plan::SaveMode::Append;
  MatchColumns match = MatchColumns::ByName;
  /// ByPosition: which columns of the table the statement gives; empty: all of them.
  std::vector<bool> given;
  std::optional<std::vector<std::string>> partition_by;  ///< as the command says; absent: as the table is
  DeltaWriteOptions options;
  /// Rows that match are replaced (INSERT … REPLACE WHERE, overwrite of static partitions); an expression over the table.
  plan::ExpressionPtr replace_condition;
  bool dynamic_overwrite = false;
  std::string operation = "WRITE";
  std::map<std::string, std::string> parameters;
  /// Of a table made by this write.
  std::optional<std::string> comment;
  std::map<std::string, std::string> properties;
  std::optional<types::Schema> declared_schema;  ///< CREATE TABLE (columns) AS; absent: the rows' own, all nullable
  bool replace_table = false;                    ///< CREATE OR REPLACE: a new schema, whatever was there
  std::string table_name;                        ///< for messages
};

/// Writes the rows and commits. On a conflict that the matrix allows it is tried again by the library; others throw.
lake::delta::Committed write_delta(lake::delta::Table& table, DeltaWrite write, Statement& context);

/// Runs `rows` (already of the table's schema) into Parquet files of the table. Adds stand in `actions`, files in `files`.
struct WrittenData {
  std::vector<lake::delta::Action> actions;
  std::vector<lake::delta::TableStorage::NewFile> files;
  std::int64_t num_rows = 0, num_bytes = 0;
  std::shared_ptr<StagedFiles> staged;  ///< to be handed over before the commit
};
WrittenData write_data_files(lake::delta::Table& table, const lake::delta::Metadata& metadata, const plan::bound::Query& rows, Statement& context);

/// Rows in Parquet files that are no part of the table yet.
struct StagedRows {
  std::shared_ptr<StagedFiles> staged;
  std::vector<engine::WrittenFile> files;
};
/// `rows` have the table's columns, and those of `extra` behind them, which every file gets under these names.
StagedRows stage_rows(lake::delta::Table& table, const lake::delta::Metadata& metadata, const plan::bound::Query& rows, const std::vector<std::string>& extra,
                      Statement& context);

/// Where a staged file belongs. Throws DELTA_NOT_NULL_CONSTRAINT_VIOLATED for partition columns that must not be NULL.
struct StagedPlace {
  std::string folder;  ///< `k=v/` of each partition column; empty without any
  lake::delta::PartitionValues partition_values;
};
StagedPlace place_of(const lake::delta::Metadata& metadata, const engine::WrittenFile& file);

/// Columns of the rows brought to the table's, cast by store assignment; columns that the rows lack are NULL.
plan::bound::Query align_rows(plan::bound::Query rows, const types::Schema& target, MatchColumns match, const std::string& table_name);

/// A RemoveFile of a file of a snapshot.
lake::delta::RemoveFile remove_of(const lake::delta::AddFile& file, std::int64_t now_millis);

std::int64_t now_millis(const Statement& context);
/// A CommitInfo with the fields that all operations share. Parameter values are JSON texts.
lake::delta::CommitInfo commit_info(const Statement& context, std::string operation, std::map<std::string, std::string> parameters);
std::string json_text(const std::string& text);
std::string json_list(const std::vector<std::string>& texts);

}  // namespace lab::commands
