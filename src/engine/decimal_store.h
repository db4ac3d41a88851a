#pragma once

#include "duckdb/common/types/vector.hpp"
#include "types/value.h"

namespace lab::engine {

/// An unscaled number into a row of a DECIMAL vector, in the integer that its precision asks for.
inline void store_decimal(duckdb::Vector& vector, std::size_t row, types::Int128 value) {
  using duckdb::FlatVector;
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: FlatVector::GetData<std::int16_t>(vector)[row] = static_cast<std::int16_t>(value); break;
    case duckdb::PhysicalType::INT32: FlatVector::GetData<std::int32_t>(vector)[row] = static_cast<std::int32_t>(value); break;
    case duckdb::PhysicalType::INT64: FlatVector::GetData<std::int64_t>(vector)[row] = static_cast<std::int64_t>(value); break;
    default: FlatVector::GetData<duckdb::hugeint_t>(vector)[row] = duckdb::hugeint_t(static_cast<std::int64_t>(value >> 64), static_cast<std::uint64_t>(value));
  }
}

}  // namespace lab::engine
