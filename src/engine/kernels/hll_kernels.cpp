#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/hll.h"
#include "duckdb/common/vector_operations/aggregate_executor.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// HyperLogLog sketches: made of values, united, and asked for their estimate.
namespace lab::engine {

namespace {

using compute::Bytes;
using compute::BytesView;
using compute::HllSketch;
using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::LogicalType;
using std::string_view;

int checked_lg_k(std::int32_t lg_k) {
  if (lg_k >= HllSketch::kLeastLgK && lg_k <= HllSketch::kMostLgK) return lg_k;
  raise(Error(compute::conditions::kHllLgK, {{"function", "`hll_sketch_agg`"},
                                             {"min", std::to_string(HllSketch::kLeastLgK)},
                                             {"max", std::to_string(HllSketch::kMostLgK)},
                                             {"value", std::to_string(lg_k)}}));
}

HllSketch decoded(string_view bytes, const char* function) {
  auto sketch = HllSketch::decode(bytes);
  if (!sketch) raise(Error(compute::conditions::kHllBuffer, {{"function", function}}));
  return std::move(*sketch);
}

void check_same_lg_k(int left, int right, bool may_differ, const char* function) {
  if (may_differ || left == right) return;
  raise(Error(compute::conditions::kHllDifferentLgK,
              {{"left", std::to_string(left)}, {"right", std::to_string(right)}, {"function", function}}));
}

struct HllState {
  HllSketch* sketch;
  int most_lg_k;    ///< of a union: what its first sketch has
  bool may_differ;  ///< of a union: sketches of other sizes are welcome
};

/// What both aggregates share; `Operation` is theirs.
struct HllStates {
  template <typename State>
  static void Initialize(State& state) {
    state = {nullptr, 0, false};
  }
  template <typename State>
  static void Destroy(State& state, AggregateInputData&) {
    delete state.sketch;
    state.sketch = nullptr;
  }
  template <typename State, typename Op>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    if (source.sketch == nullptr) return;
    if (target.sketch == nullptr) {
      target = {new HllSketch(*source.sketch), source.most_lg_k, source.may_differ};
      return;
    }
    check_same_lg_k(target.sketch->lg_k(), source.sketch->lg_k(), target.may_differ, "`hll_union_agg`");
    target.sketch->unite(*source.sketch, target.most_lg_k, true);
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    if (state.sketch == nullptr) return data.ReturnNull();
    target = duckdb::StringVector::AddStringOrBlob(data.result, state.sketch->bytes());
  }
  static bool IgnoreNull() { return true; }
};

/// (value, lg_k)
struct HllOfValues : HllStates {
  template <typename A, typename B, typename State, typename Op>
  static void Operation(State& state, const A& value, const B& lg_k, duckdb::AggregateBinaryInput&) {
    if (state.sketch == nullptr) state = {new HllSketch(checked_lg_k(lg_k)), lg_k, false};
    if constexpr (std::is_same_v<A, duckdb::string_t>)
      state.sketch->add(Wire<string_view>::in(value));
    else
      state.sketch->add(value);
  }
};

/// (sketch, whether sketches of other sizes are welcome)
struct HllOfSketches : HllStates {
  template <typename A, typename B, typename State, typename Op>
  static void Operation(State& state, const A& bytes, const B& may_differ, duckdb::AggregateBinaryInput&) {
    const HllSketch sketch = decoded(Wire<string_view>::in(bytes), "`hll_union_agg`");
    if (state.sketch == nullptr) state = {new HllSketch(sketch.lg_k()), sketch.lg_k(), may_differ};
    check_same_lg_k(state.sketch->lg_k(), sketch.lg_k(), may_differ, "`hll_union_agg`");
    state.sketch->unite(sketch, state.most_lg_k, false);
  }
};

template <typename A, typename B, typename Operation>
void add_aggregate(KernelRegistry& registry, const char* name, const LogicalType& first, const LogicalType& second) {
  auto function =
      AggregateFunction::BinaryAggregate<HllState, A, B, duckdb::string_t, Operation>(first, second, LogicalType::BLOB);
  function.name = name;
  function.destructor = AggregateFunction::StateDestroy<HllState, Operation>;
  registry.add(std::move(function), kRaises);
}

std::int64_t estimate(BytesView sketch) {
  return static_cast<std::int64_t>(std::floor(decoded(sketch.bytes, "`hll_sketch_estimate`").estimate() + 0.5));
}

Bytes unite(BytesView first, BytesView second, bool may_differ) {
  const HllSketch left = decoded(first.bytes, "`hll_union`"), right = decoded(second.bytes, "`hll_union`");
  check_same_lg_k(left.lg_k(), right.lg_k(), may_differ, "`hll_union`");
  const int lg_k = std::min(left.lg_k(), right.lg_k());
  HllSketch result(lg_k);
  result.unite(left, lg_k, true);
  result.unite(right, lg_k, true);
  return {result.bytes()};
}

Bytes empty_sketch(std::int32_t lg_k) { return {HllSketch(checked_lg_k(lg_k)).bytes()}; }

}  // namespace

void register_hll_kernels(KernelRegistry& registry) {
  const LogicalType blob = LogicalType::BLOB;
  add_aggregate<std::int64_t, std::int32_t, HllOfValues>(registry, "lab_hll_of_values", LogicalType::BIGINT,
                                                         LogicalType::INTEGER);
  add_aggregate<duckdb::string_t, std::int32_t, HllOfValues>(registry, "lab_hll_of_values", blob, LogicalType::INTEGER);
  add_aggregate<duckdb::string_t, bool, HllOfSketches>(registry, "lab_hll_of_sketches", blob, LogicalType::BOOLEAN);
  registry.add(adapt<&estimate>("lab_hll_estimate"), kRaises);
  registry.add(adapt<&unite>("lab_hll_union"), kRaises);
  registry.add(adapt<&empty_sketch>("lab_hll_empty"), kRaises);
}

}  // namespace lab::engine
