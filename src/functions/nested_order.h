#pragma once

#include <string>

#include "types/data_type.h"

/// Spark's order of nested values in DuckDB's SQL: NULLs inside come first there. Plain values keep DuckDB's own order.
namespace lab::functions {

/// What to compare in place of `sql`: itself, or a key.
std::string order_key(const std::string& sql, const types::DataType& type);

enum class ListOrder : std::uint8_t { UpNullsFirst, UpNullsLast, DownNullsLast };
/// The list's elements in order.
std::string sorted_list(const std::string& list, const types::DataType& element, ListOrder order);
/// The first element in that order.
std::string first_in_order(const std::string& list, const types::DataType& element, ListOrder order);

/// True when a map is the type or stands in it.
bool holds_map(const types::DataType& type);
/// The value with the entries of the maps in it in the order of their keys: maps of the same entries become the same value. `type` holds one.
std::string with_sorted_maps(const std::string& sql, const types::DataType& type);

}  // namespace lab::functions
