#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/table_filter.hpp"
#include "scan/table_source.h"

namespace duckdb {
class BaseFileReader;
class BaseStatistics;
struct MultiFileReaderData;
}

namespace lab::compute {
class Zone;
}

namespace lab::engine {

/// The columns of one Parquet file whose days may be counted by the calendar of Spark 2 (compute/hybrid_calendar.h), and what becomes of them:
/// old values are rebased, or end the scan. Filters on such a column wait until that is done.
///
/// Immutable once made; chunks of the file are mended by any thread.
class OldTimes {
 public:
  /// Of the columns that `ids` names; null where all days of the file mean what they say. `columns` are mapped to the file. Raises
  /// FAILED_READ_FILE for a mode that there is not.
  static std::unique_ptr<OldTimes> find(duckdb::ClientContext& context, const scan::FileScan& scan, const scan::DataFile& file, duckdb::BaseFileReader& reader,
                                        const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns, const duckdb::vector<duckdb::ColumnIndex>& ids, bool is_spark4);

  /// What of the filters may look at the values in the file. Keeps the others.
  duckdb::optional_ptr<duckdb::TableFilterSet> split(duckdb::optional_ptr<duckdb::TableFilterSet> filters);
  /// Makes the filters that were kept, now that it is known how the columns are made of the file's.
  void bind_filters(const duckdb::MultiFileReaderData& data);

  /// Of a chunk as the file has it: mends its columns and leaves out rows. Raises READ_ANCIENT_DATETIME.
  void mend(duckdb::ClientContext& context, duckdb::BaseFileReader& reader, duckdb::DataChunk& chunk) const;

 private:
  enum class Mode { Corrected, Legacy, Refused };
  struct Column {
    duckdb::idx_t file_column = 0;
    duckdb::idx_t position = 0;  ///< among the columns that are read
    bool is_int96 = false;
  };

  static Mode mode_of(const std::string& text, const scan::DataFile& file, bool is_spark4);
  void mend_values(duckdb::Vector& vector, duckdb::idx_t count, bool is_int96) const;

  std::vector<Column> columns_;
  Mode dates_ = Mode::Corrected, int96_ = Mode::Corrected;
  const compute::Zone* zone_ = nullptr;  ///< of the writer
  duckdb::TableFilterSet pushed_, kept_;
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> filters_;
};

/// Whether a column may hold old values, by its statistics in the footer; those then say nothing of what the rows will hold.
bool may_be_old(const duckdb::BaseStatistics* statistics);

/// Whether a column of instants has 96 bits in the file.
bool is_int96(duckdb::ClientContext& context, const scan::DataFile& file, duckdb::BaseFileReader& reader, const std::string& column);

}  // namespace lab::engine
