#include "functions/nested_order.h"

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

}  // namespace lab::functions
