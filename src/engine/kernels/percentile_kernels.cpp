#include <algorithm>
#include <cmath>
#include <vector>

#include "compute/conditions.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// Percentiles of values that count several times: `lab_weighted_percentile(list of {value, count}, part or parts)`.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Vector;

struct Weighted {
  double value = 0;
  std::int64_t count = 0;  ///< after sorting: of this value and all below it
};

/// Spark's interpolation between the two values around the position.
double percentile_of(const std::vector<Weighted>& values, double part) {
  const double position = static_cast<double>(values.back().count - 1) * part;
  const double lower = std::floor(position), higher = std::ceil(position);
  const auto at = [&](double wanted) {
    return std::ranges::lower_bound(values, static_cast<std::int64_t>(wanted) + 1, {}, &Weighted::count)->value;
  };
  const double low = at(lower), high = at(higher);
  if (lower == higher || low == high) return low;
  return (higher - position) * low + (position - lower) * high;
}

/// The rows' lists of pairs, sorted and summed up.
class WeightedLists {
 public:
  WeightedLists(Vector& lists, idx_t count) {
    lists.ToUnifiedFormat(count, format_);
    auto& pairs = duckdb::ListVector::GetEntry(lists);
    const idx_t size = duckdb::ListVector::GetListSize(lists);
    pairs.Flatten(size);
    auto& fields = duckdb::StructVector::GetEntries(pairs);
    values_ = duckdb::FlatVector::GetData<double>(*fields[0]);
    counts_ = duckdb::FlatVector::GetData<std::int64_t>(*fields[1]);
  }

  std::vector<Weighted> operator[](idx_t row) const {
    const auto at = format_.sel->get_index(row);
    std::vector<Weighted> values;
    if (!format_.validity.RowIsValid(at)) return values;
    const auto entry = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format_)[at];
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
      if (counts_[i] < 0) throw Error(compute::conditions::kNegativeFrequency, {});
      if (counts_[i] > 0) values.push_back({values_[i], counts_[i]});
    }
    std::ranges::sort(values, {}, &Weighted::value);
    std::int64_t total = 0;
    for (Weighted& value : values) value.count = total += value.count;
    return values;
  }

 private:
  duckdb::UnifiedVectorFormat format_;
  const double* values_ = nullptr;
  const std::int64_t* counts_ = nullptr;
};

void weighted_percentile(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const WeightedLists lists(arguments.data[0], count);
  arguments.data[1].Flatten(count);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const auto values = lists[row];
    if (values.empty() || duckdb::FlatVector::IsNull(arguments.data[1], row)) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    duckdb::FlatVector::GetData<double>(result)[row] =
        percentile_of(values, duckdb::FlatVector::GetData<double>(arguments.data[1])[row]);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void weighted_percentiles(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const WeightedLists lists(arguments.data[0], count);
  arguments.data[1].Flatten(count);
  auto& parts = duckdb::ListVector::GetEntry(arguments.data[1]);
  parts.Flatten(duckdb::ListVector::GetListSize(arguments.data[1]));
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  duckdb::ListVector::SetListSize(result, 0);
  for (idx_t row = 0; row < count; ++row) {
    const auto values = lists[row];
    if (values.empty() || duckdb::FlatVector::IsNull(arguments.data[1], row)) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const auto entry = duckdb::FlatVector::GetData<duckdb::list_entry_t>(arguments.data[1])[row];
    const idx_t start = duckdb::ListVector::GetListSize(result);
    duckdb::ListVector::Reserve(result, start + entry.length);
    auto* out = duckdb::FlatVector::GetData<double>(duckdb::ListVector::GetEntry(result));
    for (idx_t i = 0; i < entry.length; ++i)
      out[start + i] = percentile_of(values, duckdb::FlatVector::GetData<double>(parts)[entry.offset + i]);
    duckdb::ListVector::SetListSize(result, start + entry.length);
    duckdb::FlatVector::GetData<duckdb::list_entry_t>(result)[row] = {start, entry.length};
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_percentile_kernels(KernelRegistry& registry) {
  const LogicalType pairs =
      LogicalType::LIST(LogicalType::STRUCT({{"f0", LogicalType::DOUBLE}, {"f1", LogicalType::BIGINT}}));
  registry.add("lab_weighted_percentile", {pairs, LogicalType::DOUBLE}, LogicalType::DOUBLE, &weighted_percentile,
               kRaises);
  registry.add("lab_weighted_percentile", {pairs, LogicalType::LIST(LogicalType::DOUBLE)},
               LogicalType::LIST(LogicalType::DOUBLE), &weighted_percentiles, kRaises);
}

}  // namespace lab::engine
