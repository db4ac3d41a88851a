#include "engine/lake_facts.h"

#include "duckdb.hpp"
#include "duckdb/common/multi_file/multi_file_function.hpp"
#include "engine/duck_type.h"
#include "engine/inputs.h"
#include "engine/lake_pruning.h"
#include "engine/old_times.h"
#include "engine/unreadable_file.h"

namespace lab::engine {

LakeFacts::LakeFacts(std::shared_ptr<const scan::TableSource> source) : source_(std::move(source)), footers_(source_->file_scan()->files.size()) {}
LakeFacts::~LakeFacts() = default;

duckdb::BaseFileReader* LakeFacts::footer(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind, std::size_t file) {
  if (footers_.size() > kMaxFooters) return nullptr;
  if (!footers_[file]) {
    auto options = bind.interface->InitializeOptions(context, nullptr);
    const scan::DataFile& data = source_->file_scan()->files[file];
    try {
      footers_[file] = bind.interface->CreateReader(context, duckdb::OpenFileInfo(data.path), *options, bind.file_options);
    } catch (const std::exception&) {
      rethrow_as_unreadable(data, StatementInputs::is_of_spark4(context));
    }
  }
  return footers_[file].get();
}

std::optional<std::size_t> LakeFacts::num_rows(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind) {
  std::size_t total = 0;
  const auto& files = source_->file_scan()->files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].num_rows) {
      total += static_cast<std::size_t>(*files[i].num_rows);
    } else {
      auto* reader = footer(context, bind, i);
      // As of the first file: for later ones DuckDB takes the footer out of the reader, which column() still needs.
      const auto rows = reader ? reader->GetUnionData(0)->TryGetCardinalityEstimate() : duckdb::optional_idx();
      if (!rows.IsValid()) return std::nullopt;
      total += rows.GetIndex();
    }
    if (files[i].deleted_rows) total -= files[i].deleted_rows->size();
  }
  return total;
}

duckdb::unique_ptr<duckdb::BaseStatistics> LakeFacts::column(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind, std::size_t column) {
  const scan::FileScan& scan = *source_->file_scan();
  if (scan.files.empty()) return nullptr;
  duckdb::unique_ptr<duckdb::BaseStatistics> merged;
  for (std::size_t i = 0; i < scan.files.size(); ++i) {
    duckdb::unique_ptr<duckdb::BaseStatistics> one;
    if (column >= scan.columns.size() || column < scan.files[i].statistics.size() || scan.files[i].constants.contains(column)) {
      one = file_statistics(scan, scan.files[i], column).ToUnique();
    } else if (auto* reader = footer(context, bind, i); reader && !scan.columns[column].field_id) {
      one = reader->GetStatistics(context, scan.columns[column].physical_name);
      if (one && (one->GetType() != to_duck(scan.columns[column].field.type) || may_be_old(one.get()))) one = nullptr;
    }
    if (!one) return nullptr;
    if (merged) {
      merged->Merge(*one);
    } else {
      merged = std::move(one);
    }
  }
  return merged;
}

}  // namespace lab::engine
