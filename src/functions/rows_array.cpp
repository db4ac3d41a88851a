#include "functions/cast_rules.h"
#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/duckdb_type.h"
#include "functions/element_types.h"
#include "functions/misfit.h"
#include "functions/nested_order.h"
#include "functions/rows.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

CallTypes array_types(const CallShape& shape) {
  std::vector<DataType> types;
  bool contains_null = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    types.push_back(shape.type(i));
    contains_null |= shape.arguments[i]->nullable;
  }
  const auto common = wider_common_type(types, shape.policy);
  if (!common) throw Misfit{Misfit::Why::DifferentTypes};
  return {std::vector<DataType>(shape.size(), *common), DataType::array(*common, contains_null), false};
}

std::string lower_array(const LowerCall& call) {
  if (call.size() == 0) return "CAST([] AS " + duckdb_type(call.result) + ")";
  std::string text = "[";
  for (std::size_t i = 0; i < call.size(); ++i) text += (i > 0 ? ", " : "") + call.sql[i];
  return text + "]";
}

/// Size of NULL is -1 without ANSI (spark.sql.legacy.sizeOfNull).
CallTypes size_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Array) && !type.is(TypeKind::Map) && !type.is(TypeKind::Null))
    throw Misfit{Misfit::Why::Input, 0, "(\"ARRAY\" or \"MAP\")"};
  return {{type}, TypeKind::Int, shape.policy.ansi ? std::nullopt : std::optional(false)};
}

std::string lower_size(const LowerCall& call) {
  if (call.type(0).is(TypeKind::Null)) return call.policy.ansi ? "CAST(NULL AS INTEGER)" : "-1";
  const std::string size = std::string(call.type(0).is(TypeKind::Map) ? "cardinality(" : "len(") + call.sql[0] + ")";
  return call.policy.ansi ? "CAST(" + size + " AS INTEGER)" : "CAST(coalesce(" + size + ", -1) AS INTEGER)";
}

bool is_map(const LowerCall& call) { return call.type(0).is(TypeKind::Map); }

/// element_at(array, 1-based) and element_at(map, key).
CallTypes item_types(const CallShape& shape, bool nullable) {
  const DataType &type = shape.type(0), &index = shape.type(1);
  if (type.is(TypeKind::Array)) {
    // Not NULL without a type either; a bigint is no index.
    if (!index.is_integral() || index.is(TypeKind::Long)) throw Misfit{Misfit::Why::Input, 1, "\"INT\""};
    const bool can_be_null = type.contains_null() || shape.arguments[0]->nullable || shape.arguments[1]->nullable;
    return {{type, TypeKind::Long}, type.element(), nullable || can_be_null};
  }
  if (type.is(TypeKind::Map)) {
    const auto key = wider_without_strings(type.key(), index, shape.policy);
    if (!key) {
      throw Misfit::named(conditions::kMapFunctionDiffTypes, {{"dataType", "\"MAP\""},
                                                              {"leftType", types::quoted_sql(type)},
                                                              {"rightType", types::quoted_sql(index)}});
    }
    check_orderable(*key);
    const bool same = same_shape(*key, type.key());
    return {{same ? type : DataType::map(*key, type.value(), type.contains_null()), *key}, type.value(), true};
  }
  throw Misfit{Misfit::Why::Input, 0, "(\"ARRAY\" or \"MAP\")"};
}
CallTypes element_at_types(const CallShape& shape) { return item_types(shape, !shape.policy.ansi); }
CallTypes try_element_at_types(const CallShape& shape) { return item_types(shape, true); }

/// `array[i]` and get(array, i) count from 0 and take any whole number; `map[key]` takes what can be the key.
CallTypes bracket_types(const CallShape& shape, bool nullable) {
  const DataType &type = shape.type(0), &index = shape.type(1);
  if (type.is(TypeKind::Array)) {
    if (!index.is_integral() && !index.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 1, "\"INTEGRAL\""};
    const bool can_be_null = type.contains_null() || shape.arguments[0]->nullable || shape.arguments[1]->nullable;
    return {{type, TypeKind::Long}, type.element(), nullable || can_be_null};
  }
  if (type.is(TypeKind::Map)) {
    const auto key = implicit_type(index, type.key(), shape.policy);
    if (!key || !same_shape(*key, type.key())) throw Misfit{Misfit::Why::Input, 1, types::quoted_sql(type.key())};
    return {{type, type.key()}, type.value(), true};
  }
  throw Misfit{Misfit::Why::Input, 0, "(\"ARRAY\" or \"MAP\")"};
}
CallTypes item_by_bracket_types(const CallShape& shape) { return bracket_types(shape, !shape.policy.ansi); }
CallTypes get_types(const CallShape& shape) {
  if (!shape.type(0).is(TypeKind::Array)) throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
  return bracket_types(shape, true);
}

