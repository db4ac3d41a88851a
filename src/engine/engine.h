#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "scan/table_source.h"
#include "types/data_type.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

/// The embedded DuckDB. Only this module includes its headers.
namespace lab::engine {

struct InstanceOptions {
  std::uint64_t memory_limit_bytes = 0;  ///< 0: DuckDB's own choice
  int threads = 2;
  /// Where each instance makes a folder of its own for what does not fit, and removes it when it ends. Empty: nothing is spilled.
  std::filesystem::path spill_directory;
};

/// A table that the SQL text reads as `name` (a table function call that lowering wrote, see lower/lowered.h).
struct Input {
  std::string name;
  std::shared_ptr<const scan::TableSource> source;
};

/// SQL text of ours for DuckDB and what it reads. Result column i is brought to `schema[i]` as Arrow by Spark's types; DuckDB's
/// own names are ignored.
struct Statement {
  std::string sql;
  std::vector<Input> inputs;
  types::Schema schema;
  std::string time_zone = "UTC";  ///< of TIMESTAMP columns in the Arrow schema
  /// Where in the user's words the piece of `sql` at this byte came from; errors that rows raise carry it. May be empty.
  std::function<std::optional<QueryContext>(std::size_t position)> locate = {};
  bool is_spark4 = false;  ///< which line of versions names the errors of files
};

struct Progress {
  double fraction = 0;  ///< 0…1; negative: unknown
  std::int64_t num_rows_read = 0;
};

/// The rows of a running statement. One reader at a time. Destroying it ends the statement.
class ResultStream {
 public:
  virtual ~ResultStream() = default;
  virtual std::shared_ptr<arrow::Schema> arrow_schema() const = 0;
  /// The next rows, about `max_bytes` at most and at least one row; nullptr at the end. Blocks while DuckDB works.
  virtual std::shared_ptr<arrow::RecordBatch> next(std::size_t max_bytes) = 0;
};

/// A Parquet file that a statement wrote.
struct WrittenFile {
  std::filesystem::path path;
  std::int64_t num_rows = 0, num_bytes = 0;
  std::vector<std::optional<std::string>> partition_values;  ///< Delta's text form, in order of partition_by
  /// By leaf of the data columns: the fields of a struct, and of structs in it, stand in its place; arrays and maps are leaves.
  std::vector<scan::ColumnStatistics> statistics;
};
struct WriteSpec {
  std::filesystem::path directory;      ///< exists; files get fresh names in it
  std::vector<int> partition_by;        ///< columns of the statement's schema that make folders and are left out of the files
  std::vector<std::string> column_names;         ///< physical names, by column of the schema
  /// Types with the names that fields inside them get in the files, by column; empty: as in the statement's schema.
  std::vector<types::DataType> physical_types;
  std::vector<std::optional<std::int32_t>> field_ids;  ///< by column; empty: none
  std::string compression = "snappy";
  bool instants_in_millis = false;        ///< columns of instants (not what is inside of others) lose what is finer
  std::int64_t target_file_bytes = 128 << 20;
  std::int64_t max_rows_per_file = 0;     ///< 0: no limit
  bool write_empty_file = false;  ///< one file without rows when there are none (plain Parquet folders; not with partition_by)
};

/// Rows that an instance holds for later statements, in a table of its own: they count as its memory and go to its spill folder like
/// all of it. They go with the last owner, and keep the database alive until then. Thread-safe.
class KeptRows {
 public:
  virtual ~KeptRows() = default;
  /// What scan::TableSource::kept_table() names.
  virtual const std::string& table() const = 0;
};

/// One DuckDB of one session. Thread-safe: each statement has a connection of its own. Throws Error for failing queries: the
/// condition and parameters of a kernel's error arrive whole.
class Instance {
 public:
  virtual ~Instance() = default;
  static std::unique_ptr<Instance> open(const InstanceOptions& options);

  virtual std::unique_ptr<ResultStream> run(const Statement& statement, std::stop_token stop,
                                            std::function<void(const Progress&)> progress = {}) = 0;
  virtual std::vector<WrittenFile> write_parquet(const Statement& statement, const WriteSpec& spec, std::stop_token stop,
                                                 std::function<void(const Progress&)> progress = {}) = 0;

  /// Runs the statement to its end and keeps its rows; its schema has a column at least.
  virtual std::unique_ptr<const KeptRows> keep(const Statement& statement, std::stop_token stop, std::function<void(const Progress&)> progress = {}) = 0;

  /// Changes the limit while statements run: what is above a lower one is spilled. Throws UNABLE_TO_ACQUIRE_MEMORY, and the old limit
  /// stays, when too much is in use.
  virtual void set_memory_limit(std::uint64_t bytes) = 0;
};

/// Throws at start when the loaded library is not the pinned version.
void check_library_version();

}  // namespace lab::engine
