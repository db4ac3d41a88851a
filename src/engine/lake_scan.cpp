#include <algorithm>

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/function/partition_stats.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/duck_type.h"
#include "engine/inputs.h"
#include "engine/lake_columns.h"
#include "engine/lake_pruning.h"
#include "engine/table_functions.h"

namespace lab::engine {
namespace {

using SourcePtr = std::shared_ptr<const scan::TableSource>;

constexpr const char* kIndexKey = "lab_file_index";

/// The files of a FileScan, or those of them that filters left over.
class LakeFiles : public duckdb::SimpleMultiFileList {
 public:
  LakeFiles(SourcePtr source, const std::vector<std::size_t>& indexes)
      : SimpleMultiFileList(open_infos(*source->file_scan(), indexes)), source_(std::move(source)), indexes_(indexes) {}

  const SourcePtr& source() const { return source_; }
  const std::vector<std::size_t>& indexes() const { return indexes_; }

  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override { return duckdb::make_uniq<LakeFiles>(source_, indexes_); }
  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileOptions&,
                                                                  duckdb::MultiFilePushdownInfo&,
                                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) const override {
    return nullptr;
  }
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(duckdb::ClientContext&) const override {
    const auto rows = num_rows();
    if (!rows) return nullptr;
    return duckdb::make_uniq<duckdb::NodeStatistics>(*rows, *rows);
  }
  /// Live rows of all files, when every file says how many it has.
  std::optional<std::size_t> num_rows() const {
    std::size_t total = 0;
    for (const std::size_t i : indexes_) {
      const scan::DataFile& file = source_->file_scan()->files[i];
      if (!file.num_rows) return std::nullopt;
      total += static_cast<std::size_t>(*file.num_rows) - (file.deleted_rows ? file.deleted_rows->size() : 0);
    }
    return total;
  }

 private:
  static duckdb::vector<duckdb::OpenFileInfo> open_infos(const scan::FileScan& scan, const std::vector<std::size_t>& indexes) {
    duckdb::vector<duckdb::OpenFileInfo> infos;
    for (const std::size_t i : indexes) {
      duckdb::OpenFileInfo info(scan.files[i].path);
      info.extended_info = duckdb::make_shared_ptr<duckdb::ExtendedOpenFileInfo>();
      info.extended_info->options[kIndexKey] = duckdb::Value::UBIGINT(i);
      infos.push_back(std::move(info));
    }
    return infos;
  }

  SourcePtr source_;
  std::vector<std::size_t> indexes_;
};

std::size_t index_of(const duckdb::OpenFileInfo& file) {
  return duckdb::UBigIntValue::Get(file.extended_info->options.at(kIndexKey));
}

/// Leaves out the rows whose numbers in the file are listed.
class DeletedRowsFilter : public duckdb::DeleteFilter {
 public:
  explicit DeletedRowsFilter(scan::DeletedRows rows) : rows_(std::move(rows)) {}

  duckdb::idx_t Filter(duckdb::row_t start, duckdb::idx_t count, duckdb::SelectionVector& kept) override {
    auto next = std::lower_bound(rows_->begin(), rows_->end(), static_cast<std::uint64_t>(start));
    const std::uint64_t end = static_cast<std::uint64_t>(start) + count;
    if (next == rows_->end() || *next >= end) return count;
    kept.Initialize(count);
    duckdb::idx_t num_kept = 0;
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (next != rows_->end() && *next == static_cast<std::uint64_t>(start) + i) {
        ++next;
      } else {
        kept.set_index(num_kept++, i);
      }
    }
    return num_kept;
  }

 private:
  scan::DeletedRows rows_;
};

class LakeReader : public duckdb::MultiFileReader {
 public:
  explicit LakeReader(SourcePtr source = nullptr) : source_(std::move(source)) { function_name = "lake_scan"; }

