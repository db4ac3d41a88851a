#pragma once

#include "duckdb/common/types.hpp"
#include "duckdb/common/types/value.hpp"
#include "types/value.h"

namespace lab::engine {

/// The DuckDB type in which a Spark type rides (functions/duckdb_type.h writes the same as text): TIMESTAMP is TIMESTAMP WITH TIME
/// ZONE, TIMESTAMP_NTZ is TIMESTAMP, year-month intervals INTEGER, day-time intervals BIGINT, calendar intervals and VARIANT structs,
/// `void` BOOLEAN, struct fields f0…fn; a struct without fields has one BOOLEAN.
duckdb::LogicalType to_duck(const types::DataType& type);
duckdb::Value to_duck(const types::Value& value, const types::DataType& type);

}  // namespace lab::engine
