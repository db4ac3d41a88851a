#include <unordered_map>
#include <unordered_map>

#include "compute/conditions.h"
#include "compute/regex.h"
#include "duckdb/function/create_sort_key.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::list_entry_t;
using duckdb::LogicalType;
using duckdb::Vector;
using std::string_view;

duckdb::unique_ptr<duckdb::FunctionData> bind_map(duckdb::ClientContext&, duckdb::ScalarFunction& function,
                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const auto child = [&](std::size_t i) {
    const auto& type = arguments[i]->return_type;
    return type.id() == duckdb::LogicalTypeId::LIST ? duckdb::ListType::GetChildType(type) : LogicalType::INTEGER;
  };
  const LogicalType key = child(0), value = child(1);
  function.GetArguments()[0] = LogicalType::LIST(key);
  function.GetArguments()[1] = LogicalType::LIST(value);
  function.SetReturnType(LogicalType::MAP(key, value));
  return nullptr;
}

[[noreturn]] void throw_duplicate(std::string key) {
  throw Error(compute::conditions::kDuplicatedMapKey,
              {{"key", std::move(key)}, {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
}

/// lab_map_from_lists(keys, values[, last wins]): refuses NULL keys, lists of different lengths, and keys that repeat,
/// unless the last one wins: it leaves its value where the first one stood.
void map_from_lists(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  auto &keys = arguments.data[0], &values = arguments.data[1];
  duckdb::UnifiedVectorFormat key_lists, value_lists, key_items;
  keys.ToUnifiedFormat(arguments.size(), key_lists);
  values.ToUnifiedFormat(arguments.size(), value_lists);
  auto &key_child = duckdb::ListVector::GetEntry(keys), &value_child = duckdb::ListVector::GetEntry(values);
  const idx_t num_keys = duckdb::ListVector::GetListSize(keys);
  key_child.ToUnifiedFormat(num_keys, key_items);
  Vector sort_keys(LogicalType::BLOB, std::max<idx_t>(num_keys, 1));
  if (num_keys > 0) {
    duckdb::CreateSortKeyHelpers::CreateSortKey(
        key_child, num_keys, duckdb::OrderModifiers(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_FIRST),
        sort_keys);
    sort_keys.Flatten(num_keys);
  }
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<list_entry_t>(result);
  duckdb::vector<idx_t> key_order, value_order;
  const bool last_wins = arguments.ColumnCount() > 2;
  std::unordered_map<string_view, idx_t> seen;
  for (idx_t row = 0; row < count; ++row) {
    const auto k = key_lists.sel->get_index(row), v = value_lists.sel->get_index(row);
    out[row] = {key_order.size(), 0};
    if (!key_lists.validity.RowIsValid(k) || !value_lists.validity.RowIsValid(v)) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const auto key_entry = duckdb::UnifiedVectorFormat::GetData<list_entry_t>(key_lists)[k];
    const auto value_entry = duckdb::UnifiedVectorFormat::GetData<list_entry_t>(value_lists)[v];
    if (key_entry.length != value_entry.length) throw Error(compute::conditions::kMapLengths, {});
    seen.clear();
    for (idx_t i = 0; i < key_entry.length; ++i) {
      const idx_t at = key_entry.offset + i;
      if (!key_items.validity.RowIsValid(key_items.sel->get_index(at)))
        throw Error(compute::conditions::kNullMapKey, {});
      const auto& key = duckdb::FlatVector::GetData<duckdb::string_t>(sort_keys)[at];
      const auto [first, is_new] = seen.emplace(Wire<string_view>::in(key), key_order.size());
      if (!is_new) {
        if (!last_wins) throw_duplicate(key_child.GetValue(at).ToString());
        value_order[first->second] = value_entry.offset + i;
        continue;
      }
      key_order.push_back(at);
      value_order.push_back(value_entry.offset + i);
    }
    out[row].length = key_order.size() - out[row].offset;
  }
  const idx_t total = key_order.size();
  duckdb::ListVector::Reserve(result, total);
  duckdb::SelectionVector key_selection(std::max<idx_t>(total, 1)), value_selection(std::max<idx_t>(total, 1));
  for (idx_t i = 0; i < total; ++i) {
    key_selection.set_index(i, key_order[i]);
    value_selection.set_index(i, value_order[i]);
  }
  auto &out_keys = duckdb::MapVector::GetKeys(result), &out_values = duckdb::MapVector::GetValues(result);
  duckdb::VectorOperations::Copy(key_child, out_keys, key_selection, total, 0, 0);
  duckdb::VectorOperations::Copy(value_child, out_values, value_selection, total, 0, 0);
  duckdb::ListVector::SetListSize(result, total);
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// str_to_map(text, pair pattern, value pattern[, last wins]); a pair without a delimiter has a NULL value.
void str_to_map(DataChunk& arguments, ExpressionState& state, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  arguments.Flatten();
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<list_entry_t>(result);
  auto &keys = duckdb::MapVector::GetKeys(result), &values = duckdb::MapVector::GetValues(result);
  InterruptCheck interrupt(state);
  idx_t total = 0;
  const bool last_wins = arguments.ColumnCount() > 3;
  std::unordered_map<std::string, idx_t> seen;
  for (idx_t row = 0; row < count; ++row) {
    interrupt.tick();
    bool valid = true;
    for (auto& column : arguments.data) valid = valid && duckdb::FlatVector::Validity(column).RowIsValid(row);
    out[row] = {total, 0};
    if (!valid) {
      duckdb::FlatVector::SetNull(result, row, true);
      continue;
    }
    const auto text_of = [&](std::size_t i) {
      return Wire<string_view>::in(duckdb::FlatVector::GetData<duckdb::string_t>(arguments.data[i])[row]);
    };
    seen.clear();
    for (const string_view pair : compute::regexp_split(text_of(0), text_of(1), -1)) {
      const auto parts = compute::regexp_split(pair, text_of(2), 2);
      const auto [first, is_new] = seen.emplace(parts[0], total);
      if (!is_new && !last_wins) throw_duplicate(std::string(parts[0]));
      const idx_t at = first->second;
      if (is_new) {
        duckdb::ListVector::Reserve(result, total + 1);
        duckdb::FlatVector::GetData<duckdb::string_t>(keys)[at] =
            duckdb::StringVector::AddString(keys, parts[0].data(), parts[0].size());
        ++total;
      }
      duckdb::FlatVector::SetNull(values, at, parts.size() < 2);
      if (parts.size() > 1) {
        duckdb::FlatVector::GetData<duckdb::string_t>(values)[at] =
            duckdb::StringVector::AddString(values, parts[1].data(), parts[1].size());
      }
      duckdb::ListVector::SetListSize(result, total);
    }
    out[row].length = total - out[row].offset;
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_map_kernels(KernelRegistry& registry) {
  const LogicalType any_list = LogicalType::LIST(LogicalType::ANY), t = LogicalType::VARCHAR;
  registry.add(duckdb::ScalarFunction("lab_map_from_lists", {any_list, any_list},
                                      LogicalType::MAP(LogicalType::ANY, LogicalType::ANY), &map_from_lists, &bind_map),
               kRaises);
  registry.add(duckdb::ScalarFunction("lab_map_from_lists", {any_list, any_list, LogicalType::BOOLEAN},
                                      LogicalType::MAP(LogicalType::ANY, LogicalType::ANY), &map_from_lists, &bind_map),
               kRaises);
  registry.add("lab_str_to_map", {t, t, t}, LogicalType::MAP(t, t), &str_to_map, kRaises);
  registry.add("lab_str_to_map", {t, t, t, LogicalType::BOOLEAN}, LogicalType::MAP(t, t), &str_to_map, kRaises);
}

}  // namespace lab::engine
