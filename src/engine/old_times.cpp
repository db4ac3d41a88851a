#include "engine/old_times.h"

#include <algorithm>
#include <utility>

#include "compute/hybrid_calendar.h"
#include "compute/zone.h"
#include "duckdb.hpp"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_states.hpp"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/planner/expression.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/statistics/list_stats.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "duckdb/storage/statistics/struct_stats.hpp"
#include "engine/conditions.h"
#include "engine/kernels/raise.h"
#include "engine/unreadable_file.h"
#include "scan/parquet_writer.h"

namespace lab::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::PhysicalType;

/// Days, and instants: wall clocks without a zone are not rebased.
bool holds_times(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIMESTAMP_TZ: return true;
    case LogicalTypeId::STRUCT: return std::ranges::any_of(duckdb::StructType::GetChildTypes(type), [](const auto& child) { return holds_times(child.second); });
    case LogicalTypeId::LIST: return holds_times(duckdb::ListType::GetChildType(type));
    case LogicalTypeId::MAP: return holds_times(duckdb::MapType::KeyType(type)) || holds_times(duckdb::MapType::ValueType(type));
    default: return false;
  }
}

bool may_be_old_in(const duckdb::BaseStatistics& statistics) {
  const LogicalType& type = statistics.GetType();
  const bool has_least = statistics.GetStatsType() == duckdb::StatisticsType::NUMERIC_STATS && duckdb::NumericStats::HasMin(statistics);
  switch (type.id()) {
    case LogicalTypeId::DATE: return !has_least || duckdb::NumericStats::GetMin<std::int32_t>(statistics) < compute::kFirstGregorianDay.days;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: return !has_least || duckdb::NumericStats::GetMin<std::int64_t>(statistics) < compute::kFirstCommonInstant.micros;
    case LogicalTypeId::STRUCT:
      for (duckdb::idx_t i = 0; i < duckdb::StructType::GetChildCount(type); ++i)
        if (may_be_old_in(duckdb::StructStats::GetChildStats(statistics, i))) return true;
      return false;
    case LogicalTypeId::LIST: return may_be_old_in(duckdb::ListStats::GetChildStats(statistics));
    case LogicalTypeId::MAP: return true;
    default: return false;
  }
}

[[noreturn]] void refuse(bool is_int96) {
  const std::string kind = is_int96 ? "int96" : "datetime";
  raise(conditions::kReadAncientDatetime, {{"format", is_int96 ? "Parquet INT96" : "Parquet"},
                                           {"config", "\"spark.sql.parquet." + kind + "RebaseModeInRead\""},
                                           {"option", "\"" + kind + "RebaseMode\""}});
}

}  // namespace

bool is_int96(duckdb::ClientContext& context, const scan::DataFile& file, duckdb::BaseFileReader& reader, const std::string& column) {
  // There are no bounds of these, and the footer is not read again where there are some.
  return may_be_old(reader.GetStatistics(context, column).get()) && scan::read_parquet_writer(file).int96_columns.contains(column);
}

bool may_be_old(const duckdb::BaseStatistics* statistics) { return statistics == nullptr || may_be_old_in(*statistics); }

OldTimes::Mode OldTimes::mode_of(const std::string& text, const scan::DataFile& file, bool is_spark4) {
  if (text == "CORRECTED") return Mode::Corrected;
  if (text == "LEGACY") return Mode::Legacy;
  if (text == "EXCEPTION") return Mode::Refused;
  raise_unreadable(file, is_spark4, "No value found for '" + text + "'");
}

