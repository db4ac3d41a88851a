#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "duckdb/main/client_context.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "scan/table_source.h"

namespace duckdb {
class BaseFileReader;
struct MultiFileBindData;
}

namespace lab::engine {

/// What is known of a scan's files before reading them: from the table's own statistics, and for the first time that somebody asks
/// from the footers of a few files without. One for each binding; asked by one thread.
class LakeFacts {
 public:
  explicit LakeFacts(std::shared_ptr<const scan::TableSource> source);
  ~LakeFacts();

  /// Live rows of all files, when it is known of each.
  std::optional<std::size_t> num_rows(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind);
  /// Bounds of a column over all files; null: unknown.
  duckdb::unique_ptr<duckdb::BaseStatistics> column(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind, std::size_t column);

 private:
  /// More footers are not read only to plan.
  static constexpr std::size_t kMaxFooters = 16;

  /// Null when there are too many files.
  duckdb::BaseFileReader* footer(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind, std::size_t file);

  std::shared_ptr<const scan::TableSource> source_;
  std::vector<duckdb::shared_ptr<duckdb::BaseFileReader>> footers_;
};

}  // namespace lab::engine