std::string item_of(const LowerCall& call, std::string_view kind, bool raises) {
  if (is_map(call)) return "map_extract_value(" + call.sql[0] + ", " + call.sql[1] + ")";
  return "list_extract(" + call.sql[0] + ", lab_array_index(" + call.sql[1] + ", len(" + call.sql[0] + "), '" +
         std::string(kind) + "', " + (raises ? "true" : "false") + "))";
}
std::string lower_element_at(const LowerCall& call) { return item_of(call, "element_at", call.ansi); }
std::string lower_try_element_at(const LowerCall& call) { return item_of(call, "element_at", false); }
std::string lower_item(const LowerCall& call) { return item_of(call, "item", call.ansi); }
std::string lower_get(const LowerCall& call) { return item_of(call, "item", false); }

/// A constant order picks the sort; NULLs come first ascending and last descending.
std::string lower_sort_array(const LowerCall& call) {
  const DataType& element = call.type(0).element();
  const std::string up = sorted_list(call.sql[0], element, ListOrder::UpNullsFirst);
  if (call.size() == 1) return up;
  const std::string down = sorted_list(call.sql[0], element, ListOrder::DownNullsLast);
  const types::Value* is_up = call.constant(1);
  if (is_up != nullptr && !is_up->is_null()) return is_up->boolean() ? up : down;
  return "(CASE WHEN " + call.sql[1] + " THEN " + up + " WHEN NOT " + call.sql[1] + " THEN " + down + " END)";
}

/// Of nothing but NULLs the first is left.
std::string lower_array_distinct(const LowerCall& call) {
  if (!call.type(0).is(TypeKind::Array) || call.type(0).element().is(TypeKind::Null))
    return "list_slice(" + call.sql[0] + ", 1, 1)";
  const DataType& element = call.type(0).element();
  if (!element.is_fractional()) return "list_select(" + call.sql[0] + ", lab_distinct_indices(" + call.sql[0] + "))";
  // 4.x makes every zero a positive one, to 3.5 the two zeros are different values.
  if (call.policy.is_spark4) {
    const std::string zero = "CAST(0 AS " + duckdb_type(element) + ")";
    const std::string items = "list_transform(" + call.sql[0] + ", lambda item: item + " + zero + ")";
    return "list_select(" + items + ", lab_distinct_indices(" + call.sql[0] + "))";
  }
  return "list_select(" + call.sql[0] + ", lab_distinct_indices(list_transform(" + call.sql[0] + ", lambda item: CAST(item AS VARCHAR))))";
}

std::string lower_array_max(const LowerCall& call) {
  return first_in_order(call.sql[0], call.result, ListOrder::DownNullsLast);
}
std::string lower_array_min(const LowerCall& call) {
  return first_in_order(call.sql[0], call.result, ListOrder::UpNullsLast);
}

/// Greatest and least element: one with an order.
CallTypes array_extreme_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (type.is(TypeKind::Null)) return {{DataType::array(DataType(), true)}, DataType(), true};
  if (!type.is(TypeKind::Array)) throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
  if (!is_orderable(type)) throw Misfit::named(conditions::kInvalidOrderingType, {{"dataType", types::quoted_sql(type)}});
  return {{type}, type.element(), true};
}

/// The order is a constant: 3.5 wants the word itself, 4.x takes NULL too.
CallTypes sort_array_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Array) && !type.is(TypeKind::Null)) throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
  if (!is_orderable(type)) throw Misfit::named(conditions::kInvalidOrderingType, {{"dataType", types::quoted_sql(type)}});
  const DataType array = type.is(TypeKind::Null) ? DataType::array(DataType(), true) : type;
  CallTypes types{{array}, array, {}};
  if (shape.size() == 1) return types;
  const types::Value* order = shape.constant(1);
  Misfit wrong{Misfit::Why::Input, 1, "\"BOOLEAN\""};
  if (!shape.type(1).is(TypeKind::Boolean) && !shape.type(1).is(TypeKind::Null)) throw wrong;
  wrong.actual = TypeKind::Boolean;
  if (!shape.policy.is_spark4 && (order == nullptr || order->is_null())) throw wrong;
  if (!shape.is_foldable(1)) throw Misfit::not_foldable(shape, 1, "ascendingOrder");
  types.arguments.push_back(TypeKind::Boolean);
  return types;
}

