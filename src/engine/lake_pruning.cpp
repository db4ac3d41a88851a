#include "engine/lake_pruning.h"

#include "duckdb/storage/statistics/base_statistics.hpp"
#include "duckdb/storage/statistics/numeric_stats.hpp"
#include "duckdb/storage/statistics/string_stats.hpp"
#include "engine/duck_type.h"

namespace lab::engine {
namespace {

using types::DataType;
using types::TypeKind;

bool has_numeric_bounds(const DataType& type) {
  return type.is_numeric() || type.is_datetime() || type.is(TypeKind::Boolean) || type.is(TypeKind::DayTimeInterval) ||
         type.is(TypeKind::YearMonthInterval);
}

duckdb::BaseStatistics describe(const DataType& type, const std::optional<types::Value>& minimum, const std::optional<types::Value>& maximum) {
  auto statistics = duckdb::BaseStatistics::CreateUnknown(to_duck(type));
  const bool has_minimum = minimum && !minimum->is_null();
  const bool has_maximum = maximum && !maximum->is_null();
  if (has_numeric_bounds(type)) {
    if (has_minimum) duckdb::NumericStats::SetMin(statistics, to_duck(*minimum, type));
    // Writers leave NaN out of the bounds, and NaN is greater than any of them.
    if (has_maximum && !type.is_fractional()) duckdb::NumericStats::SetMax(statistics, to_duck(*maximum, type));
  } else if (type.is_text() && has_minimum && has_maximum) {
    duckdb::StringStats::SetMin(statistics, duckdb::string_t(minimum->text()));
    duckdb::StringStats::SetMax(statistics, duckdb::string_t(maximum->text()));
  }
  return statistics;
}

duckdb::BaseStatistics describe_constant(const DataType& type, const types::Value& value) {
  auto statistics = describe(type, value, value);
  statistics.Set(value.is_null() ? duckdb::StatsInfo::CANNOT_HAVE_VALID_VALUES : duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  return statistics;
}

}  // namespace

duckdb::BaseStatistics file_statistics(const scan::FileScan& scan, const scan::DataFile& file, std::size_t column) {
  if (column >= scan.columns.size()) {
    const std::size_t partition = column - scan.columns.size();
    return describe_constant(scan.partition_columns.at(partition).type, file.partition_values.at(partition));
  }
  const DataType& type = scan.columns[column].field.type;
  if (const auto constant = file.constants.find(column); constant != file.constants.end()) return describe_constant(type, constant->second);
  if (column >= file.statistics.size()) return duckdb::BaseStatistics::CreateUnknown(to_duck(type));
  const scan::ColumnStatistics& known = file.statistics[column];
  auto statistics = describe(type, known.minimum, known.maximum);
  if (known.num_nulls && *known.num_nulls == 0) statistics.Set(duckdb::StatsInfo::CANNOT_HAVE_NULL_VALUES);
  if (known.num_nulls && file.num_rows && *known.num_nulls == *file.num_rows) statistics.Set(duckdb::StatsInfo::CANNOT_HAVE_VALID_VALUES);
  return statistics;
}

bool may_match(const scan::FileScan& scan, const scan::DataFile& file, const duckdb::vector<duckdb::column_t>& columns,
               const duckdb::TableFilterSet& filters) {
  for (const auto& [position, filter] : filters.filters) {
    const auto column = columns[position];
    if (duckdb::IsVirtualColumn(column)) continue;
    auto statistics = file_statistics(scan, file, column);
    if (filter->CheckStatistics(statistics) == duckdb::FilterPropagateResult::FILTER_ALWAYS_FALSE) return false;
  }
  return true;
}

}  // namespace lab::engine
