#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// Vectors of floats. Sums run over blocks of eight in single precision, so that the last bits are Spark's.
namespace lab::compute {

using Floats = std::span<const float>;

/// Throws VECTOR_DIMENSION_MISMATCH.
void check_dimensions(std::string_view function, std::size_t left, std::size_t right);

/// Nothing for vectors without length.
std::optional<float> cosine_similarity(Floats left, Floats right);
float inner_product(Floats left, Floats right);
float l2_distance(Floats left, Floats right);
/// Of degree 1, 2 or infinity. Throws INVALID_VECTOR_NORM_DEGREE.
float vector_norm(std::string_view function, Floats vector, float degree);
/// Nothing when the norm is 0.
std::optional<std::vector<float>> normalized(std::string_view function, Floats vector, float degree);

}  // namespace lab::compute
