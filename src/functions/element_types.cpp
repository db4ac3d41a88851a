#include "functions/element_types.h"

#include <algorithm>

#include "functions/common_type.h"
#include "functions/conditions.h"
#include "functions/misfit.h"
#include "types/type_text.h"

namespace lab::functions {

using types::TypeKind;

namespace {

/// ARRAY_FUNCTION_DIFF_TYPES and its siblings name both types.
Misfit different(const CallShape& shape, const Condition& condition, std::string_view key, std::string_view type,
                 std::size_t value = 1) {
  return Misfit::named(condition, {{std::string(key), "\"" + std::string(type) + "\""},
                                   {"leftType", types::quoted_sql(shape.type(0))},
                                   {"rightType", types::quoted_sql(shape.type(value))}});
}
Misfit different_element(const CallShape& shape, std::size_t value = 1) {
  return different(shape, conditions::kArrayFunctionDiffTypes, "dataType", "ARRAY", value);
}

/// The array with the element type brought to what `type` and it have in common; its own when nothing changes.
DataType with_element(const DataType& array, const DataType& element, bool contains_null) {
  if (same_shape(element, array.element()) && contains_null == array.contains_null()) return array;
  return DataType::array(element, contains_null);
}

/// Both brought to their common type; the result is for the caller to fill in.
CallTypes array_and_value(const CallShape& shape) {
  const DataType &array = shape.type(0), &value = shape.type(1);
  if (!array.is(TypeKind::Array)) throw different_element(shape);
  const auto element = wider_without_strings(array.element(), value, shape.policy);
  if (!element) throw different_element(shape);
  return {{with_element(array, *element, array.contains_null()), *element}, {}, {}};
}

void refuse_null(const CallShape& shape, std::size_t argument) {
  if (shape.type(argument).is(TypeKind::Null)) throw Misfit::named(conditions::kNullType);
}

/// Both arrays of one type.
CallTypes two_arrays(const CallShape& shape) {
  const DataType &left = shape.type(0), &right = shape.type(1);
  const auto misfit = [&] { return different(shape, conditions::kBinaryArrayDiffTypes, "arrayType", "ARRAY"); };
  if (!left.is(TypeKind::Array) || !right.is(TypeKind::Array)) throw misfit();
  const auto element = tightest_common_type(left.element(), right.element(), shape.policy);
  if (!element) throw misfit();
  check_orderable(*element);
  return {{with_element(left, *element, left.contains_null()), with_element(right, *element, right.contains_null())},
          DataType::array(*element, left.contains_null() || right.contains_null()),
          {}};
}

}  // namespace

bool is_orderable(const DataType& type) {
  if (type.is(TypeKind::Map) || type.is(TypeKind::Variant) || type.is(TypeKind::CalendarInterval)) return false;
  if (type.is(TypeKind::Array)) return is_orderable(type.element());
  if (type.is(TypeKind::Struct))
    return std::ranges::all_of(type.fields(), [](const auto& field) { return is_orderable(field.type); });
  return true;
}

void check_orderable(const DataType& type) {
  if (!is_orderable(type))
    throw Misfit::named(conditions::kInvalidOrderingType, {{"dataType", types::quoted_sql(type)}});
}

CallTypes array_contains_types(const CallShape& shape) {
  refuse_null(shape, 0);
  refuse_null(shape, 1);
  CallTypes types = array_and_value(shape);
  check_orderable(types.arguments[1]);
  types.result = TypeKind::Boolean;
  types.nullable =
      shape.arguments[0]->nullable || shape.arguments[1]->nullable || shape.type(0).contains_null();
  return types;
}

CallTypes array_position_types(const CallShape& shape) {
  refuse_null(shape, 0);
  CallTypes types = array_and_value(shape);
  check_orderable(types.arguments[1]);
  types.result = TypeKind::Long;
  return types;
}

CallTypes array_remove_types(const CallShape& shape) {
  CallTypes types = array_and_value(shape);
  check_orderable(types.arguments[1]);
  types.result = types.arguments[0];
  return types;
}

CallTypes array_append_types(const CallShape& shape) {
  const DataType &array = shape.type(0), &value = shape.type(1);
  if (!array.is(TypeKind::Array)) {
    Misfit misfit{Misfit::Why::Input, 0, "\"ARRAY\""};
    misfit.counts_from_zero = true;
    throw misfit;
  }
  const auto element = tightest_common_type(array.element(), value, shape.policy);
  if (!element) throw different_element(shape);
  const DataType result = DataType::array(*element, array.contains_null() || shape.arguments[1]->nullable);
  return {{with_element(array, *element, array.contains_null()), *element}, result, shape.arguments[0]->nullable};
}

CallTypes array_insert_types(const CallShape& shape) {
  const DataType &array = shape.type(0), &position = shape.type(1), &value = shape.type(2);
  if (!array.is(TypeKind::Array)) throw different_element(shape, 2);
  const auto element = tightest_common_type(array.element(), value, shape.policy);
  if (!position.is_integral() || position.is(TypeKind::Long)) throw Misfit{Misfit::Why::Input, 1, "\"INT\""};
  if (!element) throw different_element(shape, 2);
  return {{with_element(array, *element, array.contains_null()), TypeKind::Int, *element},
          DataType::array(*element, true),
          shape.arguments[0]->nullable || shape.arguments[1]->nullable};
}

CallTypes array_union_types(const CallShape& shape) { return two_arrays(shape); }

CallTypes array_intersect_types(const CallShape& shape) {
  CallTypes types = two_arrays(shape);
  types.result = DataType::array(types.result.element(), shape.type(0).contains_null() && shape.type(1).contains_null());
  return types;
}

CallTypes array_except_types(const CallShape& shape) {
  CallTypes types = two_arrays(shape);
  types.result = types.arguments[0];
  return types;
}

CallTypes arrays_overlap_types(const CallShape& shape) {
  CallTypes types = two_arrays(shape);
  types.result = TypeKind::Boolean;
  types.nullable = shape.arguments[0]->nullable || shape.arguments[1]->nullable || shape.type(0).contains_null() ||
                   shape.type(1).contains_null();
  return types;
}

CallTypes map_contains_key_types(const CallShape& shape) {
  const DataType &map = shape.type(0), &key = shape.type(1);
  refuse_null(shape, 1);
  const auto misfit = [&] { return different(shape, conditions::kMapFunctionDiffTypes, "dataType", "MAP"); };
  if (!map.is(TypeKind::Map)) throw misfit();
  const auto common = wider_without_strings(map.key(), key, shape.policy);
  if (!common) throw misfit();
  check_orderable(*common);
  const bool same = same_shape(*common, map.key());
  return {{same ? map : DataType::map(*common, map.value(), map.contains_null()), *common}, TypeKind::Boolean, {}};
}

}  // namespace lab::functions
