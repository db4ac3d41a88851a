#include "engine/kernels/registry.h"

#include "duckdb/common/error_data.hpp"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/planner/expression.hpp"
#include "engine/kernels/wrapped_error.h"

namespace lab::engine {
namespace {

template <typename Function>
void apply(Function& function, KernelTraits traits) {
  if (traits.may_raise) function.SetFallible();
  if (traits.is_volatile) function.SetVolatile();
  if (traits.sees_nulls) function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
}

// Passes an error on with the place of the call, by which the user's own text is found again.
[[noreturn]] void rethrow_located(const std::exception& exception, duckdb::ExpressionState& state) {
  const auto location = state.expr.GetQueryLocation();
  const auto* ours = dynamic_cast<const Error*>(&exception);
  try {
    if (ours) raise(*ours);
    throw;
  } catch (const duckdb::Exception& wrapped) {
    const duckdb::ErrorData error(wrapped);
    auto extra = error.ExtraInfo();
    if (!location.IsValid() || !extra.contains(kConditionKey)) throw;
    extra[kPositionKey] = std::to_string(location.GetIndex());
    throw duckdb::Exception(extra, error.Type(), error.RawMessage());
  }
}

}  // namespace

void KernelRegistry::add(duckdb::ScalarFunction function, KernelTraits traits) {
  apply(function, traits);
  if (function.HasFunctionCallback()) {
    // DuckDB keeps only the text of foreign exceptions; ours must become its own before they leave the kernel. Its internal
    // ones (a Value that is NULL was asked for its number) would end the whole database: they end the statement.
    function.SetFunctionCallback([callback = function.GetFunctionCallback()](duckdb::DataChunk& arguments, duckdb::ExpressionState& state,
                                                                             duckdb::Vector& result) {
      try {
        callback(arguments, state, result);
      } catch (const duckdb::InternalException& broken) {
        raise(Error(lab::conditions::kInternalError, {{"message", duckdb::ErrorData(broken).RawMessage()}}));
      } catch (const std::exception& exception) {
        rethrow_located(exception, state);
      }
    });
  }
  const std::string name = function.name;
  scalars_.try_emplace(name, name).first->second.AddFunction(std::move(function));
}

void KernelRegistry::add(duckdb::AggregateFunction function, KernelTraits traits) {
  apply(function, traits);
  const std::string name = function.name;
  aggregates_.try_emplace(name, name).first->second.AddFunction(std::move(function));
}

void KernelRegistry::add(std::string name, duckdb::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
                         duckdb::scalar_function_t callback, KernelTraits traits) {
  add(duckdb::ScalarFunction(std::move(name), std::move(arguments), std::move(result), std::move(callback)), traits);
}

void InterruptCheck::look() {
  if (state_.GetContext().IsInterrupted()) throw duckdb::InterruptException();
}

}  // namespace lab::engine
