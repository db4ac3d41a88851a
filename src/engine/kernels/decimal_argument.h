#pragma once

#include "compute/decimal.h"
#include "duckdb/common/hugeint.hpp"
#include "duckdb/common/types/vector.hpp"

namespace lab::engine {

inline compute::Int128 to_int128(duckdb::hugeint_t value) {
  return static_cast<compute::Int128>((static_cast<compute::UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower);
}
inline duckdb::hugeint_t to_hugeint(compute::Int128 value) {
  duckdb::hugeint_t result;
  result.lower = static_cast<std::uint64_t>(value);
  result.upper = static_cast<std::int64_t>(value >> 64);
  return result;
}

inline compute::Int128 to_int128(std::int64_t value) { return value; }

/// Calls `next` with a value of the C++ type that the DECIMAL vector holds; to_int128 takes each.
template <typename Next>
void with_decimal_type(const duckdb::Vector& vector, Next next) {
  switch (vector.GetType().InternalType()) {
    case duckdb::PhysicalType::INT16: return next(std::int16_t{});
    case duckdb::PhysicalType::INT32: return next(std::int32_t{});
    case duckdb::PhysicalType::INT64: return next(std::int64_t{});
    default: return next(duckdb::hugeint_t{});
  }
}

/// A DECIMAL vector of any width, read as 128-bit numbers.
class DecimalArgument {
 public:
  DecimalArgument(duckdb::Vector& vector, duckdb::idx_t count) : width_(vector.GetType().InternalType()) {
    scale_ = duckdb::DecimalType::GetScale(vector.GetType());
    vector.ToUnifiedFormat(count, format_);
  }

  int scale() const { return scale_; }
  duckdb::PhysicalType width() const { return width_; }
  bool is_valid(duckdb::idx_t row) const { return format_.validity.RowIsValid(format_.sel->get_index(row)); }
  compute::Int128 operator[](duckdb::idx_t row) const {
    const auto at = format_.sel->get_index(row);
    switch (width_) {
      case duckdb::PhysicalType::INT16: return duckdb::UnifiedVectorFormat::GetData<std::int16_t>(format_)[at];
      case duckdb::PhysicalType::INT32: return duckdb::UnifiedVectorFormat::GetData<std::int32_t>(format_)[at];
      case duckdb::PhysicalType::INT64: return duckdb::UnifiedVectorFormat::GetData<std::int64_t>(format_)[at];
      default: return to_int128(duckdb::UnifiedVectorFormat::GetData<duckdb::hugeint_t>(format_)[at]);
    }
  }

 private:
  duckdb::PhysicalType width_;
  int scale_ = 0;
  duckdb::UnifiedVectorFormat format_;
};

/// Writes a number into a DECIMAL vector of any width.
class DecimalResult {
 public:
  explicit DecimalResult(duckdb::Vector& vector) : vector_(vector), width_(vector.GetType().InternalType()) {
    vector.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  }
  void set_null(duckdb::idx_t row) { duckdb::FlatVector::Validity(vector_).SetInvalid(row); }
  void set(duckdb::idx_t row, compute::Int128 value) {
    switch (width_) {
      case duckdb::PhysicalType::INT16: duckdb::FlatVector::GetData<std::int16_t>(vector_)[row] = static_cast<std::int16_t>(value); break;
      case duckdb::PhysicalType::INT32: duckdb::FlatVector::GetData<std::int32_t>(vector_)[row] = static_cast<std::int32_t>(value); break;
      case duckdb::PhysicalType::INT64: duckdb::FlatVector::GetData<std::int64_t>(vector_)[row] = static_cast<std::int64_t>(value); break;
      default: duckdb::FlatVector::GetData<duckdb::hugeint_t>(vector_)[row] = to_hugeint(value);
    }
  }

 private:
  duckdb::Vector& vector_;
  duckdb::PhysicalType width_;
};

}  // namespace lab::engine
