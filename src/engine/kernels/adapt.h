#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "compute/moments.h"
#include "duckdb/common/vector_operations/binary_executor.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "engine/kernels/registry.h"

/// Makes a vectorised kernel of a plain function: `adapt<&compute::ascii>("lab_ascii")`. Argument and result types follow from the
/// function's; an optional result is NULL when empty.
namespace lab::engine {

/// How a C++ type travels in a vector.
template <typename T>
struct Wire;

#define LAB_WIRE_PLAIN(type_, logical_)                                          \
  template <>                                                                    \
  struct Wire<type_> {                                                           \
    using Stored = type_;                                                        \
    static duckdb::LogicalType type() { return duckdb::LogicalType::logical_; }  \
    static type_ in(Stored value) { return value; }                              \
    static Stored out(type_ value, duckdb::Vector&) { return value; }            \
  };
LAB_WIRE_PLAIN(bool, BOOLEAN)
LAB_WIRE_PLAIN(std::int8_t, TINYINT)
LAB_WIRE_PLAIN(std::int16_t, SMALLINT)
LAB_WIRE_PLAIN(std::int32_t, INTEGER)
LAB_WIRE_PLAIN(std::int64_t, BIGINT)
LAB_WIRE_PLAIN(float, FLOAT)
LAB_WIRE_PLAIN(double, DOUBLE)
#undef LAB_WIRE_PLAIN

#define LAB_WIRE_MOMENT(type_, member_, stored_, logical_)                                   \
  template <>                                                                                \
  struct Wire<type_> {                                                                       \
    using Stored = duckdb::stored_;                                                          \
    static duckdb::LogicalType type() { return duckdb::LogicalType::logical_; }              \
    static type_ in(Stored value) { return type_{value_of(value)}; }                         \
    static Stored out(type_ value, duckdb::Vector&) { return Stored(value.member_); }        \
    static std::int32_t value_of(duckdb::date_t value) { return value.days; }                \
    static std::int64_t value_of(duckdb::timestamp_t value) { return value.value; }          \
  };
LAB_WIRE_MOMENT(compute::Date, days, date_t, DATE)
LAB_WIRE_MOMENT(compute::Instant, micros, timestamp_t, TIMESTAMP_TZ)
LAB_WIRE_MOMENT(compute::WallClock, micros, timestamp_t, TIMESTAMP)
#undef LAB_WIRE_MOMENT

template <>
struct Wire<std::string_view> {
  using Stored = duckdb::string_t;
  static duckdb::LogicalType type() { return duckdb::LogicalType::VARCHAR; }
  static std::string_view in(const Stored& value) { return {value.GetData(), value.GetSize()}; }
  static Stored out(std::string_view value, duckdb::Vector& result) {
    return duckdb::StringVector::AddStringOrBlob(result, value.data(), value.size());
  }
};
template <>
struct Wire<std::string> : Wire<std::string_view> {};
template <>
struct Wire<compute::BytesView> {
  using Stored = duckdb::string_t;
  static duckdb::LogicalType type() { return duckdb::LogicalType::BLOB; }
  static compute::BytesView in(const Stored& value) { return {{value.GetData(), value.GetSize()}}; }
  static Stored out(const compute::BytesView& value, duckdb::Vector& result) {
    return duckdb::StringVector::AddStringOrBlob(result, value.bytes.data(), value.bytes.size());
  }
};
template <>
struct Wire<compute::Bytes> {
  using Stored = duckdb::string_t;
  static duckdb::LogicalType type() { return duckdb::LogicalType::BLOB; }
  static Stored out(const compute::Bytes& value, duckdb::Vector& result) {
    return duckdb::StringVector::AddStringOrBlob(result, value.bytes.data(), value.bytes.size());
  }
};

template <typename T>
struct ResultOf {
  using Value = T;
  static constexpr bool kOptional = false;
};
template <typename T>
struct ResultOf<std::optional<T>> {
  using Value = T;
  static constexpr bool kOptional = true;
};

/// Rows of any number of arguments: constants once, everything else by its selection.
template <typename R, typename... A, typename Call, std::size_t... I>
void execute_rows(duckdb::DataChunk& arguments, duckdb::Vector& result, Call call, std::index_sequence<I...>) {
  using Value = typename ResultOf<R>::Value;
  using Out = typename Wire<Value>::Stored;
  const bool constant = arguments.AllConstant();
  const duckdb::idx_t count = constant ? 1 : arguments.size();
  duckdb::UnifiedVectorFormat formats[sizeof...(A)];
  for (std::size_t i = 0; i < sizeof...(A); ++i) arguments.data[i].ToUnifiedFormat(arguments.size(), formats[i]);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<Out>(result);
  auto& validity = duckdb::FlatVector::Validity(result);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    const duckdb::idx_t at[] = {formats[I].sel->get_index(row)...};
    if (!(formats[I].validity.RowIsValid(at[I]) && ...)) {
      validity.SetInvalid(row);
      continue;
    }
    auto value = call(Wire<A>::in(duckdb::UnifiedVectorFormat::GetData<typename Wire<A>::Stored>(formats[I])[at[I]])...);
    if constexpr (ResultOf<R>::kOptional) {
      if (!value) {
        validity.SetInvalid(row);
        continue;
      }
      out[row] = Wire<Value>::out(std::move(*value), result);
    } else {
      out[row] = Wire<Value>::out(std::move(value), result);
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <typename R, typename A, typename Call>
void execute_unary(duckdb::DataChunk& arguments, duckdb::Vector& result, Call call) {
  using Value = typename ResultOf<R>::Value;
  using In = typename Wire<A>::Stored;
  using Out = typename Wire<Value>::Stored;
  if constexpr (ResultOf<R>::kOptional) {
    duckdb::UnaryExecutor::ExecuteWithNulls<In, Out>(arguments.data[0], result, arguments.size(),
                                                     [&](const In& in, duckdb::ValidityMask& mask, duckdb::idx_t row) {
                                                       auto value = call(Wire<A>::in(in));
                                                       if (value) return Wire<Value>::out(std::move(*value), result);
                                                       mask.SetInvalid(row);
                                                       return Out{};
                                                     });
  } else {
    duckdb::UnaryExecutor::Execute<In, Out>(arguments.data[0], result, arguments.size(),
                                            [&](const In& in) { return Wire<Value>::out(call(Wire<A>::in(in)), result); });
  }
}

template <typename R, typename A, typename B, typename Call>
void execute_binary(duckdb::DataChunk& arguments, duckdb::Vector& result, Call call) {
  using Value = typename ResultOf<R>::Value;
  using Left = typename Wire<A>::Stored;
  using Right = typename Wire<B>::Stored;
  using Out = typename Wire<Value>::Stored;
  auto &left = arguments.data[0], &right = arguments.data[1];
  if constexpr (ResultOf<R>::kOptional) {
    duckdb::BinaryExecutor::ExecuteWithNulls<Left, Right, Out>(
        left, right, result, arguments.size(), [&](const Left& a, const Right& b, duckdb::ValidityMask& mask, duckdb::idx_t row) {
          auto value = call(Wire<A>::in(a), Wire<B>::in(b));
          if (value) return Wire<Value>::out(std::move(*value), result);
          mask.SetInvalid(row);
          return Out{};
        });
  } else {
    duckdb::BinaryExecutor::Execute<Left, Right, Out>(left, right, result, arguments.size(), [&](const Left& a, const Right& b) {
      return Wire<Value>::out(call(Wire<A>::in(a), Wire<B>::in(b)), result);
    });
  }
}

template <typename R, typename... A, typename Call>
duckdb::ScalarFunction adapted(std::string name, Call call) {
  auto run = [call](duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
    if constexpr (sizeof...(A) == 1) {
      execute_unary<R, A...>(arguments, result, call);
    } else if constexpr (sizeof...(A) == 2) {
      execute_binary<R, A...>(arguments, result, call);
    } else {
      execute_rows<R, A...>(arguments, result, call, std::index_sequence_for<A...>());
    }
  };
  return duckdb::ScalarFunction(std::move(name), {Wire<std::decay_t<A>>::type()...}, Wire<typename ResultOf<R>::Value>::type(), run);
}

template <auto Function>
struct Adapt;
template <typename R, typename... A, R (*Function)(A...)>
struct Adapt<Function> {
  static duckdb::ScalarFunction make(std::string name) {
    return adapted<R, std::decay_t<A>...>(std::move(name), [](std::decay_t<A>... arguments) { return Function(std::move(arguments)...); });
  }
};

template <auto Function>
duckdb::ScalarFunction adapt(std::string name) {
  return Adapt<Function>::make(std::move(name));
}

/// A captureless lambda: `adapt("lab_x", [](double a) { … })`.
template <typename Lambda>
duckdb::ScalarFunction adapt(std::string name, Lambda lambda) {
  return [&]<typename R, typename... A>(R (*)(A...)) { return adapted<R, std::decay_t<A>...>(std::move(name), lambda); }(+lambda);
}

inline constexpr KernelTraits kRaises{.may_raise = true};

}  // namespace lab::engine
