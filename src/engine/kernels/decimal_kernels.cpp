#include <cmath>

#include "compute/integer_math.h"
#include "compute/real_math.h"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"

/// Decimal kernels take the result's precision and scale as constants, read once in `bind`: `lab_decimal_add(a, b, p,
/// s, raises)`.
namespace lab::engine {

namespace {

using compute::DecimalShape;
using compute::Int128;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

struct DecimalBind : duckdb::FunctionData {
  DecimalShape shape;
  bool raises = false;
  compute::Rounding rounding = compute::Rounding::HalfUp;

  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<DecimalBind>(*this); }
  bool Equals(const duckdb::FunctionData& other_data) const override {
    const auto& other = other_data.Cast<DecimalBind>();
    return shape.precision == other.shape.precision && shape.scale == other.shape.scale && raises == other.raises &&
           rounding == other.rounding;
  }
};

duckdb::Value constant_of(duckdb::ClientContext& context, duckdb::Expression& expression) {
  return duckdb::ExpressionExecutor::EvaluateScalar(context, expression);
}

/// Reads precision, scale and flag from argument `first` on.
template <std::size_t First, bool HasMode = false>
duckdb::unique_ptr<duckdb::FunctionData> bind_decimal(
    duckdb::ClientContext& context, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto bind = duckdb::make_uniq<DecimalBind>();
  bind->shape.precision = constant_of(context, *arguments[First]).GetValue<std::int32_t>();
  bind->shape.scale = constant_of(context, *arguments[First + 1]).GetValue<std::int32_t>();
  if (HasMode) {
    const std::string mode = constant_of(context, *arguments[First + 2]).ToString();
    bind->rounding = mode == "half_even" ? compute::Rounding::HalfEven
                     : mode == "ceil"    ? compute::Rounding::Ceiling
                     : mode == "floor"   ? compute::Rounding::Floor
                                         : compute::Rounding::HalfUp;
  }
  bind->raises = constant_of(context, *arguments[First + 2 + (HasMode ? 1 : 0)]).GetValue<bool>();
  for (std::size_t i = 0; i < First && i < arguments.size(); ++i) {
    if (function.GetArguments()[i].id() == LogicalTypeId::DECIMAL) {
      auto type = arguments[i]->return_type;
      function.GetArguments()[i] = type.id() == LogicalTypeId::DECIMAL ? type : LogicalType::DECIMAL(38, 0);
    }
  }
  function.SetReturnType(LogicalType::DECIMAL(static_cast<std::uint8_t>(bind->shape.precision),
                                              static_cast<std::uint8_t>(bind->shape.scale)));
  return bind;
}

const DecimalBind& bind_of(ExpressionState& state) {
  return state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<DecimalBind>();
}

[[noreturn]] void out_of_range(const std::string& value, const DecimalBind& bind) {
  compute::throw_decimal_range(value, bind.shape.precision, bind.shape.scale);
}

struct AddDecimals {
  static constexpr bool kDivides = false;
  static auto run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    return compute::add_decimals(a, sa, b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128 b, int sb) { return compute::exact_sum(a, sa, b, sb); }
};
struct SubtractDecimals {
  static constexpr bool kDivides = false;
  static auto run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    return compute::add_decimals(a, sa, -b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128 b, int sb) { return compute::exact_sum(a, sa, -b, sb); }
};
struct MultiplyDecimals {
  static constexpr bool kDivides = false;
  static auto run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    return compute::multiply_decimals(a, sa, b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128 b, int sb) { return compute::exact_product(a, sa, b, sb); }
};
struct DivideDecimals {
  static constexpr bool kDivides = true;
  static auto run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    return compute::divide_decimals(a, sa, b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128 b, int sb) { return compute::exact_quotient(a, sa, b, sb); }
};
struct RemainderDecimals {
  static constexpr bool kDivides = true;
  static auto run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    return compute::remainder_decimals(a, sa, b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128, int) { return compute::plain_text(a, sa); }
};
struct PmodDecimals {
  static constexpr bool kDivides = true;
  static std::optional<Int128> run(Int128 a, int sa, Int128 b, int sb, DecimalShape shape) {
    auto r = compute::remainder_decimals(a, sa, b, sb, shape);
    if (!r || *r >= 0) return r;
    const auto sum = compute::add_decimals(*r, shape.scale, b, sb, {38, shape.scale});
    if (!sum) return {};
    return compute::remainder_decimals(*sum, shape.scale, b, sb, shape);
  }
  static std::string exact(Int128 a, int sa, Int128, int) { return compute::plain_text(a, sa); }
};

/// Raises for a result that has no room, unless it shall be NULL.
template <typename Operator>
void refuse(Int128 a, int scale_a, Int128 b, int scale_b, const DecimalBind& bind) {
  if (!bind.raises) return;
  out_of_range(Operator::exact(a, scale_a, b, scale_b), bind);
}

bool is_narrow(Int128 value) { return value == static_cast<std::int64_t>(value); }

/// Products that are not rounded: of two numbers of 64 bits, as nearly all are, one has less than 38 digits.
void run_plain_product(Vector& left, Vector& right, Vector& result, duckdb::idx_t count, const DecimalBind& bind) {
  const int scale_left = duckdb::DecimalType::GetScale(left.GetType()), scale_right = duckdb::DecimalType::GetScale(right.GetType());
  with_decimal_type(left, [&]<typename Left>(Left) {
    with_decimal_type(right, [&]<typename Right>(Right) {
      duckdb::BinaryExecutor::ExecuteWithNulls<Left, Right, duckdb::hugeint_t>(
          left, right, result, count, [&](Left l, Right r, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            const Int128 a = to_int128(l), b = to_int128(r);
            if (is_narrow(a) && is_narrow(b)) return to_hugeint(static_cast<Int128>(static_cast<std::int64_t>(a)) * static_cast<std::int64_t>(b));
            if (const auto product = compute::multiply_decimals(a, scale_left, b, scale_right, bind.shape)) return to_hugeint(*product);
            refuse<MultiplyDecimals>(a, scale_left, b, scale_right, bind);
            mask.SetInvalid(row);
            return duckdb::hugeint_t{};
          });
    });
  });
}

template <typename Operator>
void run_decimal(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const DecimalBind& bind = bind_of(state);
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  const DecimalArgument left(arguments.data[0], arguments.size()), right(arguments.data[1], arguments.size());
  if constexpr (std::is_same_v<Operator, MultiplyDecimals>) {
    if (bind.shape.precision == 38 && bind.shape.scale == left.scale() + right.scale())
      return run_plain_product(arguments.data[0], arguments.data[1], result, arguments.size(), bind);
  }
  DecimalResult out(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    if (!left.is_valid(row) || !right.is_valid(row)) {
      out.set_null(row);
      continue;
    }
    const Int128 a = left[row], b = right[row];
    if constexpr (Operator::kDivides) {
      if (b == 0) {
        if (bind.raises) {
          if constexpr (std::is_same_v<Operator, DivideDecimals>) compute::throw_divide_by_zero();
          compute::throw_remainder_by_zero();
        }
        out.set_null(row);
        continue;
      }
    }
    const auto value = Operator::run(a, left.scale(), b, right.scale(), bind.shape);
    if (value) {
      out.set(row, *value);
    } else {
      refuse<Operator>(a, left.scale(), b, right.scale(), bind);
      out.set_null(row);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// One decimal in, one out by the bound shape.
template <typename Call>
void run_one(DataChunk& arguments, ExpressionState& state, Vector& result, Call call) {
  const DecimalBind& bind = bind_of(state);
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  const DecimalArgument in(arguments.data[0], arguments.size());
  DecimalResult out(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    if (!in.is_valid(row)) {
      out.set_null(row);
      continue;
    }
    const auto value = call(in[row], in.scale(), row, bind);
    if (value) {
      out.set(row, *value);
    } else {
      if (bind.raises) out_of_range(compute::plain_text(in[row], in.scale()), bind);
      out.set_null(row);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void run_cast(DataChunk& arguments, ExpressionState& state, Vector& result) {
  run_one(arguments, state, result, [](Int128 value, int scale, duckdb::idx_t, const DecimalBind& bind) {
    return compute::rescale(value, scale, bind.shape);
  });
}

/// The sum of an aggregate; one beyond 38 digits comes as 10^38.
bool is_overflown(Int128 sum, const DecimalBind& bind, std::string_view tolerant) {
  const auto limit = static_cast<Int128>(compute::power_of_ten(38));
  if (sum < limit && sum > -limit) return false;
  if (bind.raises) compute::throw_overflow("Overflow in sum of decimals", tolerant);
  return true;
}

void run_checked(DataChunk& arguments, ExpressionState& state, Vector& result) {
  run_one(arguments, state, result,
          [](Int128 value, int scale, duckdb::idx_t, const DecimalBind& bind) -> std::optional<Int128> {
            if (is_overflown(value, bind, "try_sum")) return {};
            return compute::rescale(value, scale, bind.shape);
          });
}

void run_round(DataChunk& arguments, ExpressionState& state, Vector& result) {
  duckdb::UnifiedVectorFormat scales;
  arguments.data[1].ToUnifiedFormat(arguments.size(), scales);
  run_one(arguments, state, result, [&](Int128 value, int scale, duckdb::idx_t row, const DecimalBind& bind) {
    const auto to = duckdb::UnifiedVectorFormat::GetData<std::int32_t>(scales)[scales.sel->get_index(row)];
    return compute::round_decimal(value, scale, to, bind.rounding, bind.shape);
  });
}

/// lab_decimal_average(sum, count, scale, p, s, raises)
void run_average(DataChunk& arguments, ExpressionState& state, Vector& result) {
  duckdb::UnifiedVectorFormat counts;
  arguments.data[1].ToUnifiedFormat(arguments.size(), counts);
  run_one(arguments, state, result,
          [&](Int128 sum, int scale, duckdb::idx_t row, const DecimalBind& bind) -> std::optional<Int128> {
            const auto count = duckdb::UnifiedVectorFormat::GetData<std::int64_t>(counts)[counts.sel->get_index(row)];
            if (is_overflown(sum, bind, "try_avg")) return {};
            return compute::divide_decimals(sum, scale, count, 0, bind.shape);
          });
}

void run_from_double(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const DecimalBind& bind = bind_of(state);
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat format;
  arguments.data[0].ToUnifiedFormat(arguments.size(), format);
  DecimalResult out(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    const auto at = format.sel->get_index(row);
    if (!format.validity.RowIsValid(at)) {
      out.set_null(row);
      continue;
    }
    const double in = duckdb::UnifiedVectorFormat::GetData<double>(format)[at];
    const auto value = compute::decimal_of(in, bind.shape);
    if (value) {
      out.set(row, *value);
    } else {
      if (bind.raises && std::isfinite(in)) out_of_range(compute::plain_digits(in), bind);
      out.set_null(row);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void run_parse(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const DecimalBind& bind = bind_of(state);
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat format;
  arguments.data[0].ToUnifiedFormat(arguments.size(), format);
  DecimalResult out(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    const auto at = format.sel->get_index(row);
    if (!format.validity.RowIsValid(at)) {
      out.set_null(row);
      continue;
    }
    const auto& text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[at];
    bool malformed = false;
    const auto value = compute::parse_decimal({text.GetData(), text.GetSize()}, bind.shape, malformed);
    if (value) {
      out.set(row, *value);
    } else {
      if (bind.raises) {
        if (malformed)
          compute::throw_cast_invalid(
              {text.GetData(), text.GetSize()},
              "DECIMAL(" + std::to_string(bind.shape.precision) + "," + std::to_string(bind.shape.scale) + ")");
        out_of_range(compute::plain_number({text.GetData(), text.GetSize()}), bind);
      }
      out.set_null(row);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Integers of decimals: the fraction is cut; legacy wraps.
enum class Narrow : std::uint8_t { Raise, Null, Wrap };

template <typename T, Narrow Mode>
void run_to_integer(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  const DecimalArgument in(arguments.data[0], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<T>(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    if (!in.is_valid(row)) {
      duckdb::FlatVector::Validity(result).SetInvalid(row);
      continue;
    }
    const Int128 value = in[row] / static_cast<Int128>(compute::power_of_ten(in.scale()));
    if (Mode != Narrow::Wrap && (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())) {
      if (Mode == Narrow::Raise) {
        const auto precision = duckdb::DecimalType::GetWidth(arguments.data[0].GetType());
        constexpr std::string_view kNames[] = {"TINYINT", "SMALLINT", "", "INT", "", "", "", "BIGINT"};
        compute::throw_cast_overflow(compute::plain_text(in[row], in.scale()) + "BD",
                                     "DECIMAL(" + std::to_string(precision) + "," + std::to_string(in.scale()) + ")",
                                     kNames[sizeof(T) - 1]);
      }
      duckdb::FlatVector::Validity(result).SetInvalid(row);
      continue;
    }
    out[row] = static_cast<T>(value);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <bool Raises>
void run_integral_divide(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  const DecimalArgument left(arguments.data[0], arguments.size()), right(arguments.data[1], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<std::int64_t>(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    const bool valid = left.is_valid(row) && right.is_valid(row);
    if (!valid || right[row] == 0) {
      if (valid && Raises) compute::throw_divide_by_zero();
      duckdb::FlatVector::Validity(result).SetInvalid(row);
      continue;
    }
    out[row] = compute::integral_quotient(left[row], left.scale(), right[row], right.scale());
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// The widths of DECIMAL arguments are whatever the call has.
duckdb::unique_ptr<duckdb::FunctionData> keep_decimals(
    duckdb::ClientContext&, duckdb::ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && i < function.GetArguments().size(); ++i) {
    if (function.GetArguments()[i].id() != LogicalTypeId::DECIMAL) continue;
    auto type = arguments[i]->return_type;
    function.GetArguments()[i] = type.id() == LogicalTypeId::DECIMAL ? type : LogicalType::DECIMAL(38, 0);
  }
  return nullptr;
}

template <auto Print>
void run_text(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const auto count = constant ? 1 : arguments.size();
  const DecimalArgument in(arguments.data[0], arguments.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    if (in.is_valid(row))
      out[row] = duckdb::StringVector::AddString(result, Print(in[row], in.scale()));
    else
      duckdb::FlatVector::Validity(result).SetInvalid(row);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

const LogicalType kAnyDecimal(LogicalTypeId::DECIMAL);

void add_shaped(KernelRegistry& registry, const std::string& name, duckdb::vector<LogicalType> arguments,
                duckdb::scalar_function_t run, duckdb::bind_scalar_function_t bind) {
  duckdb::ScalarFunction function(name, std::move(arguments), kAnyDecimal, std::move(run), bind);
  registry.add(std::move(function), kRaises);
}

template <typename T>
void add_to_integer(KernelRegistry& registry, const std::string& name, LogicalType type) {
  registry.add(duckdb::ScalarFunction(name, {kAnyDecimal}, type, &run_to_integer<T, Narrow::Raise>, &keep_decimals),
               kRaises);
  registry.add(
      duckdb::ScalarFunction(name + "_try", {kAnyDecimal}, type, &run_to_integer<T, Narrow::Null>, &keep_decimals));
  registry.add(
      duckdb::ScalarFunction(name + "_legacy", {kAnyDecimal}, type, &run_to_integer<T, Narrow::Wrap>, &keep_decimals));
}

}  // namespace

void register_decimal_kernels(KernelRegistry& registry) {
  const LogicalType i = LogicalType::INTEGER, b = LogicalType::BOOLEAN, l = LogicalType::BIGINT,
                    t = LogicalType::VARCHAR;
  add_shaped(registry, "lab_decimal_add", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<AddDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_subtract", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<SubtractDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_multiply", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<MultiplyDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_divide", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<DivideDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_remainder", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<RemainderDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_pmod", {kAnyDecimal, kAnyDecimal, i, i, b}, &run_decimal<PmodDecimals>,
             &bind_decimal<2>);
  add_shaped(registry, "lab_decimal_cast", {kAnyDecimal, i, i, b}, &run_cast, &bind_decimal<1>);
  add_shaped(registry, "lab_decimal_checked", {kAnyDecimal, i, i, b}, &run_checked, &bind_decimal<1>);
  add_shaped(registry, "lab_decimal_round", {kAnyDecimal, i, i, i, t, b}, &run_round, &bind_decimal<2, true>);
  add_shaped(registry, "lab_decimal_average", {kAnyDecimal, l, i, i, i, b}, &run_average, &bind_decimal<3>);
  add_shaped(registry, "lab_double_to_decimal", {LogicalType::DOUBLE, i, i, b}, &run_from_double, &bind_decimal<1>);
  add_shaped(registry, "lab_parse_decimal", {t, i, i, b}, &run_parse, &bind_decimal<1>);
  registry.add(duckdb::ScalarFunction("lab_decimal_integral_divide", {kAnyDecimal, kAnyDecimal}, l,
                                      &run_integral_divide<true>, &keep_decimals),
               kRaises);
  registry.add(duckdb::ScalarFunction("lab_decimal_integral_divide_try", {kAnyDecimal, kAnyDecimal}, l,
                                      &run_integral_divide<false>, &keep_decimals));
  add_to_integer<std::int8_t>(registry, "lab_to_tinyint", LogicalType::TINYINT);
  add_to_integer<std::int16_t>(registry, "lab_to_smallint", LogicalType::SMALLINT);
  add_to_integer<std::int32_t>(registry, "lab_to_int", LogicalType::INTEGER);
  add_to_integer<std::int64_t>(registry, "lab_to_bigint", LogicalType::BIGINT);
  registry.add(duckdb::ScalarFunction("lab_decimal_text", {kAnyDecimal}, t, &run_text<&compute::decimal_string>,
                                      &keep_decimals));
  registry.add(
      duckdb::ScalarFunction("lab_decimal_plain", {kAnyDecimal}, t, &run_text<&compute::plain_text>, &keep_decimals));
}

}  // namespace lab::engine
