#include "base/error.h"
#include "compute/conditions.h"
#include "compute/sketch.h"
#include "duckdb/common/vector_operations/aggregate_executor.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// Aggregates that keep bits and bins: bitmaps, and the sketches that are made of a group's list.
namespace lab::engine {

namespace {

using duckdb::AggregateFunction;
using duckdb::AggregateInputData;
using duckdb::AggregateUnaryInput;
using duckdb::DataChunk;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::UnifiedVectorFormat;
using duckdb::Value;
using duckdb::Vector;
using std::string_view;

constexpr std::size_t kBitmapBytes = 4096;

struct BitmapState {
  std::string* bits;
};

enum class BitmapOperation : std::uint8_t { Construct, Or, And };

template <BitmapOperation Which>
struct Bitmap {
  static constexpr char kStart = Which == BitmapOperation::And ? '\xFF' : '\0';

  template <typename State>
  static void Initialize(State& state) {
    state.bits = nullptr;
  }
  template <typename State>
  static void Destroy(State& state, AggregateInputData&) {
    delete state.bits;
    state.bits = nullptr;
  }
  template <typename State>
  static std::string& bits_of(State& state) {
    if (state.bits == nullptr) state.bits = new std::string(kBitmapBytes, kStart);
    return *state.bits;
  }
  static void add(std::string& bits, std::int64_t position) {
    if (position < 0 || position >= static_cast<std::int64_t>(kBitmapBytes * 8))
      raise(Error(compute::conditions::kBitmapPosition, {{"bitPosition", std::to_string(position)},
                                                         {"bitmapNumBytes", std::to_string(kBitmapBytes)},
                                                         {"bitmapNumBits", std::to_string(kBitmapBytes * 8)}}));
    auto& byte = bits[static_cast<std::size_t>(position / 8)];
    byte = static_cast<char>(byte | 1 << (position % 8));
  }
  /// A shorter bitmap has no bits behind its end.
  static void add(std::string& bits, string_view other) {
    const std::size_t count = std::min(other.size(), bits.size());
    for (std::size_t i = 0; i < count; ++i)
      bits[i] = static_cast<char>(Which == BitmapOperation::And ? bits[i] & other[i] : bits[i] | other[i]);
    if (Which == BitmapOperation::And) std::fill(bits.begin() + static_cast<std::ptrdiff_t>(count), bits.end(), '\0');
  }
  static void add(std::string& bits, const duckdb::string_t& other) { add(bits, Wire<string_view>::in(other)); }
  template <typename Input, typename State, typename Op>
  static void Operation(State& state, const Input& input, AggregateUnaryInput&) {
    add(bits_of(state), input);
  }
  template <typename Input, typename State, typename Op>
  static void ConstantOperation(State& state, const Input& input, AggregateUnaryInput&, idx_t) {
    add(bits_of(state), input);
  }
  template <typename State, typename Op>
  static void Combine(const State& source, State& target, AggregateInputData&) {
    if (source.bits != nullptr) add(bits_of(target), string_view(*source.bits));
  }
  template <typename Result, typename State>
  static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& data) {
    target = duckdb::StringVector::AddStringOrBlob(data.result, bits_of(state));
  }
  static bool IgnoreNull() { return true; }
};

template <typename Input, BitmapOperation Which>
AggregateFunction bitmap(const char* name, const LogicalType& input) {
  using Operation = Bitmap<Which>;
  auto function = AggregateFunction::UnaryAggregateDestructor<BitmapState, Input, duckdb::string_t, Operation>(input, LogicalType::BLOB);
  function.name = name;
  return function;
}

/// The numbers or texts of a list.
template <typename T>
std::vector<T> items_of(const Value& list) {
  std::vector<T> items;
  for (const auto& item : duckdb::ListValue::GetChildren(list)) {
    if (item.IsNull()) continue;
    if constexpr (std::is_same_v<T, std::string>)
      items.push_back(duckdb::StringValue::Get(item));
    else
      items.push_back(item.GetValue<T>());
  }
  return items;
}

/// (values, most bins): a list of structs (x, y).
void histogram(DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const LogicalType bin = duckdb::ListType::GetChildType(result.GetType());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const Value list = arguments.data[0].GetValue(row), most = arguments.data[1].GetValue(row);
    compute::Histogram bins(most.IsNull() ? 1 : most.GetValue<std::int32_t>());
    if (!list.IsNull())
      for (const double value : items_of<double>(list)) bins.add(value);
    if (bins.bins().empty()) {
      result.SetValue(row, Value(result.GetType()));
      continue;
    }
    duckdb::vector<Value> items;
    for (const auto& [x, y] : bins.bins()) items.push_back(Value::STRUCT(bin, {Value::DOUBLE(x), Value::DOUBLE(y)}));
    result.SetValue(row, Value::LIST(bin, std::move(items)));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// (values, eps, confidence, seed)
template <typename T>
void count_min(DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    compute::CountMinSketch sketch(arguments.data[1].GetValue(row).GetValue<double>(), arguments.data[2].GetValue(row).GetValue<double>(),
                                   arguments.data[3].GetValue(row).GetValue<std::int32_t>());
    const Value list = arguments.data[0].GetValue(row);
    if (!list.IsNull())
      for (const auto& item : items_of<T>(list)) sketch.add(item);
    const std::string bytes = sketch.bytes();
    result.SetValue(row, Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data()), bytes.size()));
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_sketch_kernels(KernelRegistry& registry) {
  const LogicalType blob = LogicalType::BLOB, number = LogicalType::DOUBLE, integer = LogicalType::INTEGER, bigint = LogicalType::BIGINT;
  registry.add(bitmap<std::int64_t, BitmapOperation::Construct>("lab_bitmap_construct", bigint), {.may_raise = true});
  registry.add(bitmap<duckdb::string_t, BitmapOperation::Or>("lab_bitmap_or", blob));
  registry.add(bitmap<duckdb::string_t, BitmapOperation::And>("lab_bitmap_and", blob));
  registry.add("lab_histogram", {LogicalType::LIST(number), integer}, LogicalType::LIST(LogicalType::STRUCT({{"f0", number}, {"f1", number}})), &histogram,
               {.sees_nulls = true});
  registry.add("lab_count_min_sketch", {LogicalType::LIST(bigint), number, number, integer}, blob, &count_min<std::int64_t>, {.sees_nulls = true});
  registry.add("lab_count_min_sketch", {LogicalType::LIST(blob), number, number, integer}, blob, &count_min<std::string>, {.sees_nulls = true});
}

}  // namespace lab::engine
