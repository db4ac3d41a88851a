#include "duckdb/common/vector_operations/aggregate_executor.hpp"
#include "duckdb/function/create_sort_key.hpp"
#include "duckdb/planner/expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// max_by and min_by as Spark has them: of rows with equal keys the last one counts. (value, key), both of any type.
namespace lab::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::data_ptr_t;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::PhysicalType;
using duckdb::UnifiedVectorFormat;
using duckdb::Value;
using duckdb::Vector;

constexpr idx_t kNoRow = static_cast<idx_t>(-1);

/// The best row so far. Its value is read once a chunk, when `row` tells that it changed.
struct Extreme {
  std::int64_t number = 0;  ///< the key of whole numbers and moments
  std::string text;         ///< the sort key of everything else
  bool is_set = false;
  idx_t row = kNoRow;
  Value value;
};

struct ExtremeState {
  Extreme* best;
};

template <bool IsMax>
struct ExtremeBy {
  template <typename State>
  static void Initialize(State& state) {
    state.best = nullptr;
  }
  template <typename State>
  static void Destroy(State& state, AggregateInputData&) {
    delete state.best;
    state.best = nullptr;
  }
  template <typename Key>
  static bool wins(const Key& key, const Key& best) {
    return IsMax ? key >= best : key <= best;
  }
  template <typename State, typename Op>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    if (source.best == nullptr) return;
    if (target.best == nullptr) {
      target.best = new Extreme(*source.best);
    } else if (wins(std::tie(source.best->number, source.best->text),
                    std::tie(target.best->number, target.best->text))) {
      *target.best = *source.best;
    }
  }

  /// Offers each row whose key is not NULL to the state that `state_of` gives for it.
  template <typename Stored, typename StateOf>
  static void offer(Vector& values, Vector& keys, idx_t count, StateOf state_of) {
    constexpr bool kIsText = std::is_same_v<Stored, duckdb::string_t>;
    UnifiedVectorFormat nulls, format;
    keys.ToUnifiedFormat(count, nulls);
    Vector sort_keys(LogicalType::BLOB, std::max<idx_t>(count, 1));
    if constexpr (kIsText) {
      duckdb::CreateSortKeyHelpers::CreateSortKey(
          keys, count, duckdb::OrderModifiers(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST),
          sort_keys);
      sort_keys.ToUnifiedFormat(count, format);
    } else {
      keys.ToUnifiedFormat(count, format);
    }
    const auto* data = UnifiedVectorFormat::GetData<Stored>(format);
    std::vector<Extreme*> changed;
    for (idx_t row = 0; row < count; ++row) {
      if (!nulls.validity.RowIsValid(nulls.sel->get_index(row))) continue;
      ExtremeState& state = state_of(row);
      if (state.best == nullptr) state.best = new Extreme;
      Extreme& best = *state.best;
      const Stored& key = data[format.sel->get_index(row)];
      if constexpr (kIsText) {
        const std::string_view text(key.GetData(), key.GetSize());
        if (best.is_set && !wins(text, std::string_view(best.text))) continue;
        best.text = text;
      } else {
        const auto number = static_cast<std::int64_t>(key);
        if (best.is_set && !wins(number, best.number)) continue;
        best.number = number;
      }
      best.is_set = true;
      if (best.row == kNoRow) changed.push_back(&best);
      best.row = row;
    }
    for (Extreme* best : changed) {
      best->value = values.GetValue(best->row);
      best->row = kNoRow;
    }
  }

  template <typename StateOf>
  static void offer_all(Vector inputs[], idx_t count, StateOf state_of) {
    switch (inputs[1].GetType().InternalType()) {
      case PhysicalType::INT8:
        return offer<std::int8_t>(inputs[0], inputs[1], count, state_of);
      case PhysicalType::INT16:
        return offer<std::int16_t>(inputs[0], inputs[1], count, state_of);
      case PhysicalType::INT32:
        return offer<std::int32_t>(inputs[0], inputs[1], count, state_of);
      case PhysicalType::INT64:
        return offer<std::int64_t>(inputs[0], inputs[1], count, state_of);
      default:
        return offer<duckdb::string_t>(inputs[0], inputs[1], count, state_of);
    }
  }

  static void update(Vector inputs[], AggregateInputData&, idx_t, Vector& states, idx_t count) {
    UnifiedVectorFormat format;
    states.ToUnifiedFormat(count, format);
    auto* const* pointers = UnifiedVectorFormat::GetData<ExtremeState*>(format);
    offer_all(inputs, count, [&](idx_t row) -> ExtremeState& { return *pointers[format.sel->get_index(row)]; });
  }
  static void update_one(Vector inputs[], AggregateInputData&, idx_t, data_ptr_t state, idx_t count) {
    offer_all(inputs, count, [&](idx_t) -> ExtremeState& { return *reinterpret_cast<ExtremeState*>(state); });
  }

  static void finalize(Vector& states, AggregateInputData&, Vector& result, idx_t count, idx_t offset) {
    UnifiedVectorFormat format;
    states.ToUnifiedFormat(count, format);
    auto* const* pointers = UnifiedVectorFormat::GetData<ExtremeState*>(format);
    result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
    for (idx_t i = 0; i < count; ++i) {
      const Extreme* best = pointers[format.sel->get_index(i)]->best;
      result.SetValue(offset + i, best == nullptr ? Value(result.GetType()) : best->value);
    }
  }

  static duckdb::unique_ptr<duckdb::FunctionData> bind(
      duckdb::ClientContext&, AggregateFunction& function,
      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    function.GetArguments()[0] = arguments[0]->return_type;
    function.GetArguments()[1] = arguments[1]->return_type;
    function.SetReturnType(arguments[0]->return_type);
    return nullptr;
  }

  static AggregateFunction make(const char* name) {
    return AggregateFunction(name, {LogicalType::ANY, LogicalType::ANY}, LogicalType::ANY,
                             AggregateFunction::StateSize<ExtremeState>,
                             AggregateFunction::StateInitialize<ExtremeState, ExtremeBy>, &update,
                             AggregateFunction::StateCombine<ExtremeState, ExtremeBy>, &finalize, &update_one, &bind,
                             AggregateFunction::StateDestroy<ExtremeState, ExtremeBy>);
  }
};

}  // namespace

void register_extreme_kernels(KernelRegistry& registry) {
  registry.add(ExtremeBy<true>::make("lab_max_by"), {.sees_nulls = true});
  registry.add(ExtremeBy<false>::make("lab_min_by"), {.sees_nulls = true});
}

}  // namespace lab::engine
