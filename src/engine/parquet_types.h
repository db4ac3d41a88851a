#pragma once

#include <optional>
#include <string>

#include "duckdb/common/types.hpp"
#include "types/data_type.h"

namespace lab::engine {

/// A column of a Parquet file that Spark does not read as the type it should have.
struct TypeMismatch {
  std::string column;        ///< as Parquet names it: `[l, list, element]`
  types::DataType expected;
  std::string actual;        ///< Parquet's type; empty: a group where a value should be, or the other way round
};

/// Spark reads a value as its own type and as wider ones: nothing that could lose digits, and no text as a number or the other way round.
/// Without `widens`, as in Spark 3.5, it reads a value as its own type only. `file_type` is DuckDB's for the column, with the instants that
/// `type` has. Fields of structs are not looked at.
std::optional<TypeMismatch> find_type_mismatch(const std::string& column, const types::DataType& type, const duckdb::LogicalType& file_type, bool widens);

}  // namespace lab::engine