/// The names of arrays_zip's fields: a column's own, else the position.
CallTypes arrays_zip_types(const CallShape& shape) {
  std::vector<types::Field> fields;
  CallTypes types;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const DataType& type = shape.type(i);
    const bool is_null = type.is(TypeKind::Null);
    if (!type.is(TypeKind::Array) && !is_null) throw Misfit{Misfit::Why::Input, i, "\"ARRAY\""};
    const bool named = std::holds_alternative<plan::bound::ColumnRef>(shape.arguments[i]->node) ||
                       std::holds_alternative<plan::bound::FieldAccess>(shape.arguments[i]->node);
    const std::string display = shape.display(i);
    const auto dot = display.rfind('.');
    fields.push_back(
        {named ? display.substr(dot == std::string::npos ? 0 : dot + 1) : std::to_string(i),
                      is_null ? DataType() : type.element(), true, {}});
    types.arguments.push_back(is_null ? DataType::array(DataType(), true) : type);
  }
  types.result = DataType::array(DataType::structure(std::move(fields)), false);
  return types;
}

std::string lower_arrays_zip(const LowerCall& call) {
  if (call.size() == 0) return "CAST([] AS " + duckdb_type(call.result) + ")";
  std::string zip = "list_zip(", nulls;
  for (std::size_t i = 0; i < call.size(); ++i) {
    zip += (i > 0 ? ", " : "") + call.sql[i];
    nulls += (i > 0 ? " OR " : "") + call.sql[i] + " IS NULL";
  }
  return "(CASE WHEN " + nulls + " THEN NULL ELSE list_transform(" + zip + "), lambda item: CAST(item AS " +
         duckdb_type(call.result.element()) + ")) END)";
}

CallTypes flatten_types(const CallShape& shape) {
  const DataType& type = shape.type(0);
  if (!type.is(TypeKind::Array) || !type.element().is(TypeKind::Array))
    throw Misfit{Misfit::Why::Input, 0, "\"ARRAY\" of \"ARRAY\""};
  return {{type},
          DataType::array(type.element().element(), type.element().contains_null()),
          shape.arguments[0]->nullable || type.contains_null()};
}

Misfit wrong_sequence() {
  return Misfit::named(conditions::kSequenceWrongInputTypes,
                       {{"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"},
                        {"stepType", "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"},
                        {"otherStartType", "\"INTEGRAL\""}});
}

/// sequence of numbers, dates or instants.
CallTypes sequence_types(const CallShape& shape) {
  const DataType &l = shape.type(0), &r = shape.type(1);
  if (l.is_datetime() || r.is_datetime()) {
    const auto common = wider_type(l, r, shape.policy);
    if (!common || !common->is_datetime()) throw wrong_sequence();
    CallTypes types{{*common, *common}, DataType::array(*common, false), {}};
    if (shape.size() > 2)
      types.arguments.push_back(shape.type(2).is_interval() ? shape.type(2) : DataType(TypeKind::CalendarInterval));
    return types;
  }
  DataType common = l;
  for (std::size_t i = 1; i < shape.size(); ++i) {
    const auto wider = tightest_common_type(common, shape.type(i), shape.policy);
    if (!wider) throw wrong_sequence();
    common = *wider;
  }
  if (!common.is_integral()) throw wrong_sequence();
  return {std::vector<DataType>(shape.size(), common), DataType::array(common, false), {}};
}

