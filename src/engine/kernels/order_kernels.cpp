#include <string>
#include <vector>

#include "duckdb/function/create_sort_key.hpp"
#include "engine/kernels/families.h"
#include "engine/kernels/registry.h"

/// Keys of nested values in Spark's order: a NULL inside is less than any value, a list that ends is less than one that
/// goes on. DuckDB's own order of nested values has NULLs last.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

using Keys = std::vector<std::string>;

constexpr char kNull = 0, kValue = 1, kEnd = 0;

Keys keys_of(Vector& values, idx_t count);

Keys keys_of_plain(Vector& values, idx_t count) {
  Vector encoded(LogicalType::BLOB, std::max<idx_t>(count, 1));
  duckdb::CreateSortKeyHelpers::CreateSortKey(
      values, count, duckdb::OrderModifiers(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST),
      encoded);
  encoded.Flatten(count);
  const auto* texts = duckdb::FlatVector::GetData<duckdb::string_t>(encoded);
  Keys keys(count);
  for (idx_t i = 0; i < count; ++i) keys[i].assign(texts[i].GetData(), texts[i].GetSize());
  return keys;
}

Keys keys_of_lists(Vector& values, idx_t count) {
  duckdb::UnifiedVectorFormat lists;
  values.ToUnifiedFormat(count, lists);
  const Keys items = keys_of(duckdb::ListVector::GetEntry(values), duckdb::ListVector::GetListSize(values));
  Keys keys(count);
  for (idx_t i = 0; i < count; ++i) {
    const auto at = lists.sel->get_index(i);
    if (!lists.validity.RowIsValid(at)) {
      keys[i] = kNull;
      continue;
    }
    keys[i] = kValue;
    const auto entry = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists)[at];
    for (idx_t item = entry.offset; item < entry.offset + entry.length; ++item) (keys[i] += kValue) += items[item];
    keys[i] += kEnd;
  }
  return keys;
}

Keys keys_of_structs(Vector& values, idx_t count) {
  values.Flatten(count);
  Keys keys(count, std::string(1, kValue));
  for (auto& field : duckdb::StructVector::GetEntries(values)) {
    const Keys parts = keys_of(*field, count);
    for (idx_t i = 0; i < count; ++i) keys[i] += parts[i];
  }
  for (idx_t i = 0; i < count; ++i) {
    if (duckdb::FlatVector::IsNull(values, i)) keys[i].assign(1, kNull);
  }
  return keys;
}

Keys keys_of(Vector& values, idx_t count) {
  switch (values.GetType().id()) {
    case LogicalTypeId::LIST:
    case LogicalTypeId::MAP:
      return keys_of_lists(values, count);
    case LogicalTypeId::STRUCT:
      return keys_of_structs(values, count);
    default:
      return keys_of_plain(values, count);
  }
}

void order_key(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const Keys keys = keys_of(arguments.data[0], count);
  duckdb::UnifiedVectorFormat format;
  arguments.data[0].ToUnifiedFormat(count, format);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  for (idx_t i = 0; i < count; ++i) {
    if (!format.validity.RowIsValid(format.sel->get_index(i))) {
      duckdb::FlatVector::SetNull(result, i, true);
    } else {
      out[i] = duckdb::StringVector::AddStringOrBlob(result, keys[i].data(), keys[i].size());
    }
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_order_kernels(KernelRegistry& registry) {
  registry.add("lab_order_key", {LogicalType::ANY}, LogicalType::BLOB, &order_key);
}

}  // namespace lab::engine
