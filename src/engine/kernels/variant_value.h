#pragma once

#include "compute/variant.h"
#include "duckdb/common/types/value.hpp"
#include "types/data_type.h"

/// Between variants and DuckDB's values of Spark's types.
namespace lab::engine {

duckdb::Value variant_value(const compute::Variant& variant);

/// `value` (not NULL) of `type` appended; structs become objects, calendar intervals have no variant.
void append_value(compute::VariantBuilder& builder, const duckdb::Value& value, const types::DataType& type);

/// The variant as `type`, by the casts that Spark has for it. What does not fit raises INVALID_VARIANT_CAST, or is NULL.
duckdb::Value value_of_variant(const compute::VariantView& variant, const types::DataType& type, const compute::Zone& zone, bool raises);

}  // namespace lab::engine
