#include <algorithm>

#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/element_types.h"
#include "functions/misfit.h"
#include "functions/rows.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// No map can be a key, nor hold one.
void check_key(const DataType& key) {
  const auto has_map = [](const auto& self, const DataType& type) -> bool {
    if (type.is(TypeKind::Map)) return true;
    if (type.is(TypeKind::Array)) return self(self, type.element());
    if (!type.is(TypeKind::Struct)) return false;
    return std::ranges::any_of(type.fields(), [&](const auto& field) { return self(self, field.type); });
  };
  if (has_map(has_map, key)) throw Misfit::named(conditions::kInvalidMapKeyType, {{"keyType", types::quoted_sql(key)}});
}

CallTypes map_types(const CallShape& shape) {
  if (shape.size() % 2 == 1) throw Misfit{Misfit::Why::NumArguments, 0, "2n (n > 0)"};
  std::vector<DataType> keys, values;
  bool value_null = false;
  for (std::size_t i = 0; i < shape.size(); i += 2) {
    keys.push_back(shape.type(i));
    values.push_back(shape.type(i + 1));
    value_null |= shape.arguments[i + 1]->nullable;
  }
  const auto key = wider_common_type(keys, shape.policy), value = wider_common_type(values, shape.policy);
  if (!key || !value) throw Misfit{Misfit::Why::DifferentTypes};
  check_key(*key);
  CallTypes types{{}, DataType::map(*key, *value, value_null), false};
  for (std::size_t i = 0; i < shape.size(); ++i) types.arguments.push_back(i % 2 == 0 ? *key : *value);
  return types;
}

std::string lower_map(const LowerCall& call) {
  if (call.size() == 0) return "CAST(map([], []) AS " + duckdb_type(call.result) + ")";
  std::string keys, values;
  for (std::size_t i = 0; i < call.size(); ++i) {
    std::string& list = i % 2 == 0 ? keys : values;
    list += (list.empty() ? "" : ", ") + call.sql[i];
  }
  return map_of_lists(call, "[" + keys + "]", "[" + values + "]");
}

CallTypes map_concat_types(const CallShape& shape) {
  std::vector<DataType> types;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    types.push_back(shape.type(i));
    if (!shape.type(i).is(TypeKind::Map)) throw Misfit{Misfit::Why::Input, i, "\"MAP\""};
  }
  if (types.empty()) return {{}, DataType::map(TypeKind::String, TypeKind::String, false), false};
  const auto common = wider_without_strings(types, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {std::vector<DataType>(shape.size(), *common), *common, {}};
}

std::string lower_map_concat(const LowerCall& call) {
  if (call.size() == 0) return "CAST(map([], []) AS " + duckdb_type(call.result) + ")";
  std::string keys, values;
  for (std::size_t i = 0; i < call.size(); ++i) {
    keys += (i > 0 ? " || " : "") + ("map_keys(" + call.sql[i]) + ")";
    values += (i > 0 ? " || " : "") + ("map_values(" + call.sql[i]) + ")";
  }
  return map_of_lists(call, keys, values);
}

/// NULL without a type is a map of such.
DataType map_argument(const CallShape& shape, std::size_t i) {
  if (shape.type(i).is(TypeKind::Null)) return DataType::map(DataType(), DataType(), true);
  if (!shape.type(i).is(TypeKind::Map)) throw Misfit{Misfit::Why::Input, i, "\"MAP\""};
  return shape.type(i);
}

CallTypes entries_types(const CallShape& shape) {
  const DataType map = map_argument(shape, 0);
  return {
      {map},
      DataType::array(
          DataType::structure({{"key", map.key(), false, {}}, {"value", map.value(), map.contains_null(), {}}}), false),
      {}};
}
CallTypes keys_types(const CallShape& shape) {
  const DataType map = map_argument(shape, 0);
  return {{map}, DataType::array(map.key(), false), {}};
}
CallTypes values_types(const CallShape& shape) {
  const DataType map = map_argument(shape, 0);
  return {{map}, DataType::array(map.value(), map.contains_null()), {}};
}

