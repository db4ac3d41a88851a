#include "engine/kernels/registry.h"

#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/main/client_context.hpp"

namespace lab::engine {
namespace {

template <typename Function>
void apply(Function& function, KernelTraits traits) {
  if (traits.may_raise) function.SetFallible();
  if (traits.is_volatile) function.SetVolatile();
  if (traits.sees_nulls) function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
}

}  // namespace

void KernelRegistry::add(duckdb::ScalarFunction function, KernelTraits traits) {
  apply(function, traits);
  if (traits.may_raise && function.HasFunctionCallback()) {
    // DuckDB keeps only the text of foreign exceptions; ours must become its own before they leave the kernel.
    function.SetFunctionCallback([callback = function.GetFunctionCallback()](duckdb::DataChunk& arguments, duckdb::ExpressionState& state,
                                                                             duckdb::Vector& result) {
      try {
        callback(arguments, state, result);
      } catch (const Error& error) {
        raise(error);
      }
    });
  }
  scalars_.push_back(std::move(function));
}

void KernelRegistry::add(duckdb::AggregateFunction function, KernelTraits traits) {
  apply(function, traits);
  aggregates_.push_back(std::move(function));
}

void KernelRegistry::add(std::string name, duckdb::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
                         duckdb::scalar_function_t callback, KernelTraits traits) {
  add(duckdb::ScalarFunction(std::move(name), std::move(arguments), std::move(result), std::move(callback)), traits);
}

void InterruptCheck::look() {
  if (state_.GetContext().IsInterrupted()) throw duckdb::InterruptException();
}

}  // namespace lab::engine
