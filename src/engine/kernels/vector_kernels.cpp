#include "compute/vector.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using compute::Floats;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::LogicalType;
using duckdb::UnifiedVectorFormat;
using duckdb::Vector;

/// The lists of a vector of float lists, row by row; a list with a NULL in it is as NULL, but its size is known.
class FloatRows {
 public:
  FloatRows(Vector& vector, idx_t count) {
    vector.ToUnifiedFormat(count, lists_);
    const auto num_items = ListVector::GetListSize(vector);
    ListVector::GetEntry(vector).ToUnifiedFormat(num_items, items_);
  }
  bool is_null(idx_t row) const { return !lists_.validity.RowIsValid(lists_.sel->get_index(row)); }
  std::size_t size(idx_t row) const { return entry(row).length; }
  /// False when an element is NULL.
  bool read(idx_t row, std::vector<float>& out) const {
    const auto list = entry(row);
    out.clear();
    for (idx_t i = 0; i < list.length; ++i) {
      const auto at = items_.sel->get_index(list.offset + i);
      if (!items_.validity.RowIsValid(at)) return false;
      out.push_back(UnifiedVectorFormat::GetData<float>(items_)[at]);
    }
    return true;
  }

 private:
  duckdb::list_entry_t entry(idx_t row) const { return UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists_)[lists_.sel->get_index(row)]; }
  UnifiedVectorFormat lists_, items_;
};

std::optional<float> cosine_of(Floats a, Floats b) { return compute::cosine_similarity(a, b); }
std::optional<float> product_of(Floats a, Floats b) { return compute::inner_product(a, b); }
std::optional<float> distance_of(Floats a, Floats b) { return compute::l2_distance(a, b); }

constexpr char kCosineName[] = "vector_cosine_similarity", kProductName[] = "vector_inner_product", kDistanceName[] = "vector_l2_distance";

template <auto Of, const char* Name>
void compare(DataChunk& arguments, ExpressionState&, Vector& result) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const FloatRows left(arguments.data[0], arguments.size()), right(arguments.data[1], arguments.size());
  std::vector<float> a, b;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* out = FlatVector::GetData<float>(result);
  for (idx_t row = 0; row < count; ++row) {
    std::optional<float> value;
    if (!left.is_null(row) && !right.is_null(row)) {
      compute::check_dimensions(Name, left.size(row), right.size(row));
      if (left.read(row, a) && right.read(row, b)) value = Of(a, b);
    }
    if (value)
      out[row] = *value;
    else
      FlatVector::SetNull(result, row, true);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// (vector, degree): calls `give(row, vector, degree)`, or makes the row NULL.
template <typename Give>
void each_with_degree(DataChunk& arguments, Vector& result, Give give) {
  const bool constant = arguments.AllConstant();
  const idx_t count = constant ? 1 : arguments.size();
  const FloatRows vectors(arguments.data[0], arguments.size());
  UnifiedVectorFormat degrees;
  arguments.data[1].ToUnifiedFormat(arguments.size(), degrees);
  std::vector<float> vector;
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  for (idx_t row = 0; row < count; ++row) {
    const auto at = degrees.sel->get_index(row);
    const bool valid = !vectors.is_null(row) && degrees.validity.RowIsValid(at) && vectors.read(row, vector);
    if (!valid || !give(row, Floats(vector), UnifiedVectorFormat::GetData<float>(degrees)[at])) FlatVector::SetNull(result, row, true);
  }
  if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

void norm(DataChunk& arguments, ExpressionState&, Vector& result) {
  auto* out = FlatVector::GetData<float>(result);
  each_with_degree(arguments, result, [&](idx_t row, Floats vector, float degree) {
    out[row] = compute::vector_norm("vector_norm", vector, degree);
    return true;
  });
}

void normalize(DataChunk& arguments, ExpressionState&, Vector& result) {
  idx_t used = 0;
  ListVector::SetListSize(result, 0);
  each_with_degree(arguments, result, [&](idx_t row, Floats vector, float degree) {
    FlatVector::GetData<duckdb::list_entry_t>(result)[row] = {used, 0};
    const auto unit = compute::normalized("vector_normalize", vector, degree);
    if (!unit) return false;
    ListVector::Reserve(result, used + unit->size());
    std::copy(unit->begin(), unit->end(), FlatVector::GetData<float>(ListVector::GetEntry(result)) + used);
    FlatVector::GetData<duckdb::list_entry_t>(result)[row] = {used, unit->size()};
    used += unit->size();
    ListVector::SetListSize(result, used);
    return true;
  });
}

}  // namespace

void register_vector_kernels(KernelRegistry& registry) {
  const LogicalType number = LogicalType::FLOAT, list = LogicalType::LIST(LogicalType::FLOAT);
  registry.add("lab_vector_cosine", {list, list}, number, &compare<&cosine_of, kCosineName>, kRaises);
  registry.add("lab_vector_product", {list, list}, number, &compare<&product_of, kProductName>, kRaises);
  registry.add("lab_vector_distance", {list, list}, number, &compare<&distance_of, kDistanceName>, kRaises);
  registry.add("lab_vector_norm", {list, number}, number, &norm, kRaises);
  registry.add("lab_vector_normalize", {list, number}, list, &normalize, kRaises);
}

}  // namespace lab::engine
