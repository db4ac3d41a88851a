#include <cmath>

#include "base/error.h"
#include "compute/conditions.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::Vector;
using std::string_view;

[[noreturn]] void raise_user(string_view message) {
  throw Error(compute::conditions::kUserRaised, {{"errorMessage", std::string(message)}});
}

double normal_of(double a, double b) {
  // Box-Muller; the first number must not be 0.
  return std::sqrt(-2 * std::log(1 - a)) * std::cos(2 * 3.141592653589793 * b);
}

/// NULL when it holds; else it raises. The result's type is whatever stands for void.
void assert_true(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat conditions, messages;
  arguments.data[0].ToUnifiedFormat(arguments.size(), conditions);
  arguments.data[1].ToUnifiedFormat(arguments.size(), messages);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const auto c = conditions.sel->get_index(row), m = messages.sel->get_index(row);
    const bool holds = conditions.validity.RowIsValid(c) && duckdb::UnifiedVectorFormat::GetData<bool>(conditions)[c];
    if (!holds) raise_user(Wire<string_view>::in(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(messages)[m]));
    duckdb::FlatVector::SetNull(result, row, true);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_misc_kernels(KernelRegistry& registry) {
  registry.add("lab_assert_true", {LogicalType::BOOLEAN, LogicalType::VARCHAR}, LogicalType::BOOLEAN, &assert_true,
               {.may_raise = true, .is_volatile = true, .sees_nulls = true});
  registry.add(adapt("lab_raise_error", [](string_view message) -> bool { raise_user(message); }),
               {.may_raise = true, .is_volatile = true});
  registry.add(adapt("lab_rand_any", [](double random) { return random; }));
  registry.add(adapt("lab_randn_any", [](double random) {
    // One draw of 53 bits gives two numbers of 26.
    const double scaled = random * 0x1.0p26;
    return normal_of(scaled - std::floor(scaled), std::floor(scaled) * 0x1.0p-26);
  }));
}

}  // namespace lab::engine