std::unique_ptr<OldTimes> OldTimes::find(duckdb::ClientContext& context, const scan::FileScan& scan, const scan::DataFile& file, duckdb::BaseFileReader& reader,
                                         const duckdb::vector<duckdb::MultiFileColumnDefinition>& columns, const duckdb::vector<duckdb::ColumnIndex>& ids, bool is_spark4) {
  auto result = std::make_unique<OldTimes>();
  for (duckdb::idx_t position = 0; position < ids.size(); ++position) {
    const auto id = ids[position].GetPrimaryIndex();
    if (duckdb::IsVirtualColumn(id) || id >= scan.columns.size() || file.constants.contains(id)) continue;
    for (duckdb::idx_t i = 0; i < reader.columns.size(); ++i) {
      const auto& column = reader.columns[i];
      if (column.name != columns[id].GetIdentifierName() || !holds_times(column.type)) continue;
      const auto statistics = reader.GetStatistics(context, column.name);
      // Numbers that are read as days have statistics of numbers.
      if (may_be_old(statistics.get()) || statistics->GetType().id() == LogicalTypeId::INTEGER) result->columns_.push_back({i, position, false});
    }
  }
  if (result->columns_.empty()) return nullptr;
  const scan::ParquetWriter writer = scan::read_parquet_writer(file);
  result->dates_ = writer.is_known ? (writer.has_hybrid_days ? Mode::Legacy : Mode::Corrected) : mode_of(scan.old_times.datetime_mode, file, is_spark4);
  result->int96_ = writer.is_known ? (writer.has_hybrid_int96 ? Mode::Legacy : Mode::Corrected) : mode_of(scan.old_times.int96_mode, file, is_spark4);
  result->zone_ = compute::Zone::try_find(writer.time_zone);
  if (result->zone_ == nullptr) result->zone_ = &compute::Zone::find("UTC");
  for (Column& column : result->columns_) column.is_int96 = writer.int96_columns.contains(reader.columns[column.file_column].name);
  std::erase_if(result->columns_, [&](const Column& column) {
    const bool is_of_days = !column.is_int96 || reader.columns[column.file_column].type.IsNested();
    return !(is_of_days && result->dates_ != Mode::Corrected) && !(column.is_int96 && result->int96_ != Mode::Corrected);
  });
  return result->columns_.empty() ? nullptr : std::move(result);
}

duckdb::optional_ptr<duckdb::TableFilterSet> OldTimes::split(duckdb::optional_ptr<duckdb::TableFilterSet> filters) {
  if (!filters) return nullptr;
  for (const auto& [position, filter] : filters->filters) {
    const bool waits = std::ranges::find(columns_, position, &Column::position) != columns_.end();
    (waits ? kept_ : pushed_).filters.emplace(position, filter->Copy());
  }
  if (pushed_.filters.empty()) return nullptr;
  return &pushed_;
}

void OldTimes::bind_filters(const duckdb::MultiFileReaderData& data) {
  for (const auto& [position, filter] : kept_.filters) filters_.push_back(filter->ToExpression(*data.expressions[position]));
}

void OldTimes::mend(duckdb::ClientContext& context, duckdb::BaseFileReader& reader, duckdb::DataChunk& chunk) const {
  for (duckdb::idx_t i = 0; i < reader.column_ids.size(); ++i) {
    const auto column = std::ranges::find(columns_, reader.column_ids[duckdb::MultiFileLocalIndex(i)].GetId(), &Column::file_column);
    if (column == columns_.end()) continue;
    // The reader's vectors may share what they hold with others.
    duckdb::Vector copy(chunk.data[i].GetType());
    duckdb::VectorOperations::Copy(chunk.data[i], copy, chunk.size(), 0, 0);
    mend_values(copy, chunk.size(), column->is_int96);
    chunk.data[i].Reference(copy);
  }
  for (const auto& filter : filters_) {
    duckdb::ExpressionExecutor executor(context, *filter);
    duckdb::SelectionVector kept(STANDARD_VECTOR_SIZE);
    const auto num_kept = executor.SelectExpression(chunk, kept);
    if (num_kept < chunk.size()) chunk.Slice(kept, num_kept);
  }
}

void OldTimes::mend_values(duckdb::Vector& vector, duckdb::idx_t count, bool is_int96) const {
  const LogicalType& type = vector.GetType();
  if (!holds_times(type)) return;
  if (type.InternalType() == PhysicalType::STRUCT) {
    for (auto& child : duckdb::StructVector::GetEntries(vector)) mend_values(*child, count, is_int96);
    return;
  }
  if (type.InternalType() == PhysicalType::LIST) {
    mend_values(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector), is_int96);
    return;
  }
  const bool is_date = type.id() == LogicalTypeId::DATE;
  const Mode mode = !is_date && is_int96 ? int96_ : dates_;
  if (mode == Mode::Corrected) return;
  const auto& validity = duckdb::FlatVector::Validity(vector);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    if (!validity.RowIsValid(row)) continue;
    if (is_date) {
      std::int32_t& days = duckdb::FlatVector::GetData<std::int32_t>(vector)[row];
      if (days >= compute::kFirstGregorianDay.days) continue;
      if (mode == Mode::Refused) refuse(false);
      days = compute::from_hybrid(compute::Date{days}).days;
    } else {
      std::int64_t& micros = duckdb::FlatVector::GetData<std::int64_t>(vector)[row];
      if (micros >= compute::kFirstCommonInstant.micros) continue;
      if (mode == Mode::Refused) refuse(is_int96);
      micros = compute::from_hybrid(compute::Instant{micros}, *zone_).micros;
    }
  }
}

}  // namespace lab::engine
