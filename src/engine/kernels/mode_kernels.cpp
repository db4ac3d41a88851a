#include <algorithm>

#include "compute/open_hash.h"
#include "duckdb/common/types/value.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// lab_most_frequent(histogram): of the keys with the greatest count the one that Spark's hash map comes to first.
namespace lab::engine {

namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

duckdb::unique_ptr<duckdb::FunctionData> bind_most_frequent(
    duckdb::ClientContext&, duckdb::ScalarFunction& function, duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const LogicalType map = arguments[0]->return_type;
  function.GetArguments()[0] = map;
  function.SetReturnType(map.id() == LogicalTypeId::MAP ? duckdb::MapType::KeyType(map) : LogicalType::BOOLEAN);
  return nullptr;
}

/// Keys whose hash the JVM makes of an address or of digits are told apart by their text.
std::int32_t hash_of(const Value& key) {
  switch (key.type().id()) {
    case LogicalTypeId::BOOLEAN: return compute::java_hash(duckdb::BooleanValue::Get(key));
    case LogicalTypeId::TINYINT: return compute::java_hash(std::int32_t{duckdb::TinyIntValue::Get(key)});
    case LogicalTypeId::SMALLINT: return compute::java_hash(std::int32_t{duckdb::SmallIntValue::Get(key)});
    case LogicalTypeId::INTEGER: return compute::java_hash(duckdb::IntegerValue::Get(key));
    case LogicalTypeId::DATE: return compute::java_hash(duckdb::DateValue::Get(key).days);
    case LogicalTypeId::BIGINT: return compute::java_hash(duckdb::BigIntValue::Get(key));
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: return compute::java_hash(key.GetValueUnsafe<std::int64_t>());
    case LogicalTypeId::FLOAT: return compute::java_hash(duckdb::FloatValue::Get(key));
    case LogicalTypeId::DOUBLE: return compute::java_hash(duckdb::DoubleValue::Get(key));
    default: return compute::java_hash(std::string_view(key.ToString()));
  }
}

void most_frequent(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
  const bool constant = arguments.AllConstant();
  const duckdb::idx_t count = constant ? 1 : arguments.size();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (duckdb::idx_t row = 0; row < count; ++row) {
    const Value histogram = arguments.data[0].GetValue(row);
    if (histogram.IsNull() || duckdb::MapValue::GetChildren(histogram).empty()) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    std::vector<Value> keys;
    std::vector<std::uint64_t> counts;
    std::vector<std::int32_t> hashes;
    for (const Value& entry : duckdb::MapValue::GetChildren(histogram)) {
      const auto& parts = duckdb::StructValue::GetChildren(entry);
      keys.push_back(parts[0]);
      counts.push_back(duckdb::UBigIntValue::Get(parts[1]));
      hashes.push_back(hash_of(parts[0]));
    }
    const std::uint64_t most = *std::ranges::max_element(counts);
    const auto order = compute::open_hash_order(hashes);
    result.SetValue(row, keys[*std::ranges::find_if(order, [&](std::size_t key) { return counts[key] == most; })]);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_mode_kernels(KernelRegistry& registry) {
  registry.add(duckdb::ScalarFunction("lab_most_frequent", {LogicalType::ANY}, LogicalType::ANY, &most_frequent, &bind_most_frequent), {.sees_nulls = true});
}

}  // namespace lab::engine
