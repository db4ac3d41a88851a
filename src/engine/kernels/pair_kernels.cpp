#include <cmath>

#include "duckdb/common/vector_operations/aggregate_executor.hpp"
#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

/// Correlation and covariance by Spark's formulas, so that a straight line correlates with exactly 1.
namespace lab::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::LogicalType;

struct PairState {
  double n, x, y, products, x_squares, y_squares;  ///< count, means, sums of centred products
};

enum class PairStatistic : std::uint8_t { Correlation, PopulationCovariance, SampleCovariance };

template <PairStatistic Which>
struct PairMoments {
  template <typename State>
  static void Initialize(State& state) {
    state = {0, 0, 0, 0, 0, 0};
  }
  template <typename A, typename B, typename State, typename Op>
  static void Operation(State& state, const A& x, const B& y, duckdb::AggregateBinaryInput&) {
    const double n = state.n + 1, dx = x - state.x, dy = y - state.y;
    state.n = n;
    state.x += dx / n;
    state.y += dy / n;
    state.products += dx * (y - state.y);
    state.x_squares += dx * (x - state.x);
    state.y_squares += dy * (y - state.y);
  }
  template <typename State, typename Op>
  static void Combine(const State& b, State& a, duckdb::AggregateInputData&) {
    if (b.n == 0) return;
    const double n = a.n + b.n, dx = b.x - a.x, dy = b.y - a.y, weight = a.n * b.n;
    a = {n, a.x + dx / n * b.n, a.y + dy / n * b.n, a.products + b.products + dx * (dy / n) * weight,
         a.x_squares + b.x_squares + dx * (dx / n) * weight, a.y_squares + b.y_squares + dy * (dy / n) * weight};
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    if (state.n == 0) return data.ReturnNull();
    if constexpr (Which == PairStatistic::Correlation) {
      if (state.n == 1) return data.ReturnNull();
      target = state.products / std::sqrt(state.x_squares * state.y_squares);
    } else {
      if (Which == PairStatistic::SampleCovariance && state.n == 1) return data.ReturnNull();
      target = state.products / (Which == PairStatistic::SampleCovariance ? state.n - 1 : state.n);
    }
  }
  static bool IgnoreNull() { return true; }
};

template <PairStatistic Which>
void add_pair(KernelRegistry& registry, const char* name) {
  auto function = AggregateFunction::BinaryAggregate<PairState, double, double, double, PairMoments<Which>>(LogicalType::DOUBLE, LogicalType::DOUBLE,
                                                                                                            LogicalType::DOUBLE);
  function.name = name;
  registry.add(std::move(function), {});
}

}  // namespace

void register_pair_kernels(KernelRegistry& registry) {
  add_pair<PairStatistic::Correlation>(registry, "lab_corr");
  add_pair<PairStatistic::PopulationCovariance>(registry, "lab_covar_pop");
  add_pair<PairStatistic::SampleCovariance>(registry, "lab_covar_samp");
}

}  // namespace lab::engine
