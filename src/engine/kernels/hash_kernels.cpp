#include "compute/hash.h"

#include <bit>
#include <cmath>

#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/kernels/adapt.h"
#include "engine/kernels/decimal_argument.h"
#include "engine/kernels/families.h"

/// hash and xxhash64 walk values of any type by DuckDB's type, which tells Spark's apart where they hash apart.
namespace lab::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

struct Murmur3 {
  using Seed = std::int32_t;
  static Seed of_int(std::int32_t value, Seed seed) { return compute::murmur3_int(value, seed); }
  static Seed of_long(std::int64_t value, Seed seed) { return compute::murmur3_long(value, seed); }
  static Seed of_bytes(std::string_view bytes, Seed seed) { return compute::murmur3_bytes(bytes, seed); }
};
struct XxHash64 {
  using Seed = std::int64_t;
  static Seed of_int(std::int32_t value, Seed seed) { return compute::xxhash64_int(value, seed); }
  static Seed of_long(std::int64_t value, Seed seed) { return compute::xxhash64_long(value, seed); }
  static Seed of_bytes(std::string_view bytes, Seed seed) { return compute::xxhash64_bytes(bytes, seed); }
};

/// Values of one vector; nested ones keep readers of their parts.
template <typename Hash>
class Hasher {
 public:
  using Seed = typename Hash::Seed;

  Hasher(Vector& vector, idx_t count) : type_(vector.GetType()) {
    vector.ToUnifiedFormat(count, format_);
    switch (type_.InternalType()) {
      case duckdb::PhysicalType::LIST:
        parts_.push_back(
            std::make_unique<Hasher>(duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector)));
        break;
      case duckdb::PhysicalType::STRUCT:
        vector.Flatten(count);
        vector.ToUnifiedFormat(count, format_);
        for (auto& field : duckdb::StructVector::GetEntries(vector))
          parts_.push_back(std::make_unique<Hasher>(*field, count));
        break;
      default:
        break;
    }
    if (type_.id() == LogicalTypeId::DECIMAL) decimal_ = std::make_unique<DecimalArgument>(vector, count);
  }

  Seed operator()(idx_t row, Seed seed) const {
    const idx_t at = format_.sel->get_index(row);
    if (!format_.validity.RowIsValid(at)) return seed;
    switch (type_.id()) {
      case LogicalTypeId::BOOLEAN:
        return Hash::of_int(value<bool>(at) ? 1 : 0, seed);
      case LogicalTypeId::TINYINT:
        return Hash::of_int(value<std::int8_t>(at), seed);
      case LogicalTypeId::SMALLINT:
        return Hash::of_int(value<std::int16_t>(at), seed);
      case LogicalTypeId::INTEGER:
      case LogicalTypeId::DATE:
        return Hash::of_int(value<std::int32_t>(at), seed);
      case LogicalTypeId::BIGINT:
      case LogicalTypeId::TIMESTAMP:
      case LogicalTypeId::TIMESTAMP_TZ:
        return Hash::of_long(value<std::int64_t>(at), seed);
      case LogicalTypeId::FLOAT: {
        const float number = value<float>(at);
        return Hash::of_int(number == 0          ? 0
                            : std::isnan(number) ? 0x7fc00000
                                                 : std::bit_cast<std::int32_t>(number),
                            seed);
      }
      case LogicalTypeId::DOUBLE: {
        const double number = value<double>(at);
        return Hash::of_long(number == 0          ? 0
                             : std::isnan(number) ? 0x7ff8000000000000LL
                                                  : std::bit_cast<std::int64_t>(number),
                             seed);
      }
      case LogicalTypeId::DECIMAL: {
        const auto number = (*decimal_)[row];
        if (duckdb::DecimalType::GetWidth(type_) <= 18) return Hash::of_long(static_cast<std::int64_t>(number), seed);
        return Hash::of_bytes(compute::big_integer_bytes(number), seed);
      }
      case LogicalTypeId::STRUCT:
        for (const auto& part : parts_) seed = (*part)(row, seed);
        return seed;
      case LogicalTypeId::LIST: {
        const auto entry = value<duckdb::list_entry_t>(at);
        for (idx_t i = 0; i < entry.length; ++i) seed = (*parts_[0])(entry.offset + i, seed);
        return seed;
      }
      default: {
        const auto& text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format_)[at];
        return Hash::of_bytes({text.GetData(), text.GetSize()}, seed);
      }
    }
  }

 private:
  template <typename T>
  T value(idx_t at) const {
    return duckdb::UnifiedVectorFormat::GetData<T>(format_)[at];
  }
  LogicalType type_;
  duckdb::UnifiedVectorFormat format_;
  std::vector<std::unique_ptr<Hasher>> parts_;
  std::unique_ptr<DecimalArgument> decimal_;
};

template <typename Hash>
void run_hash(DataChunk& arguments, ExpressionState&, Vector& result) {
  using Seed = typename Hash::Seed;
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const Hasher<Hash> hasher(arguments.data[0], arguments.size());
  duckdb::UnifiedVectorFormat seeds;
  arguments.data[1].ToUnifiedFormat(arguments.size(), seeds);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = duckdb::FlatVector::GetData<Seed>(result);
  for (idx_t row = 0; row < count; ++row)
    out[row] = hasher(row, duckdb::UnifiedVectorFormat::GetData<Seed>(seeds)[seeds.sel->get_index(row)]);
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

}  // namespace

void register_hash_kernels(KernelRegistry& registry) {
  constexpr KernelTraits kSeesNulls{.sees_nulls = true};
  registry.add("lab_murmur3", {LogicalType::ANY, LogicalType::INTEGER}, LogicalType::INTEGER, &run_hash<Murmur3>,
               kSeesNulls);
  registry.add("lab_xxhash64", {LogicalType::ANY, LogicalType::BIGINT}, LogicalType::BIGINT, &run_hash<XxHash64>,
               kSeesNulls);
  registry.add(adapt("lab_md5", [](compute::BytesView value) { return compute::md5(value.bytes); }));
  registry.add(adapt("lab_sha1", [](compute::BytesView value) { return compute::sha1(value.bytes); }));
  registry.add(
      adapt("lab_sha2", [](compute::BytesView value, std::int32_t bits) { return compute::sha2(value.bytes, bits); }));
  registry.add(adapt("lab_crc32", [](compute::BytesView value) { return compute::crc32(value.bytes); }));
}

}  // namespace lab::engine
