#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "duckdb/function/aggregate_function.hpp"
#include "duckdb/function/function_set.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "engine/kernels/raise.h"

/// How a file of kernels registers vectorised functions. A file `engine/kernels/<family>.cpp` holds its kernels and one function
/// `void register_<family>_kernels(KernelRegistry&)`, which `all_kernels.cpp` calls. Names are `lab_<what>`, lower case.
///
/// Rules of a kernel:
/// - Use DuckDB's executors (UnaryExecutor::Execute, BinaryExecutor::Execute, …WithNulls): they keep constants and
///   dictionaries and carry NULLs. One that walks vectors itself sets the result's vector type when all arguments are constant.
/// - Errors are thrown by raise() or as lab::Error. Whatever can throw is registered with `may_raise`, or DuckDB runs it
///   over dictionary values whose rows were filtered out.
/// - A loop that can take more than a few milliseconds a row (regular expressions, sequences) ticks an InterruptCheck.
/// - Time zone and ANSI mode come as arguments; constant arguments are read in `bind`, which may fold them into FunctionData.
namespace lab::engine {

struct KernelTraits {
  bool may_raise = false;
  bool is_volatile = false;  ///< another value for each row: never folded, never shared
  /// The kernel sees NULL arguments itself. Otherwise a NULL constant argument makes the call NULL at bind time, and the
  /// executors give NULL for NULL rows.
  bool sees_nulls = false;
};

/// Collects the functions of all kernel files; overloads of one name become one function set.
class KernelRegistry {
 public:
  /// `function` has its name, argument types, result type and callback set (and `bind`, `varargs`, `init_local_state` as needed).
  void add(duckdb::ScalarFunction function, KernelTraits traits = {});
  void add(duckdb::AggregateFunction function, KernelTraits traits = {});
  /// Shorthand for the plain case.
  void add(std::string name, duckdb::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result, duckdb::scalar_function_t callback,
           KernelTraits traits = {});

  /// A set for each name: an overload that comes alone makes the catalog copy all those before it.
  const std::map<std::string, duckdb::ScalarFunctionSet>& scalars() const { return scalars_; }
  const std::map<std::string, duckdb::AggregateFunctionSet>& aggregates() const { return aggregates_; }

 private:
  std::map<std::string, duckdb::ScalarFunctionSet> scalars_;
  std::map<std::string, duckdb::AggregateFunctionSet> aggregates_;
};

/// Every kernel there is (engine/kernels/all_kernels.cpp).
void register_all_kernels(KernelRegistry& registry);

/// Throws DuckDB's interrupt exception when the query was cancelled; looks at the flag every 256 ticks.
class InterruptCheck {
 public:
  explicit InterruptCheck(duckdb::ExpressionState& state) : state_(state) {}
  void tick() {
    if ((++ticks_ & 255U) == 0) look();
  }
  void look();

 private:
  duckdb::ExpressionState& state_;
  unsigned ticks_ = 0;
};

/// Wraps an aggregate's callback (a plain function) so that a lab::Error inside it travels like raise():
/// `raising<&AggregateFunction::UnaryUpdate<…>>` has the same type.
template <auto Function>
struct Raising;
template <typename... Arguments, void (*Function)(Arguments...)>
struct Raising<Function> {
  static void call(Arguments... arguments) {
    try {
      Function(std::forward<Arguments>(arguments)...);
    } catch (const Error& error) {
      raise(error);
    }
  }
};
template <auto Function>
inline constexpr auto raising = &Raising<Function>::call;

}  // namespace lab::engine
