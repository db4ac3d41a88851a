#include <cmath>

#include "compute/decimal.h"
#include "compute/overflow.h"
#include "duckdb/common/vector_operations/aggregate_executor.hpp"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

/// Aggregates whose overflow or formula is Spark's own.
namespace lab::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::AggregateUnaryInput;
using duckdb::LogicalType;

enum class SumMode : std::uint8_t { Raise, Wrap, Null };

// DuckDB lays states out at 8 bytes; a plain __int128 would be read as if at 16.
typedef __int128 Total __attribute__((aligned(8)));  // NOLINT: only a typedef can lower the alignment

struct LongSumState {
  Total total;
  bool any;
};

/// Sums in 128 bits, so that the order of rows does not decide whether the sum overflows: only the end counts.
template <SumMode Mode>
struct LongSum {
  template <typename State>
  static void Initialize(State& state) {
    state.total = 0;
    state.any = false;
  }
  template <typename Input, typename State, typename Op>
  static void Operation(State& state, const Input& input, AggregateUnaryInput&) {
    state.total += input;
    state.any = true;
  }
  template <typename Input, typename State, typename Op>
  static void ConstantOperation(State& state, const Input& input, AggregateUnaryInput&, duckdb::idx_t count) {
    state.total += static_cast<__int128>(input) * static_cast<__int128>(count);
    state.any = true;
  }
  template <typename State, typename Op>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    target.total += source.total;
    target.any = target.any || source.any;
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    if (!state.any) return data.ReturnNull();
    const bool fits = state.total >= std::numeric_limits<std::int64_t>::min() &&
                      state.total <= std::numeric_limits<std::int64_t>::max();
    if (!fits && Mode == SumMode::Null) return data.ReturnNull();
    if (!fits && Mode == SumMode::Raise) {
      try {
        compute::throw_overflow("overflow", "try_add");
      } catch (const Error& error) {
        raise(error);
      }
    }
    target = static_cast<std::int64_t>(state.total);
  }
  static bool IgnoreNull() { return true; }
};

struct DecimalSumState {
  Total total;
  bool any, overflow;
};

struct DecimalSum {
  template <typename State>
  static void Initialize(State& state) {
    state = {0, false, false};
  }
  template <typename State>
  static void add(State& state, __int128 value) {
    state.any = true;
    if (__builtin_add_overflow(state.total, value, &state.total)) state.overflow = true;
  }
  template <typename Input, typename State, typename Op>
  static void Operation(State& state, const Input& input, AggregateUnaryInput&) {
    add(state, to_int128(input));
  }
  template <typename Input, typename State, typename Op>
  static void ConstantOperation(State& state, const Input& input, AggregateUnaryInput& unary, duckdb::idx_t count) {
    for (duckdb::idx_t i = 0; i < count; ++i) Operation<Input, State, Op>(state, input, unary);
  }
  template <typename State, typename Op>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    if (!source.any) return;
    add(target, source.total);
    target.overflow = target.overflow || source.overflow;
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    if (!state.any) return data.ReturnNull();
    // A sum beyond 38 digits: the greatest number there is, which the check behind it refuses.
    const auto limit = static_cast<__int128>(compute::power_of_ten(38));
    if (state.overflow || state.total >= limit || state.total <= -limit) state.total = limit;
    target = to_hugeint(state.total);
  }
  static bool IgnoreNull() { return true; }
};

/// Central moments, merged as Spark's CentralMomentAgg does.
struct MomentState {
  double n, mean, m2, m3, m4;
};

enum class Moment : std::uint8_t {
  Skewness,
  Kurtosis,
  PopulationVariance,
  SampleVariance,
  PopulationDeviation,
  SampleDeviation
};

