#pragma once

#include "functions/function_row.h"

/// Rules of types for functions over collections and values of their elements or keys: nothing becomes text by itself
/// here, and NULL without a type is refused in a way of each function's own.
namespace lab::functions {

bool is_orderable(const DataType& type);
/// Throws the Misfit of a type without an order.
void check_orderable(const DataType& type);

/// array_contains(array, value): no untyped NULL on either side.
CallTypes array_contains_types(const CallShape& shape);
/// array_position(array, value): a value may be NULL.
CallTypes array_position_types(const CallShape& shape);
/// array_remove(array, value).
CallTypes array_remove_types(const CallShape& shape);
/// array_append and array_prepend; the result may hold NULL when the value may be one.
CallTypes array_append_types(const CallShape& shape);
/// array_insert(array, position, value).
CallTypes array_insert_types(const CallShape& shape);
/// array_union, array_intersect, array_except.
CallTypes array_union_types(const CallShape& shape);
CallTypes array_intersect_types(const CallShape& shape);
CallTypes array_except_types(const CallShape& shape);
CallTypes arrays_overlap_types(const CallShape& shape);
/// map_contains_key(map, key).
CallTypes map_contains_key_types(const CallShape& shape);

}  // namespace lab::functions