std::string lower_sequence(const LowerCall& call) {
  const std::string result = duckdb_type(call.result);
  const DataType& type = call.type(0);
  if (!type.is_datetime()) {
    const auto wide = [&](std::size_t i) { return "CAST(" + call.sql[i] + " AS BIGINT)"; };
    return "CAST(lab_sequence(" + wide(0) + ", " + wide(1) + (call.size() > 2 ? ", " + wide(2) : "") + ") AS " +
           result + ")";
  }
  std::string step = "{'f0': 0, 'f1': 1, 'f2': 0::BIGINT}";
  if (call.size() > 2) {
    const DataType& by = call.type(2);
    step = by.is(TypeKind::CalendarInterval) ? call.sql[2]
           : by.is(TypeKind::YearMonthInterval)
               ? "{'f0': " + call.sql[2] + ", 'f1': 0, 'f2': 0::BIGINT}"
               : "{'f0': 0, 'f1': CAST(" + call.sql[2] + " // 86400000000 AS INTEGER), 'f2': " + call.sql[2] +
                     " % 86400000000}";
  }
  const std::string zone = type.is(TypeKind::Timestamp) ? call.zone() : "'UTC'";
  const auto micros = [&](std::size_t i) {
    return type.is(TypeKind::Date) ? "CAST(" + call.sql[i] + " AS TIMESTAMP)" : call.sql[i];
  };
  std::string list =
      "lab_sequence_instants(epoch_us(" + micros(0) + "), epoch_us(" + micros(1) + "), " + step + ", " + zone + ")";
  const std::string make = type.is(TypeKind::Timestamp) ? "make_timestamptz(item)"
                           : type.is(TypeKind::Date)    ? "CAST(make_timestamp(item) AS DATE)"
                                                        : "make_timestamp(item)";
  return "list_transform(" + list + ", lambda item: " + make + ")";
}

CallTypes array_repeat_types(const CallShape& shape) {
  return {{shape.type(0), TypeKind::Int},
          DataType::array(shape.type(0), shape.arguments[0]->nullable),
          shape.arguments[1]->nullable};
}

