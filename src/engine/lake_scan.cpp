#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "duckdb.hpp"
#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/common/multi_file/multi_file_reader.hpp"
#include "duckdb/function/partition_stats.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "engine/conditions.h"
#include "engine/duck_type.h"
#include "engine/inputs.h"
#include "engine/kernels/raise.h"
#include "engine/lake_columns.h"
#include "engine/lake_facts.h"
#include "engine/lake_pruning.h"
#include "engine/old_times.h"
#include "engine/parquet_types.h"
#include "engine/table_functions.h"
#include "engine/unreadable_file.h"
#include "types/type_text.h"

namespace lab::engine {
namespace {

using SourcePtr = std::shared_ptr<const scan::TableSource>;

constexpr const char* kIndexKey = "lab_file_index";

/// The files of a FileScan, or those of them that filters left over.
class LakeFiles : public duckdb::SimpleMultiFileList {
 public:
  LakeFiles(SourcePtr source, const std::vector<std::size_t>& indexes, std::shared_ptr<LakeFacts> facts)
      : SimpleMultiFileList(open_infos(*source->file_scan(), indexes)), source_(std::move(source)), indexes_(indexes), facts_(std::move(facts)) {}

  const SourcePtr& source() const { return source_; }
  const std::vector<std::size_t>& indexes() const { return indexes_; }
  LakeFacts& facts() const { return *facts_; }
  const std::shared_ptr<LakeFacts>& shared_facts() const { return facts_; }

  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override { return duckdb::make_uniq<LakeFiles>(source_, indexes_, facts_); }
  duckdb::unique_ptr<duckdb::MultiFileList> ComplexFilterPushdown(duckdb::ClientContext&, const duckdb::MultiFileOptions&,
                                                                  duckdb::MultiFilePushdownInfo&,
                                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) const override {
    return nullptr;
  }
  /// One file too is read by every thread, a row group each: DuckDB asks a single file's reader how many it has, and
  /// there is none before the scan starts, because the columns are known without opening one.
  duckdb::FileExpandResult GetExpandResult() const override {
    return indexes_.empty() ? duckdb::FileExpandResult::NO_FILES : duckdb::FileExpandResult::MULTIPLE_FILES;
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
  std::shared_ptr<LakeFacts> facts_;
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
    return duckdb::make_shared_ptr<LakeFiles>(source_, all, std::make_shared<LakeFacts>(source_));
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
    return duckdb::make_uniq<LakeFiles>(source_, kept, lake.shared_facts());
  }

  // To open a file is to read its footer.
  duckdb::shared_ptr<duckdb::BaseFileReader> CreateReader(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& state, const duckdb::OpenFileInfo& file,
                                                          duckdb::idx_t index, const duckdb::MultiFileBindData& bind) override {
    try {
      return MultiFileReader::CreateReader(context, state, file, index, bind);
    } catch (const std::exception&) {
      rethrow_as_unreadable(data_file(file), StatementInputs::is_of_spark4(context));
    }
  }
  const scan::DataFile& data_file(const duckdb::OpenFileInfo& file) const { return source_->file_scan()->files[index_of(file)]; }

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
      } else if (const auto constant = file.constants.find(column); constant != file.constants.end()) {
        data.constant_map.Add(position, to_duck(constant->second, scan.columns.at(column).field.type));
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
    const scan::DataFile& file = data_file(data.reader->file);
    check_types(context, file, mapped, *data.reader, ids);
    std::shared_ptr<OldTimes> old_times = OldTimes::find(context, *source_->file_scan(), file, *data.reader, mapped, ids, StatementInputs::is_of_spark4(context));
    const auto result = MultiFileReader::CreateMapping(context, data, mapped, ids, old_times ? old_times->split(filters) : filters, files, bind, virtual_columns,
                                                       duckdb::MultiFileColumnMappingMode::BY_NAME);
    if (old_times && result == duckdb::ReaderInitializeType::INITIALIZED) old_times->bind_filters(data);
    const std::lock_guard lock(mutex_);
    // Where a reader was, another may be now.
    old_times_.insert_or_assign(data.reader.get(), std::move(old_times));
    return result;
  }