  static duckdb::unique_ptr<duckdb::MultiFileReader> create(const duckdb::TableFunction&) { return duckdb::make_uniq<LakeReader>(); }
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override { return duckdb::make_uniq<LakeReader>(source_); }

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(duckdb::ClientContext& context, const duckdb::vector<duckdb::string>& names,
                                                           const duckdb::FileGlobInput&) override {
    source_ = StatementInputs::find(context, names.at(0));
    std::vector<std::size_t> all(source_->file_scan()->files.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    return duckdb::make_shared_ptr<LakeFiles>(source_, all);
  }

  bool Bind(duckdb::MultiFileOptions& options, duckdb::MultiFileList&, duckdb::vector<duckdb::LogicalType>& types,
            duckdb::vector<duckdb::string>& names, duckdb::MultiFileReaderBindData& bind) override {
    options.auto_detect_hive_partitioning = false;
    bind.schema = lake_columns(*source_->file_scan());
    duckdb::MultiFileColumnDefinition::ExtractNamesAndTypes(bind.schema, names, types);
    return true;
  }

  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileList& files,
                                                                  const duckdb::MultiFileOptions&, const duckdb::vector<duckdb::string>&,
                                                                  const duckdb::vector<duckdb::LogicalType>&,
                                                                  const duckdb::vector<duckdb::column_t>& columns,
                                                                  duckdb::TableFilterSet& filters) override {
    const auto& lake = dynamic_cast<const LakeFiles&>(files);
    std::vector<std::size_t> kept;
    for (const std::size_t i : lake.indexes()) {
      if (may_match(*source_->file_scan(), source_->file_scan()->files[i], columns, filters)) kept.push_back(i);
    }
    if (kept.size() == lake.indexes().size()) return nullptr;
    return duckdb::make_uniq<LakeFiles>(source_, kept);
  }

  void FinalizeBind(duckdb::MultiFileReaderData& data, const duckdb::MultiFileOptions&, const duckdb::MultiFileReaderBindData&,
                    const duckdb::vector<duckdb::MultiFileColumnDefinition>&, const duckdb::vector<duckdb::ColumnIndex>& columns,
                    duckdb::ClientContext&, duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState>) override {
    const scan::FileScan& scan = *source_->file_scan();
    const std::size_t index = index_of(data.reader->file);
    const scan::DataFile& file = scan.files[index];
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto column = columns[i].GetPrimaryIndex();
      const duckdb::MultiFileGlobalIndex position(i);
      if (column == COLUMN_IDENTIFIER_FILE_INDEX) {
        data.constant_map.Add(position, duckdb::Value::UBIGINT(index));
      } else if (!duckdb::IsVirtualColumn(column) && column >= scan.columns.size()) {
        const std::size_t partition = column - scan.columns.size();
        data.constant_map.Add(position, to_duck(file.partition_values.at(partition), scan.partition_columns.at(partition).type));
      }
    }
    if (file.deleted_rows && !file.deleted_rows->empty()) data.reader->deletion_filter = duckdb::make_uniq<DeletedRowsFilter>(file.deleted_rows);
  }

  duckdb::ReaderInitializeType CreateMapping(duckdb::ClientContext& context, duckdb::MultiFileReaderData& data,
                                             const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                                             const duckdb::vector<duckdb::ColumnIndex>& ids,
                                             duckdb::optional_ptr<duckdb::TableFilterSet> filters, duckdb::MultiFileList& files,
                                             const duckdb::MultiFileReaderBindData& bind, const duckdb::virtual_column_map_t& virtual_columns,
                                             duckdb::MultiFileColumnMappingMode) override {
    const auto mapped = map_to_file(columns, data.reader->columns, *source_->file_scan());
    read_zones_of(data.reader->columns, mapped);
    return MultiFileReader::CreateMapping(context, data, mapped, ids, filters, files, bind, virtual_columns,
                                          duckdb::MultiFileColumnMappingMode::BY_NAME);
  }

 private:
  SourcePtr source_;
};

// Lets count(*) without filters be answered without opening a file.
duckdb::vector<duckdb::PartitionStatistics> partition_statistics(duckdb::ClientContext&, duckdb::GetPartitionStatsInput& input) {
  const auto& bind = input.bind_data->Cast<duckdb::MultiFileBindData>();
  const auto rows = dynamic_cast<const LakeFiles&>(*bind.file_list).num_rows();
  duckdb::vector<duckdb::PartitionStatistics> result;
  if (!rows) return result;
  duckdb::PartitionStatistics whole;
  whole.row_start = 0;
  whole.count = *rows;
  whole.count_type = duckdb::CountType::COUNT_EXACT;
  result.push_back(whole);
  return result;
}

}  // namespace

void register_lake_scan(duckdb::DuckDB& database) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  auto& entry =
      duckdb::Catalog::GetEntry<duckdb::TableFunctionCatalogEntry>(*connection.context, INVALID_CATALOG, DEFAULT_SCHEMA, "parquet_scan");
  duckdb::TableFunctionSet functions("lake_scan");
  for (auto function : entry.functions.functions) {
    function.name = "lake_scan";
    function.get_multi_file_reader = LakeReader::create;
    function.get_partition_stats = partition_statistics;
    // DuckDB would look these up by our column names in the first file.
    function.statistics = nullptr;
    function.serialize = nullptr;
    function.deserialize = nullptr;
    functions.AddFunction(function);
  }
  connection.Commit();
  duckdb::ExtensionLoader(*database.instance, "lab").RegisterFunction(std::move(functions));
}

}  // namespace lab::engine
