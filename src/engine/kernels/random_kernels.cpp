#include <atomic>
#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/java_random.h"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// rand(seed) and its kin: a sequence for each part of the data, as Spark has one for each partition. The first part that comes has the
/// seed itself, so data in one part gives Spark's own numbers.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Vector;

struct Parts : duckdb::FunctionData {
  std::shared_ptr<std::atomic<std::int64_t>> next = std::make_shared<std::atomic<std::int64_t>>(0);

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<Parts>(*this); }
  bool Equals(const duckdb::FunctionData& data) const override { return next == data.Cast<Parts>().next; }
};

duckdb::unique_ptr<duckdb::FunctionData> bind_parts(duckdb::ClientContext&, duckdb::ScalarFunction&, duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) {
  return duckdb::make_uniq<Parts>();
}

struct Sequence : duckdb::FunctionLocalState {
  std::optional<compute::SparkRandom> random;
};

duckdb::unique_ptr<duckdb::FunctionLocalState> start_sequence(ExpressionState&, const duckdb::BoundFunctionExpression&, duckdb::FunctionData*) {
  return duckdb::make_uniq<Sequence>();
}

/// The part's sequence; its number is drawn when its first rows come, for many threads have a state and no rows.
compute::SparkRandom& sequence_of(ExpressionState& state, Vector& seed) {
  auto& sequence = duckdb::ExecuteFunctionState::GetFunctionState(state)->Cast<Sequence>();
  if (!sequence.random) {
    const auto& parts = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<Parts>();
    const duckdb::Value value = seed.GetValue(0);
    const auto start = value.IsNull() ? 0 : static_cast<std::uint64_t>(value.GetValue<std::int64_t>());
    sequence.random.emplace(static_cast<std::int64_t>(start + static_cast<std::uint64_t>(parts.next->fetch_add(1))));
  }
  return *sequence.random;
}

template <auto Draw>
void draw(DataChunk& arguments, ExpressionState& state, Vector& result) {
  if (arguments.size() == 0) return;
  auto& random = sequence_of(state, arguments.data[0]);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<double>(result);
  for (idx_t row = 0; row < arguments.size(); ++row) out[row] = (random.*Draw)();
}

/// (seed, length): digits and letters.
void text(DataChunk& arguments, ExpressionState& state, Vector& result) {
  if (arguments.size() == 0) return;
  auto& random = sequence_of(state, arguments.data[0]);
  static constexpr char kCharacters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  const duckdb::Value given = arguments.data[1].GetValue(0);
  const std::int32_t length = given.IsNull() ? 0 : given.GetValue<std::int32_t>();
  if (length < 0)
    throw Error(compute::conditions::kSliceLength, {{"parameter", "`length`"}, {"functionName", "`randstr`"}, {"length", std::to_string(length)}});
  std::string value(static_cast<std::size_t>(length), '\0');
  for (idx_t row = 0; row < arguments.size(); ++row) {
    for (char& c : value) c = kCharacters[std::abs(random.next(32) % 62)];
    out[row] = duckdb::StringVector::AddString(result, value);
  }
}

duckdb::ScalarFunction drawn(const char* name, duckdb::vector<LogicalType> arguments, const LogicalType& result, duckdb::scalar_function_t run) {
  duckdb::ScalarFunction function(name, std::move(arguments), result, std::move(run), &bind_parts);
  function.SetInitStateCallback(&start_sequence);
  return function;
}

}  // namespace

void register_random_kernels(KernelRegistry& registry) {
  const LogicalType seed = LogicalType::BIGINT, number = LogicalType::DOUBLE;
  const KernelTraits traits{.is_volatile = true, .sees_nulls = true};
  registry.add(drawn("lab_rand", {seed}, number, &draw<&compute::SparkRandom::next_double>), traits);
  registry.add(drawn("lab_randn", {seed}, number, &draw<&compute::SparkRandom::next_gaussian>), traits);
  registry.add(drawn("lab_randstr", {seed, LogicalType::INTEGER}, LogicalType::VARCHAR, &text), {.may_raise = true, .is_volatile = true, .sees_nulls = true});
}

}  // namespace lab::engine