constexpr FunctionRow kArrayTable[] = {
    {.name = "[]",
     .signature = "(value: any, key: any) -> any",
     .lower = &lower_item,
     .types = &item_by_bracket_types,
     .may_raise = true,
     .doc = "Element by 0-based index, or value by key."},
    {.name = "array",
     .signature = "(values: any...?) -> any",
     .lower = &lower_array,
     .types = &array_types,
     .doc = "An array of the values."},
    {.name = "array_append",
     .signature = "(array: array<T>, value: T) -> array<T>",
     .sql = "$1 || [$2]",
     .types = &array_append_types,
     .doc = "With the value at its end."},
    {.name = "array_compact",
     .signature = "(array: array<T>) -> array<T>",
     .sql = "list_filter($1, lambda item: item IS NOT NULL)",
     .doc = "Without NULLs."},
    {.name = "array_contains",
     .signature = "(array: array<T>, value: T) -> boolean",
     .sql = "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_contains($1, $2) THEN true WHEN list_count($1) < "
            "len($1) THEN NULL ELSE false END",
     .types = &array_contains_types,
     .nullability = Nullability::Always,
     .doc = "Holds the value."},
    {.name = "array_distinct",
     .signature = "(array: array<T>) -> array<T>",
     .lower = &lower_array_distinct,
     .doc = "Without repeated values."},
    {.name = "array_except",
     .signature = "(a: array<T>, b: array<T>) -> array<T>",
     .sql = "list_select($1, lab_except_indices($1, $2))",
     .types = &array_except_types,
     .doc = "Values of the first that the second does not hold."},
    {.name = "array_insert",
     .signature = "(array: any, position: int, value: any) -> any",
     .sql = "list_select($1 || [$3], lab_insert_indices(len($1), $2))",
     .types = &array_insert_types,
     .may_raise = true,
     .doc = "With the value at a 1-based position."},
    {.name = "array_intersect",
     .signature = "(a: array<T>, b: array<T>) -> array<T>",
     .sql = "list_select($1, lab_intersect_indices($1, $2))",
     .types = &array_intersect_types,
     .doc = "Values of both."},
    {.name = "array_join",
     .signature = "(array: array<string>, delimiter: string, replacement?: string) -> string",
     .native = "lab_array_join",
     .doc = "Texts with a delimiter between."},
    {.name = "array_max",
     .signature = "(array: array<O>) -> O",
     .lower = &lower_array_max,
     .types = &array_extreme_types,
     .nullability = Nullability::Always,
     .doc = "Greatest element."},
    {.name = "array_min",
     .signature = "(array: array<O>) -> O",
     .lower = &lower_array_min,
     .types = &array_extreme_types,
     .nullability = Nullability::Always,
     .doc = "Least element."},
    {.name = "array_position",
     .signature = "(array: array<T>, value: T) -> bigint",
     .sql = "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE CAST(coalesce(list_position($1, $2), 0) AS BIGINT) END",
     .types = &array_position_types,
     .doc = "1-based position of the first such element, 0 for none."},
    {.name = "array_prepend",
     .signature = "(array: array<T>, value: T) -> array<T>",
     .sql = "[$2] || $1",
     .types = &array_append_types,
     .doc = "With the value in front."},
    {.name = "array_remove",
     .signature = "(array: array<T>, value: T) -> array<T>",
     .sql = "CASE WHEN $2 IS NULL THEN NULL ELSE list_filter($1, lambda item: item IS DISTINCT FROM $2) END",
     .types = &array_remove_types,
     .doc = "Without elements that equal the value."},
    {.name = "array_repeat",
     .signature = "(value: any, count: int) -> any",
     .sql = "list_transform(range(CAST($2 AS BIGINT)), lambda item: $1)",
     .types = &array_repeat_types,
     .doc = "The value n times."},
    {.name = "array_size",
     .signature = "(array: array<T>) -> int",
     .sql = "CAST(len($1) AS INTEGER)",
     .doc = "Number of elements."},
    {.name = "array_union",
     .signature = "(a: array<T>, b: array<T>) -> array<T>",
     .sql = "list_select($1 || $2, lab_distinct_indices($1 || $2))",
     .types = &array_union_types,
     .doc = "Values of either, each once."},
    {.name = "arrays_overlap",
     .signature = "(a: array<T>, b: array<T>) -> boolean",
     .sql = "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_has_any($1, $2) THEN true WHEN len($1) > 0 AND "
            "len($2) > 0 AND (list_count($1) < len($1) OR list_count($2) < len($2)) THEN NULL ELSE false END",
     .types = &arrays_overlap_types,
     .nullability = Nullability::Always,
     .doc = "Both hold a common element."},
    {.name = "arrays_zip",
     .signature = "(arrays: any...?) -> any",
     .lower = &lower_arrays_zip,
     .types = &arrays_zip_types,
     .doc = "Structs of the n-th elements."},
    {.name = "cardinality",
     .signature = "(value: any) -> int",
     .lower = &lower_size,
     .types = &size_types,
     .doc = "Number of elements."},
    {.name = "element_at",
     .signature = "(value: any, key: any) -> any",
     .lower = &lower_element_at,
     .types = &element_at_types,
     .may_raise = true,
     .doc = "Element by 1-based index, or value by key."},
    {.name = "flatten",
     .signature = "(arrays: any) -> any",
     .sql = "CASE WHEN list_count($1) < len($1) THEN NULL ELSE flatten($1) END",
     .types = &flatten_types,
     .doc = "Arrays of an array one behind the other."},
    {.name = "get",
     .signature = "(array: any, index: any) -> any",
     .lower = &lower_get,
     .types = &get_types,
     .doc = "Element by 0-based index, NULL when there is none."},
    {.name = "sequence",
     .signature = "(start: any, stop: any, step?: any) -> any",
     .lower = &lower_sequence,
     .types = &sequence_types,
     .may_raise = true,
     .doc = "Values from start to stop."},
    {.name = "shuffle",
     .signature = "(array: array<T>, seed?: bigint) -> array<T>",
     .sql = "list_select($1, lab_shuffle_indices(len($1)))",
     .is_volatile = true,
     .doc = "In random order."},
    {.name = "size",
     .signature = "(value: any) -> int",
     .lower = &lower_size,
     .types = &size_types,
     .doc = "Number of elements."},
    {.name = "slice",
     .signature = "(array: array<T>, start: int, length: int) -> array<T>",
     .sql = "list_select($1, lab_slice_indices(len($1), $2, $3))",
     .may_raise = true,
     .doc = "A piece from a 1-based start."},
    {.name = "sort_array",
     .signature = "(array: array<O>, ascending?: boolean) -> array<O>",
     .lower = &lower_sort_array,
     .types = &sort_array_types,
     .doc = "In order."},
    {.name = "try_element_at",
     .signature = "(value: any, key: any) -> any",
     .lower = &lower_try_element_at,
     .types = &try_element_at_types,
     .may_raise = true,
     .doc = "element_at, NULL when there is none."},
};
static_assert(are_rows_in_order(kArrayTable));

}  // namespace

constinit const Rows kArrayRows = kArrayTable;

}  // namespace lab::functions
