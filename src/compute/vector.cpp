#include "compute/vector.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "compute/conditions.h"
#include "compute/real_math.h"

namespace lab::compute {

namespace {

/// Terms 0…count-1: whole blocks are summed by themselves first.
template <typename Term>
float block_sum(std::size_t count, Term term) {
  constexpr std::size_t kBlock = 8;
  float sum = 0;
  std::size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    float block = term(i);
    for (std::size_t n = 1; n < kBlock; ++n) block += term(i + n);
    sum += block;
  }
  for (; i < count; ++i) sum += term(i);
  return sum;
}

float square_sum(Floats vector) {
  return block_sum(vector.size(), [&](std::size_t i) { return vector[i] * vector[i]; });
}

float root(float value) { return static_cast<float>(std::sqrt(static_cast<double>(value))); }

}  // namespace

void check_dimensions(std::string_view function, std::size_t left, std::size_t right) {
  if (left != right)
    throw Error(conditions::kVectorDimensions, {{"functionName", "`" + std::string(function) + "`"},
                                                {"leftDim", std::to_string(left)},
                                                {"rightDim", std::to_string(right)}});
}

std::optional<float> cosine_similarity(Floats left, Floats right) {
  if (left.empty()) return {};
  const float lengths = root(square_sum(left) * square_sum(right));
  if (lengths < std::numeric_limits<float>::min()) return {};
  return inner_product(left, right) / lengths;
}

float inner_product(Floats left, Floats right) {
  return block_sum(left.size(), [&](std::size_t i) { return left[i] * right[i]; });
}

float l2_distance(Floats left, Floats right) {
  return root(block_sum(left.size(), [&](std::size_t i) {
    const float difference = left[i] - right[i];
    return difference * difference;
  }));
}

float vector_norm(std::string_view function, Floats vector, float degree) {
  if (degree == 1) return block_sum(vector.size(), [&](std::size_t i) { return std::fabs(vector[i]); });
  if (degree == 2) return root(square_sum(vector));
  if (degree == std::numeric_limits<float>::infinity()) {
    float greatest = 0;
    for (const float value : vector) greatest = std::fabs(value) > greatest ? std::fabs(value) : greatest;
    return greatest;
  }
  throw Error(conditions::kVectorNormDegree, {{"functionName", "`" + std::string(function) + "`"}, {"degree", real_text(degree)}});
}

std::optional<std::vector<float>> normalized(std::string_view function, Floats vector, float degree) {
  const float norm = vector_norm(function, vector, degree);
  std::vector<float> result(vector.begin(), vector.end());
  if (result.empty()) return result;
  if (norm < std::numeric_limits<float>::min()) return {};
  for (float& value : result) value /= norm;
  return result;
}

}  // namespace lab::compute