  // A dictionary keeps the instants of the file's kind (read_zones_of), and an expression that looks through it would end the database.
  void FinalizeChunk(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind, duckdb::BaseFileReader& reader, const duckdb::MultiFileReaderData& data,
                     duckdb::DataChunk& input, duckdb::DataChunk& output, duckdb::ExpressionExecutor& executor,
                     duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override {
    for (duckdb::Vector& vector : input.data) {
      if (vector.GetVectorType() == duckdb::VectorType::DICTIONARY_VECTOR && duckdb::DictionaryVector::Child(vector).GetType() != vector.GetType())
        vector.Flatten(input.size());
    }
    if (const auto old_times = find_old_times(reader)) old_times->mend(context, reader, input);
    MultiFileReader::FinalizeChunk(context, bind, reader, data, input, output, executor, state);
  }

 private:
  /// Of the columns that are read.
  void check_types(duckdb::ClientContext& context, const scan::DataFile& file, const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns,
                   duckdb::BaseFileReader& reader, const duckdb::vector<duckdb::ColumnIndex>& ids) const {
    const bool is_spark4 = StatementInputs::is_of_spark4(context);
    const scan::FileScan& scan = *source_->file_scan();
    for (const auto& id : ids) {
      const auto column = id.GetPrimaryIndex();
      if (duckdb::IsVirtualColumn(column) || column >= scan.columns.size() || file.constants.contains(column)) continue;
      const std::string name = columns[column].GetIdentifierName();
      const types::DataType& type = scan.columns[column].field.type;
      for (const auto& file_column : reader.columns) {
        if (file_column.name != name) continue;
        auto mismatch = find_type_mismatch(name, type, file_column.type, scan.widens);
        if (!is_spark4 && type.is(types::TypeKind::TimestampNtz) && is_int96(context, file, reader, name)) mismatch = TypeMismatch{"[" + name + "]", type, "INT96"};
        if (!mismatch) continue;
        if (mismatch->actual.empty()) raise_unreadable(file, is_spark4, "the column " + mismatch->column + " is no " + types::catalog_string(mismatch->expected));
        raise(conditions::kParquetTypeMismatch, {{"path", file_uri(file)}, {"column", mismatch->column},
                                                 {"expectedType", types::catalog_string(mismatch->expected)}, {"actualType", mismatch->actual}});
      }
    }
  }

  std::shared_ptr<const OldTimes> find_old_times(const duckdb::BaseFileReader& reader) {
    const std::lock_guard lock(mutex_);
    const auto found = old_times_.find(&reader);
    return found == old_times_.end() ? nullptr : found->second;
  }

  SourcePtr source_;
  std::mutex mutex_;
  std::map<const duckdb::BaseFileReader*, std::shared_ptr<const OldTimes>> old_times_;  ///< of the readers that were opened; null for most
};

/// DuckDB's own scan of Parquet, the same in every instance. Ours adds which file it was that could not be read.
struct ParquetScan {
  std::atomic<duckdb::table_function_t> rows = nullptr;
  std::atomic<duckdb::table_function_init_local_t> init_local = nullptr;
};
ParquetScan parquet_scan;

const scan::DataFile& file_of(const duckdb::FunctionData& data, const duckdb::BaseFileReader& reader) {
  return dynamic_cast<const LakeReader&>(*data.Cast<duckdb::MultiFileBindData>().multi_file_reader).data_file(reader.file);
}

void scan_rows(duckdb::ClientContext& context, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
  // DuckDB's moves on to the next file by itself: whichever was read when it threw.
  const auto reader = input.local_state ? input.local_state->Cast<duckdb::MultiFileLocalState>().reader : nullptr;
  try {
    parquet_scan.rows.load()(context, input, output);
  } catch (const std::exception&) {
    if (!reader) throw;
    rethrow_as_unreadable(file_of(*input.bind_data, *reader), StatementInputs::is_of_spark4(context));
  }
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> init_rows(duckdb::ExecutionContext& context, duckdb::TableFunctionInitInput& input,
                                                              duckdb::GlobalTableFunctionState* global) {
  try {
    return parquet_scan.init_local.load()(context, input, global);
  } catch (const std::exception&) {
    auto& state = global->Cast<duckdb::MultiFileGlobalState>();
    const std::lock_guard lock(state.lock);
    const duckdb::idx_t current = state.file_index;
    if (current >= state.readers.size() || !state.readers[current]->reader) throw;
    rethrow_as_unreadable(file_of(*input.bind_data, *state.readers[current]->reader), StatementInputs::is_of_spark4(context.client));
  }
}

// Lets count(*) without filters be answered without opening a file.
duckdb::vector<duckdb::PartitionStatistics> partition_statistics(duckdb::ClientContext& context, duckdb::GetPartitionStatsInput& input) {
  const auto& bind = input.bind_data->Cast<duckdb::MultiFileBindData>();
  const auto rows = dynamic_cast<const LakeFiles&>(*bind.file_list).facts().num_rows(context, bind);
  duckdb::vector<duckdb::PartitionStatistics> result;
  if (!rows) return result;
  duckdb::PartitionStatistics whole;
  whole.row_start = 0;
  whole.count = *rows;
  whole.count_type = duckdb::CountType::COUNT_EXACT;
  result.push_back(whole);
  return result;
}

duckdb::unique_ptr<duckdb::BaseStatistics> column_statistics(duckdb::ClientContext& context, const duckdb::FunctionData* data,
                                                             duckdb::column_t column) {
  if (duckdb::IsVirtualColumn(column)) return nullptr;
  const auto& bind = data->Cast<duckdb::MultiFileBindData>();
  return dynamic_cast<const LakeFiles&>(*bind.file_list).facts().column(context, bind, column);
}

duckdb::unique_ptr<duckdb::NodeStatistics> cardinality(duckdb::ClientContext& context, const duckdb::FunctionData* data) {
  const auto& bind = data->Cast<duckdb::MultiFileBindData>();
  const auto rows = dynamic_cast<const LakeFiles&>(*bind.file_list).facts().num_rows(context, bind);
  if (!rows) return duckdb::make_uniq<duckdb::NodeStatistics>();
  return duckdb::make_uniq<duckdb::NodeStatistics>(*rows, *rows);
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
    parquet_scan.rows = std::exchange(function.function, scan_rows);
    parquet_scan.init_local = std::exchange(function.init_local, init_rows);
    function.get_multi_file_reader = LakeReader::create;
    function.get_partition_stats = partition_statistics;
    // DuckDB's own would look for our column names in the first file.
    function.statistics = column_statistics;
    function.cardinality = cardinality;
    function.serialize = nullptr;
    function.deserialize = nullptr;
    functions.AddFunction(function);
  }
  connection.Commit();
  duckdb::ExtensionLoader(*database.instance, "lab").RegisterFunction(std::move(functions));
}

}  // namespace lab::engine
