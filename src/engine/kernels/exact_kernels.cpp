#include <algorithm>

#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

/// Sums, differences and products of decimals whose result has room for every value: nothing to check, nothing to round, in 128 bits.
/// `lab_decimal_product(a, b, p, s)`. DuckDB's own would stop at 18 digits when both sides have no more, and raise.
namespace lab::engine {

namespace {

using compute::Int128;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

template <typename Call>
void run_exact(duckdb::DataChunk& arguments, Vector& result, Call call) {
  auto &left = arguments.data[0], &right = arguments.data[1];
  with_decimal_type(left, [&]<typename Left>(Left) {
    with_decimal_type(right, [&]<typename Right>(Right) {
      duckdb::BinaryExecutor::Execute<Left, Right, duckdb::hugeint_t>(
          left, right, result, arguments.size(), [call](Left a, Right b) { return to_hugeint(call(to_int128(a), to_int128(b))); });
    });
  });
}

void run_product(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  run_exact(arguments, result, [](Int128 a, Int128 b) { return a * b; });
}

template <bool Subtracts>
void run_sum(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  const int scale = duckdb::DecimalType::GetScale(result.GetType());
  const auto factor = [&](std::size_t i) {
    return static_cast<Int128>(compute::power_of_ten(scale - duckdb::DecimalType::GetScale(arguments.data[i].GetType())));
  };
  const Int128 left = factor(0), right = Subtracts ? -factor(1) : factor(1);
  if (left == 1 && right == (Subtracts ? -1 : 1)) {
    run_exact(arguments, result, [](Int128 a, Int128 b) { return Subtracts ? a - b : a + b; });
  } else {
    run_exact(arguments, result, [=](Int128 a, Int128 b) { return a * left + b * right; });
  }
}

duckdb::unique_ptr<duckdb::FunctionData> bind_exact(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const auto constant = [&](std::size_t i) {
    return duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[i]).GetValue<std::int32_t>();
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& type = arguments[i]->return_type;
    function.GetArguments()[i] = type.id() == LogicalTypeId::DECIMAL ? type : LogicalType::DECIMAL(38, 0);
  }
  // The loops write 128 bits, which DuckDB takes beyond this.
  constexpr int kWordDigits = 18;
  const int precision = std::max(constant(2), kWordDigits + 1);
  function.SetReturnType(LogicalType::DECIMAL(static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(constant(3))));
  return nullptr;
}

}  // namespace

void register_exact_kernels(KernelRegistry& registry) {
  const LogicalType decimal(LogicalTypeId::DECIMAL), i = LogicalType::INTEGER;
  const auto add = [&](const std::string& name, duckdb::scalar_function_t run) {
    registry.add(duckdb::ScalarFunction(name, {decimal, decimal, i, i}, decimal, std::move(run), &bind_exact));
  };
  add("lab_decimal_product", &run_product);
  add("lab_decimal_plus", &run_sum<false>);
  add("lab_decimal_minus", &run_sum<true>);
}

}  // namespace lab::engine
