#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

/// window(): the start and end of a row's window of time.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::UnifiedVectorFormat;
using duckdb::Vector;

/// (time, duration, slide, start, index): the index-th window back from the latest that holds the time.
void time_window(DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  UnifiedVectorFormat formats[5];
  for (std::size_t i = 0; i < 5; ++i) arguments.data[i].ToUnifiedFormat(arguments.size(), formats[i]);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto& ends = duckdb::StructVector::GetEntries(result);
  auto* start = duckdb::FlatVector::GetData<std::int64_t>(*ends[0]);
  auto* end = duckdb::FlatVector::GetData<std::int64_t>(*ends[1]);
  for (idx_t row = 0; row < count; ++row) {
    std::int64_t values[5];
    bool valid = true;
    for (std::size_t i = 0; i < 5; ++i) {
      const auto at = formats[i].sel->get_index(row);
      valid = valid && formats[i].validity.RowIsValid(at);
      if (valid) values[i] = UnifiedVectorFormat::GetData<std::int64_t>(formats[i])[at];
    }
    if (!valid) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const auto [time, duration, slide, from, index] = values;
    const std::int64_t rest = (time - from) % slide;
    start[row] = time - (rest < 0 ? rest + slide : rest) - index * slide;
    end[row] = start[row] + duration;
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_time_window_kernels(KernelRegistry& registry) {
  for (const auto& time : {LogicalType::TIMESTAMP_TZ, LogicalType::TIMESTAMP}) {
    registry.add("lab_time_window", {time, LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::BIGINT},
                 LogicalType::STRUCT({{"f0", time}, {"f1", time}}), &time_window);
  }
}

}  // namespace lab::engine
