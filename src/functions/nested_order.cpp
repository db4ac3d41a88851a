#include "functions/nested_order.h"

#include <algorithm>

namespace lab::functions {

namespace {

std::string modifiers(ListOrder order) {
  switch (order) {
    case ListOrder::UpNullsFirst:
      return ", 'ASC', 'NULLS FIRST')";
    case ListOrder::UpNullsLast:
      return ", 'ASC', 'NULLS LAST')";
    case ListOrder::DownNullsLast:
      return ", 'DESC', 'NULLS LAST')";
  }
  return ")";
}

/// Positions of the elements in order.
std::string grades(const std::string& list, ListOrder order) {
  return "list_grade_up(list_transform(" + list + ", lambda item: lab_order_key(item))" + modifiers(order);
}

}  // namespace

std::string order_key(const std::string& sql, const types::DataType& type) {
  return type.is_nested() ? "lab_order_key(" + sql + ")" : sql;
}

std::string sorted_list(const std::string& list, const types::DataType& element, ListOrder order) {
  if (!element.is_nested()) return "list_sort(" + list + modifiers(order);
  return "list_select(" + list + ", " + grades(list, order) + ")";
}

std::string first_in_order(const std::string& list, const types::DataType& element, ListOrder order) {
  if (!element.is_nested())
    return (order == ListOrder::DownNullsLast ? "list_max(" : "list_min(") + list + ")";
  return "list_extract(" + list + ", " + grades(list, order) + "[1])";
}

bool holds_map(const types::DataType& type) {
  using types::TypeKind;
  switch (type.kind()) {
    case TypeKind::Map: return true;
    case TypeKind::Array: return holds_map(type.element());
    case TypeKind::Struct: return std::ranges::any_of(type.fields(), [](const types::Field& field) { return holds_map(field.type); });
    default: return false;
  }
}

namespace {

// Lambdas in lambdas need names of their own.
std::string sorted_at(const std::string& sql, const types::DataType& type, int depth) {
  if (!holds_map(type)) return sql;
  const std::string item = "sorted_" + std::to_string(depth);
  if (type.is(types::TypeKind::Array)) return "list_transform(" + sql + ", lambda " + item + ": " + sorted_at(item, type.element(), depth + 1) + ")";
  if (type.is(types::TypeKind::Map)) {
    std::string entries = "map_entries(" + sql + ")";
    if (holds_map(type.value()))
      entries = "list_transform(" + entries + ", lambda " + item + ": {'key': struct_extract(" + item + ", 'key'), 'value': " +
                sorted_at("struct_extract(" + item + ", 'value')", type.value(), depth + 1) + "})";
    return "map_from_entries(list_sort(" + entries + "))";
  }
  std::string fields;
  for (std::size_t i = 0; i < type.fields().size(); ++i) {
    const std::string name = "f" + std::to_string(i);
    fields += (i == 0 ? "'" : ", '") + name + "': " + sorted_at("struct_extract(" + sql + ", '" + name + "')", type.fields()[i].type, depth);
  }
  return "CASE WHEN " + sql + " IS NOT NULL THEN {" + fields + "} END";
}

}  // namespace

std::string with_sorted_maps(const std::string& sql, const types::DataType& type) { return sorted_at(sql, type, 0); }

}  // namespace lab::functions
