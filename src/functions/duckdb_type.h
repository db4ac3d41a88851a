#pragma once

#include <string>
#include <string_view>

#include "types/value.h"

/// How Spark's types and constants are spelled in DuckDB's SQL.
namespace lab::functions {

/// TIMESTAMP is TIMESTAMPTZ, TIMESTAMP_NTZ is TIMESTAMP; day-time intervals are BIGINT microseconds, year-month
/// intervals INTEGER months, calendar intervals STRUCT(f0 INTEGER, f1 INTEGER, f2 BIGINT) (months, days, microseconds),
/// VARIANT STRUCT(f0 BLOB, f1 BLOB); struct fields are f0…fn; void is BOOLEAN (a type of its own would not survive
/// DuckDB's parser).
std::string duckdb_type(const types::DataType& type);

/// `'it''s'`; code points NUL included by way of chr(0).
std::string text_literal(std::string_view text);
/// A typed constant: `CAST(NULL AS INTEGER)`, `DATE '2024-01-01'`, `[1, 2]::INTEGER[]`, `'\x00'::BLOB`.
std::string literal_sql(const types::DataType& type, const types::Value& value);

}  // namespace lab::functions
