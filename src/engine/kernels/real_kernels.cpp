#include <cmath>

#include "compute/overflow.h"
#include "compute/real_math.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

/// NULL at and below `bound`, where the logarithm has no value.
template <auto Function, int Bound = 0>
std::optional<double> logarithm(double value) {
  if (value <= Bound) return {};
  return Function(value);
}

double java_signum(double value) { return value > 0 ? 1.0 : value < 0 ? -1.0 : value; }
/// asinh(-inf) is -inf; Java's formula loses digits, Spark's does not.
double exact_asinh(double value) { return std::asinh(value); }
double java_pow(double a, double b) { return std::isnan(b) || (std::abs(a) == 1 && std::isinf(b)) ? NAN : std::pow(a, b); }

double plain_ln(double value) { return std::log(value); }
double plain_log10(double value) { return std::log10(value); }
double plain_log2(double value) { return std::log2(value); }
double plain_log1p(double value) { return std::log1p(value); }

template <typename T>
std::optional<T> real_remainder(T a, T b) {
  if (b == 0) return {};
  return std::fmod(a, b);
}
template <typename T>
std::optional<T> real_pmod(T a, T b) {
  if (b == 0) return {};
  const T r = std::fmod(a, b);
  return r < 0 ? std::fmod(r + b, b) : r;
}

template <typename T>
void register_real(KernelRegistry& registry) {
  registry.add(adapt<&real_remainder<T>>("lab_remainder_try"));
  registry.add(adapt("lab_remainder", [](T a, T b) { return b == 0 ? (compute::throw_divide_by_zero(), a) : std::fmod(a, b); }), kRaises);
  registry.add(adapt("lab_remainder_spark4", [](T a, T b) { return b == 0 ? (compute::throw_remainder_by_zero(), a) : std::fmod(a, b); }), kRaises);
  registry.add(adapt<&real_pmod<T>>("lab_pmod_try"));
  registry.add(adapt("lab_pmod", [](T a, T b) { return b == 0 ? (compute::throw_remainder_by_zero(), a) : *real_pmod(a, b); }), kRaises);
  registry.add(adapt("lab_round", [](T value, std::int32_t scale) { return compute::round_half_up(value, scale); }));
  registry.add(adapt("lab_bround", [](T value, std::int32_t scale) { return compute::round_half_even(value, scale); }));
}

#define LAB_REAL(name, expression) registry.add(adapt("lab_" name, [](double a) { return static_cast<double>(expression); }))

}  // namespace

void register_real_kernels(KernelRegistry& registry) {
  register_real<float>(registry);
  register_real<double>(registry);
  registry.add(adapt("lab_divide_try", [](double a, double b) -> std::optional<double> { return b == 0 ? std::nullopt : std::optional(a / b); }));
  registry.add(adapt("lab_divide", [](double a, double b) { return b == 0 ? (compute::throw_divide_by_zero(), a) : a / b; }), kRaises);
  LAB_REAL("acos", std::acos(a));
  LAB_REAL("acosh", std::acosh(a));
  LAB_REAL("asin", std::asin(a));
  LAB_REAL("asinh", exact_asinh(a));
  LAB_REAL("atanh", std::atanh(a));
  LAB_REAL("cbrt", std::cbrt(a));
  LAB_REAL("cos", std::cos(a));
  LAB_REAL("cosh", std::cosh(a));
  LAB_REAL("cot", 1 / std::tan(a));
  LAB_REAL("csc", 1 / std::sin(a));
  LAB_REAL("sec", 1 / std::cos(a));
  LAB_REAL("degrees", a * (180.0 / 3.141592653589793));
  LAB_REAL("radians", a * (3.141592653589793 / 180.0));
  LAB_REAL("expm1", std::expm1(a));
  LAB_REAL("rint", std::nearbyint(a));
  LAB_REAL("signum", java_signum(a));
  LAB_REAL("sin", std::sin(a));
  LAB_REAL("sinh", std::sinh(a));
  LAB_REAL("sqrt", std::sqrt(a));
  LAB_REAL("tan", std::tan(a));
  LAB_REAL("tanh", std::tanh(a));
  registry.add(adapt("lab_atan2", [](double y, double x) { return std::atan2(y + 0.0, x + 0.0); }));
  registry.add(adapt("lab_hypot", [](double a, double b) { return std::hypot(a, b); }));
  registry.add(adapt<&java_pow>("lab_pow"));
  registry.add(adapt<&logarithm<&plain_ln>>("lab_ln"));
  registry.add(adapt<&logarithm<&plain_log10>>("lab_log10"));
  registry.add(adapt<&logarithm<&plain_log2>>("lab_log2"));
  registry.add(adapt<&logarithm<&plain_log1p, -1>>("lab_log1p"));
  registry.add(adapt("lab_log_base", [](double base, double value) -> std::optional<double> {
    if (value <= 0 || base <= 0) return {};
    return std::log(value) / std::log(base);
  }));
  registry.add(adapt("lab_ceil", [](double a) { return compute::saturated_long(std::ceil(a)); }));
  registry.add(adapt("lab_floor", [](double a) { return compute::saturated_long(std::floor(a)); }));
  registry.add(adapt("lab_plain_digits", [](double a) { return compute::plain_digits(a); }));
  registry.add(adapt("lab_double_text", [](double a) { return compute::real_text(a); }));
  registry.add(adapt("lab_float_text", [](float a) { return compute::real_text(a); }));
}

}  // namespace lab::engine
