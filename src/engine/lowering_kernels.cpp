#include "engine/lowering_kernels.h"

#include <cmath>
#include <optional>

#include "compute/java_random.h"
#include "engine/conditions.h"
#include "engine/kernels/registry.h"

namespace lab::engine {
namespace {

using duckdb::LogicalType;

// SplitMix64: every (row, seed) is its own well-mixed draw, so threads need no common state.
double uniform(std::int64_t row, std::int64_t seed) {
  auto bits = static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(seed) * 0xD1B54A32D192ED03ULL;
  for (int round = 0; round < 2; ++round) {
    bits += 0x9E3779B97F4A7C15ULL;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31U;
  }
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

std::int64_t poisson(double point, double mean) {
  double probability = std::exp(-mean), below = probability;
  std::int64_t count = 0;
  while (point >= below && count < 10'000) {
    ++count;
    probability *= mean / static_cast<double>(count);
    below += probability;
  }
  return count;
}

void at_most_one_row(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  duckdb::UnaryExecutor::Execute<std::int64_t, bool>(arguments.data[0], result, arguments.size(), [](std::int64_t count) {
    if (count > 1) raise(conditions::kScalarSubqueryTooManyRows);
    return true;
  });
}

void recursion_rounds(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  duckdb::BinaryExecutor::Execute<std::int64_t, std::int64_t, bool>(arguments.data[0], arguments.data[1], result, arguments.size(), [](std::int64_t round, std::int64_t most) {
    if (round >= most) raise(conditions::kRecursionLevelLimit, {{"levelLimit", std::to_string(most)}});
    return true;
  });
}

void recursion_rows(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  duckdb::BinaryExecutor::Execute<std::int64_t, std::int64_t, bool>(arguments.data[0], arguments.data[1], result, arguments.size(), [](std::int64_t count, std::int64_t most) {
    if (count > most) raise(conditions::kRecursionRowLimit, {{"rowLimit", std::to_string(most)}});
    return true;
  });
}

void sample_point(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  // Spark's own draws, as if all rows were one partition: row n gets the n-th, whichever thread asks.
  std::optional<compute::SparkRandom> random;
  std::int64_t next_row = 0;
  duckdb::BinaryExecutor::Execute<std::int64_t, std::int64_t, double>(arguments.data[0], arguments.data[1], result, arguments.size(), [&](std::int64_t row, std::int64_t seed) {
    if (!random || row != next_row) {
      random.emplace(seed);
      random->skip(static_cast<std::uint64_t>(row - 1));
    }
    next_row = row + 1;
    return random->next_double();
  });
}

void sample_count(duckdb::DataChunk& arguments, duckdb::ExpressionState& /*state*/, duckdb::Vector& result) {
  duckdb::TernaryExecutor::Execute<std::int64_t, std::int64_t, double, std::int64_t>(
      arguments.data[0], arguments.data[1], arguments.data[2], result, arguments.size(),
      [](std::int64_t row, std::int64_t seed, double mean) { return poisson(uniform(row, seed), mean); });
}

}  // namespace

void register_lowering_kernels(KernelRegistry& registry) {
  registry.add("lab_at_most_one_row", {LogicalType::BIGINT}, LogicalType::BOOLEAN, at_most_one_row, {.may_raise = true});
  registry.add("lab_recursion_rounds", {LogicalType::BIGINT, LogicalType::BIGINT}, LogicalType::BOOLEAN, recursion_rounds, {.may_raise = true});
  registry.add("lab_recursion_rows", {LogicalType::BIGINT, LogicalType::BIGINT}, LogicalType::BOOLEAN, recursion_rows, {.may_raise = true});
  registry.add("lab_sample_point", {LogicalType::BIGINT, LogicalType::BIGINT}, LogicalType::DOUBLE, sample_point);
  registry.add("lab_sample_count", {LogicalType::BIGINT, LogicalType::BIGINT, LogicalType::DOUBLE}, LogicalType::BIGINT, sample_count);
}

}  // namespace lab::engine