CallTypes from_arrays_types(const CallShape& shape) {
  std::vector<DataType> arrays;
  for (std::size_t i = 0; i < 2; ++i) {
    const bool is_null = shape.type(i).is(TypeKind::Null);
    if (!shape.type(i).is(TypeKind::Array) && !is_null) throw Misfit{Misfit::Why::Input, i, "\"ARRAY\""};
    arrays.push_back(is_null ? DataType::array(DataType(), true) : shape.type(i));
  }
  check_key(arrays[0].element());
  return {arrays, DataType::map(arrays[0].element(), arrays[1].element(), arrays[1].contains_null()), {}};
}
CallTypes from_entries_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Array) || !type.element().is(TypeKind::Struct) || type.element().fields().size() != 2) {
    throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\" of pair \"STRUCT\""};
  }
  const auto& fields = type.element().fields();
  return {{type},
          DataType::map(fields[0].type, fields[1].type, fields[1].nullable),
          shape.arguments[0]->nullable || type.contains_null()};
}

std::string lower_map_from_arrays(const LowerCall& call) { return map_of_lists(call, call.sql[0], call.sql[1]); }

std::string lower_from_entries(const LowerCall& call) {
  const auto field = [&](std::string_view name) {
    return "list_transform(" + call.sql[0] + ", lambda item: struct_extract(item, '" + std::string(name) + "'))";
  };
  return "(CASE WHEN list_count(" + call.sql[0] + ") < len(" + call.sql[0] + ") THEN NULL ELSE " +
         map_of_lists(call, field("f0"), field("f1")) + " END)";
}

/// Fields of a MAP's entry are called key and value inside DuckDB; ours are f0 and f1.
std::string lower_map_entries(const LowerCall& call) {
  return "list_transform(map_entries(" + call.sql[0] +
         "), lambda item: {'f0': struct_extract(item, 'key'), 'f1': struct_extract(item, 'value')})";
}

std::string lower_str_to_map(const LowerCall& call) {
  return "lab_str_to_map(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : "','") + ", " +
         (call.size() > 2 ? call.sql[2] : "':'") + (call.policy.last_map_key_wins ? ", true)" : ")");
}

constexpr FunctionRow kMapTable[] = {
    {.name = "map",
     .signature = "(entries: any...?) -> any",
     .lower = &lower_map,
     .types = &map_types,
     .may_raise = true,
     .doc = "A map of keys and values in turn."},
    {.name = "map_concat",
     .signature = "(maps: any...?) -> any",
     .lower = &lower_map_concat,
     .types = &map_concat_types,
     .may_raise = true,
     .doc = "Entries of all maps."},
    {.name = "map_contains_key",
     .signature = "(map: map<K,V>, key: K) -> boolean",
     .sql = "list_contains(map_keys($1), $2)",
     .types = &map_contains_key_types,
     .doc = "Holds the key."},
    {.name = "map_entries",
     .signature = "(map: any) -> any",
     .lower = &lower_map_entries,
     .types = &entries_types,
     .doc = "Entries as structs."},
    {.name = "map_from_arrays",
     .signature = "(keys: any, values: any) -> any",
     .lower = &lower_map_from_arrays,
     .types = &from_arrays_types,
     .may_raise = true,
     .doc = "A map of an array of keys and one of values."},
    {.name = "map_from_entries",
     .signature = "(entries: any) -> any",
     .lower = &lower_from_entries,
     .types = &from_entries_types,
     .may_raise = true,
     .doc = "A map of structs of two fields."},
    {.name = "map_keys", .signature = "(map: any) -> any", .sql = "map_keys($1)", .types = &keys_types, .doc = "Keys."},
    {.name = "map_values",
     .signature = "(map: any) -> any",
     .sql = "map_values($1)",
     .types = &values_types,
     .doc = "Values."},
    {.name = "str_to_map",
     .signature = "(text: string, pair_delimiter?: string, value_delimiter?: string) -> map<string,string>",
     .lower = &lower_str_to_map,
     .may_raise = true,
     .doc = "A map of a text of pairs."},
};
static_assert(are_rows_in_order(kMapTable));

}  // namespace

constinit const Rows kMapRows = kMapTable;

}  // namespace lab::functions
