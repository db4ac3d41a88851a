#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/remote_objects.h"
#include "types/value.h"

/// What a table gives a reader. `lake`, `catalog` and the services make these, `engine` reads them; neither knows the other.
namespace lab::scan {

/// Least and greatest value and nulls of one column in one file; nullopt = unknown.
struct ColumnStatistics {
  std::optional<types::Value> minimum, maximum;
  std::optional<std::int64_t> num_nulls;
};

/// Rows of a file that are deleted: sorted row numbers from 0.
using DeletedRows = std::shared_ptr<const std::vector<std::uint64_t>>;

/// One data file of a table snapshot. `path` is a local file that stays readable while `lease` lives; or, with `remote`, the name of a
/// file that is read from elsewhere.
struct DataFile {
  std::string path;
  std::int64_t num_bytes = 0;
  std::optional<std::int64_t> num_rows;               ///< physical rows, deleted ones included
  std::vector<types::Value> partition_values;         ///< in order of FileScan::partition_columns
  std::vector<ColumnStatistics> statistics;           ///< by data column; may be empty
  std::map<std::size_t, types::Value> constants;      ///< by data column: what all rows of this file have in it, whatever the file holds
  DeletedRows deleted_rows;                           ///< null: none
  std::shared_ptr<const void> lease;
  std::int64_t modified_millis = 0;
  std::string uri;                                    ///< as input_file_name() and `_metadata` name it; empty: `file://` and the path
  std::shared_ptr<const std::string> text;            ///< of a text that is no file
  std::shared_ptr<const RemoteFile> remote;           ///< null: a local file
};

/// How a data column of the table is found in the files.
struct FileColumn {
  types::Field field;                    ///< logical name and type
  std::string physical_name;             ///< name in the Parquet file
  std::optional<std::int32_t> field_id;  ///< preferred over the name when set
  /// The type with the names that fields inside it have in the files; unset: as in `field`.
  std::optional<types::DataType> physical_type;
  /// Constant for files that lack the column (NULL when unset).
  std::optional<types::Value> missing_value;
};

/// By which calendar the days of Parquet files are counted whose writer does not say: LEGACY (that of Spark 2), CORRECTED (the Gregorian
/// one), or EXCEPTION (nobody knows: where it matters, reading fails). As the user spelled it; what is none of them fails a file that needs it.
struct OldTimes {
  std::string datetime_mode = "CORRECTED";
  std::string int96_mode = "CORRECTED";  ///< of instants in 96 bits
};

/// A set of Parquet files that are one table version. Columns are data columns, then partition columns.
struct FileScan {
  std::vector<FileColumn> columns;
  std::vector<types::Field> partition_columns;  ///< the source's metadata column, when there is one, is the last
  /// Where column i of the source's schema stands among those columns; empty: in the same order.
  std::vector<int> schema_order;
  std::vector<DataFile> files;
  OldTimes old_times;
  /// Values of narrower types in the files are read too; without it only what has the column's own type.
  bool widens = true;
};

/// Filters that a source may use to leave files out; a missing bound is open. Only an optimisation: the engine filters again.
struct ColumnRange {
  int column = 0;  ///< of the schema
  std::optional<types::Value> at_least, at_most;
};

/// A readable thing with a schema: a Delta table version, a folder of Parquet, CSV or JSON files, rows of a service.
/// Immutable and thread-safe; a source is one snapshot.
class TableSource {
 public:
  virtual ~TableSource() = default;
  virtual const types::Schema& schema() const = 0;
  /// Name for error messages and EXPLAIN.
  virtual std::string name() const = 0;
  /// What Spark calls `_metadata`: a struct that is one value a file, not part of schema(); behind the partition columns in the files'
  /// values. A field `row_index` in it is the row's number in its file, and NULL in those values.
  virtual const types::Field* metadata_column() const { return nullptr; }
  /// Set when the rows are Parquet files.
  virtual const FileScan* file_scan() const { return nullptr; }
  /// Text files read by DuckDB's own readers or ours; set when the rows are CSV, JSON or text.
  virtual const struct TextScan* text_scan() const { return nullptr; }
  /// Rows made on the spot, as an Arrow IPC stream; set when none of the others is.
  virtual std::shared_ptr<const std::string> arrow_stream() const { return nullptr; }
  /// The engine's own table that holds the rows, columns x0…xn; only the engine that keeps it can read it.
  virtual const std::string* kept_table() const { return nullptr; }
};

/// CSV, JSON lines or plain text, with Spark's options (lower-case keys) as the user gave them.
struct TextScan {
  enum class Format { Csv, Json, Text, Binary };
  Format format = Format::Csv;
  std::vector<DataFile> files;
  std::map<std::string, std::string> options;
  std::vector<types::Field> partition_columns;  ///< discovered from `k=v` folders
  std::optional<types::Field> metadata_column;  ///< whose values stand behind those of the partition columns
  bool is_spark4 = false;                       ///< which line of versions reads: JSON numbers as text, names of conditions
};

}  // namespace lab::scan
