#include "functions/misfit.h"
#include "functions/rows.h"

/// Vectors: arrays of floats and of nothing else.
namespace lab::functions {

using types::TypeKind;

namespace {

void need_vector(const CallShape& shape, std::size_t i) {
  const DataType& type = shape.type(i);
  if (!type.is(TypeKind::Array) || !type.element().is(TypeKind::Float)) throw Misfit{Misfit::Why::Input, i, "\"ARRAY<FLOAT>\""};
}

CallTypes pair_types(const CallShape& shape) {
  need_vector(shape, 0);
  need_vector(shape, 1);
  return {{shape.type(0), shape.type(1)}, TypeKind::Float, true};
}

CallTypes degree_types(const CallShape& shape, bool is_vector) {
  need_vector(shape, 0);
  if (shape.size() > 1 && !shape.type(1).is(TypeKind::Float)) throw Misfit{Misfit::Why::Input, 1, "\"FLOAT\""};
  CallTypes types{{shape.type(0)}, is_vector ? DataType::array(TypeKind::Float, false) : DataType(TypeKind::Float), true};
  if (shape.size() > 1) types.arguments.push_back(TypeKind::Float);
  return types;
}
CallTypes norm_types(const CallShape& shape) { return degree_types(shape, false); }
CallTypes normalize_types(const CallShape& shape) { return degree_types(shape, true); }

std::string with_degree(std::string_view kernel, const LowerCall& call) {
  return std::string(kernel) + "(" + call.sql[0] + ", " + (call.size() > 1 ? call.sql[1] : "2::FLOAT") + ")";
}
std::string lower_vector_norm(const LowerCall& call) { return with_degree("lab_vector_norm", call); }
std::string lower_vector_normalize(const LowerCall& call) { return with_degree("lab_vector_normalize", call); }

constexpr FunctionRow kVectorTable[] = {
    {.name = "vector_cosine_similarity",
     .signature = "(left: any, right: any) -> float",
     .native = "lab_vector_cosine",
     .types = &pair_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "Cosine of the angle between two vectors."},
    {.name = "vector_inner_product",
     .signature = "(left: any, right: any) -> float",
     .native = "lab_vector_product",
     .types = &pair_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "Sum of the products of two vectors' elements."},
    {.name = "vector_l2_distance",
     .signature = "(left: any, right: any) -> float",
     .native = "lab_vector_distance",
     .types = &pair_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "Euclidean distance of two vectors."},
    {.name = "vector_norm",
     .signature = "(vector: any, degree?: any) -> float",
     .lower = &lower_vector_norm,
     .types = &norm_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "Length of a vector: of degree 1, 2 or infinity."},
    {.name = "vector_normalize",
     .signature = "(vector: any, degree?: any) -> any",
     .lower = &lower_vector_normalize,
     .types = &normalize_types,
     .may_raise = true,
     .since_version = Since::Spark4Only,
     .doc = "The vector divided by its length."},
};
static_assert(are_rows_in_order(kVectorTable));

}  // namespace

constinit const Rows kVectorRows = kVectorTable;

}  // namespace lab::functions