template <Moment Which>
struct Moments {
  template <typename State>
  static void Initialize(State& state) {
    state = {0, 0, 0, 0, 0};
  }
  template <typename Input, typename State, typename Op>
  static void Operation(State& state, const Input& input, AggregateUnaryInput&) {
    const double n = state.n + 1, delta = input - state.mean, step = delta / n, m2 = state.m2, m3 = state.m3;
    state.mean += step;
    state.m2 = m2 + delta * (delta - step);
    state.m3 = m3 - 3 * step * state.m2 + delta * (delta * delta - step * step);
    state.m4 = state.m4 - 4 * step * state.m3 - 6 * step * step * state.m2 +
               delta * (delta * delta * delta - step * step * step);
    state.n = n;
  }
  template <typename Input, typename State, typename Op>
  static void ConstantOperation(State& state, const Input& input, AggregateUnaryInput& unary, duckdb::idx_t count) {
    for (duckdb::idx_t i = 0; i < count; ++i) Operation<Input, State, Op>(state, input, unary);
  }
  template <typename State, typename Op>
  static void Combine(const State& b, State& a, AggregateInputData&) {
    if (b.n == 0) return;
    const double n = a.n + b.n, delta = b.mean - a.mean, step = n == 0 ? 0 : delta / n;
    const double m2 = a.m2 + b.m2 + delta * step * a.n * b.n;
    const double m3 =
        a.m3 + b.m3 + step * step * delta * a.n * b.n * (a.n - b.n) + 3 * step * (a.n * b.m2 - b.n * a.m2);
    const double m4 = a.m4 + b.m4 + step * step * step * delta * a.n * b.n * (a.n * a.n - a.n * b.n + b.n * b.n) +
                      6 * step * step * (a.n * a.n * b.m2 + b.n * b.n * a.m2) + 4 * step * (a.n * b.m3 - b.n * a.m3);
    a = {n, a.mean + step * b.n, m2, m3, m4};
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    if (state.n == 0) return data.ReturnNull();
    constexpr bool kSample = Which == Moment::SampleVariance || Which == Moment::SampleDeviation;
    if constexpr (Which == Moment::Skewness || Which == Moment::Kurtosis) {
      if (state.m2 == 0) return data.ReturnNull();
      target = Which == Moment::Kurtosis ? state.n * state.m4 / (state.m2 * state.m2) - 3
                                         : std::sqrt(state.n) * state.m3 / std::sqrt(state.m2 * state.m2 * state.m2);
    } else {
      if (kSample && state.n == 1) return data.ReturnNull();
      const double variance = state.m2 / (state.n - (kSample ? 1 : 0));
      target =
          Which == Moment::PopulationDeviation || Which == Moment::SampleDeviation ? std::sqrt(variance) : variance;
    }
  }
  static bool IgnoreNull() { return true; }
};

template <typename State, typename Input, typename Result, typename Operation>
void add_unary(KernelRegistry& registry, const std::string& name, LogicalType input, LogicalType result,
               KernelTraits traits = {}) {
  auto function = AggregateFunction::UnaryAggregate<State, Input, Result, Operation>(input, result);
  function.name = name;
  registry.add(std::move(function), traits);
}

duckdb::unique_ptr<duckdb::FunctionData> bind_decimal_sum(
    duckdb::ClientContext&, AggregateFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const auto& type = arguments[0]->return_type;
  const auto scale =
      type.id() == duckdb::LogicalTypeId::DECIMAL ? duckdb::DecimalType::GetScale(type) : std::uint8_t{0};
  function.GetArguments()[0] = LogicalType::DECIMAL(38, scale);
  function.SetReturnType(LogicalType::DECIMAL(38, scale));
  return nullptr;
}

}  // namespace

void register_sum_kernels(KernelRegistry& registry) {
  const auto bigint = LogicalType::BIGINT;
  const auto number = LogicalType::DOUBLE;
  add_unary<LongSumState, std::int64_t, std::int64_t, LongSum<SumMode::Raise>>(registry, "lab_sum_long", bigint, bigint,
                                                                               {.may_raise = true});
  add_unary<LongSumState, std::int64_t, std::int64_t, LongSum<SumMode::Wrap>>(registry, "lab_sum_long_wrap", bigint,
                                                                              bigint);
  add_unary<LongSumState, std::int64_t, std::int64_t, LongSum<SumMode::Null>>(registry, "lab_sum_long_try", bigint,
                                                                              bigint);
  const auto add_moment = [&]<Moment Which>(const std::string& name) {
    add_unary<MomentState, double, double, Moments<Which>>(registry, name, number, number);
  };
  add_moment.operator()<Moment::Skewness>("lab_skewness");
  add_moment.operator()<Moment::Kurtosis>("lab_kurtosis");
  add_moment.operator()<Moment::PopulationVariance>("lab_var_pop");
  add_moment.operator()<Moment::SampleVariance>("lab_var_samp");
  add_moment.operator()<Moment::PopulationDeviation>("lab_stddev_pop");
  add_moment.operator()<Moment::SampleDeviation>("lab_stddev_samp");
  auto decimal = AggregateFunction::UnaryAggregate<DecimalSumState, duckdb::hugeint_t, duckdb::hugeint_t, DecimalSum>(
      LogicalType::DECIMAL(38, 0), LogicalType::DECIMAL(38, 0));
  decimal.name = "lab_sum_decimal";
  decimal.SetBindCallback(&bind_decimal_sum);
  registry.add(std::move(decimal), {});
}

}  // namespace lab::engine
