#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "duckdb/common/types/data_chunk.hpp"
#include "scan/table_source.h"
#include "scan/text_pieces.h"

namespace lab::engine {

/// What a scan of text files does, shared by its threads.
struct TextScanPlan {
  std::shared_ptr<const scan::TableSource> source;
  std::string time_zone;
  std::vector<int> columns;  ///< of the schema, by output column; -1: a column without content
  duckdb::vector<duckdb::LogicalType> types;  ///< by output column

  const scan::TextScan& scan() const { return *source->text_scan(); }
  std::size_t num_data_columns() const { return source->schema().size() - scan().partition_columns.size(); }
};

/// Reads pieces of one format into chunks. One for each thread.
class TextRowReader {
 public:
  virtual ~TextRowReader() = default;
  /// Begins a piece; `text` lives until the next one. Null for binary files.
  virtual void begin(const scan::TextPiece& piece, std::shared_ptr<const scan::TextFile> text) = 0;
  /// Writes rows behind `row` into `output` until it is full; returns how many it holds then. Fewer than its capacity: the piece is done.
  virtual std::size_t read(duckdb::DataChunk& output, std::size_t row) = 0;
};

std::unique_ptr<TextRowReader> make_csv_reader(const TextScanPlan& plan);
std::unique_ptr<TextRowReader> make_json_reader(const TextScanPlan& plan);
std::unique_ptr<TextRowReader> make_line_reader(const TextScanPlan& plan);
std::unique_ptr<TextRowReader> make_binary_reader(const TextScanPlan& plan);

}  // namespace lab::engine
