#include "compute/integer_math.h"
#include "compute/real_math.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

namespace lab::engine {

namespace {

using compute::Operation;

template <Operation Op, typename T>
void register_operation(KernelRegistry& registry, const std::string& name) {
  registry.add(adapt<&compute::checked<Op, T>>(name), kRaises);
  registry.add(adapt<&compute::wrapped<Op, T>>(name + "_wrap"));
  registry.add(adapt<&compute::tried<Op, T>>(name + "_try"));
}

template <typename T>
std::optional<T> remainder_or_null(T a, T b) {
  if (b == 0) return {};
  return compute::remainder_of(a, b);
}
template <typename T>
T remainder_or_divide_error(T a, T b) {
  if (b == 0) compute::throw_divide_by_zero();
  return compute::remainder_of(a, b);
}
template <typename T>
T remainder_or_error(T a, T b) {
  if (b == 0) compute::throw_remainder_by_zero();
  return compute::remainder_of(a, b);
}
template <typename T>
std::optional<T> pmod_or_null(T a, T b) {
  if (b == 0) return {};
  return compute::positive_remainder(a, b);
}
template <typename T>
T pmod_or_error(T a, T b) {
  if (b == 0) compute::throw_remainder_by_zero();
  return compute::positive_remainder(a, b);
}

template <typename T>
void register_integers(KernelRegistry& registry) {
  register_operation<Operation::Add, T>(registry, "lab_add");
  register_operation<Operation::Subtract, T>(registry, "lab_subtract");
  register_operation<Operation::Multiply, T>(registry, "lab_multiply");
  registry.add(adapt<&compute::negate_checked<T>>("lab_negate"), kRaises);
  registry.add(adapt<&compute::negate_wrapped<T>>("lab_negate_wrap"));
  registry.add(adapt<&compute::abs_checked<T>>("lab_abs"), kRaises);
  registry.add(adapt<&compute::abs_wrapped<T>>("lab_abs_wrap"));
  registry.add(adapt<&remainder_or_null<T>>("lab_remainder_try"));
  registry.add(adapt<&remainder_or_divide_error<T>>("lab_remainder"), kRaises);
  registry.add(adapt<&remainder_or_error<T>>("lab_remainder_spark4"), kRaises);
  registry.add(adapt<&pmod_or_null<T>>("lab_pmod_try"));
  registry.add(adapt<&pmod_or_error<T>>("lab_pmod"), kRaises);
  registry.add(adapt("lab_round", [](T value, std::int32_t scale, bool raises) {
    return static_cast<T>(compute::round_integer(value, scale, sizeof(T) * 8, false, raises));
  }), kRaises);
  registry.add(adapt("lab_bround", [](T value, std::int32_t scale, bool raises) {
    return static_cast<T>(compute::round_integer(value, scale, sizeof(T) * 8, true, raises));
  }), kRaises);
  registry.add(adapt("lab_bit_count", [](T value) { return static_cast<std::int32_t>(__builtin_popcountll(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)))); }));
  registry.add(adapt("lab_bit_get", [](T value, std::int32_t position) { return compute::bit_at(value, position, sizeof(T) * 8, "bit_get"); }), kRaises);
  registry.add(adapt("lab_getbit", [](T value, std::int32_t position) { return compute::bit_at(value, position, sizeof(T) * 8, "getbit"); }), kRaises);
}

template <typename T>
void register_shifts(KernelRegistry& registry) {
  registry.add(adapt<&compute::shift_left<T>>("lab_shift_left"));
  registry.add(adapt<&compute::shift_right<T>>("lab_shift_right"));
  registry.add(adapt<&compute::shift_right_unsigned<T>>("lab_shift_right_unsigned"));
}

std::optional<std::int64_t> quotient_or_null(std::int64_t a, std::int64_t b) {
  if (b == 0) return {};
  return b == -1 ? compute::negate_wrapped(a) : a / b;
}
std::int64_t quotient_or_error(std::int64_t a, std::int64_t b) {
  if (b == 0) compute::throw_divide_by_zero();
  if (b == -1 && a == std::numeric_limits<std::int64_t>::min()) compute::throw_overflow("Overflow in integral divide", "try_divide");
  return a / b;
}

}  // namespace

void register_integer_kernels(KernelRegistry& registry) {
  register_integers<std::int8_t>(registry);
  register_integers<std::int16_t>(registry);
  register_integers<std::int32_t>(registry);
  register_integers<std::int64_t>(registry);
  register_shifts<std::int32_t>(registry);
  register_shifts<std::int64_t>(registry);
  registry.add(adapt<&quotient_or_null>("lab_integral_divide_try"));
  registry.add(adapt<&quotient_or_error>("lab_integral_divide"), kRaises);
  registry.add(adapt("lab_bit_count", [](bool value) { return std::int32_t{value}; }));
  registry.add(adapt<&compute::factorial>("lab_factorial"));
  registry.add(adapt<&compute::binary_digits>("lab_bin"));
  registry.add(adapt<&compute::convert_base>("lab_conv"), kRaises);
  registry.add(adapt("lab_hex", [](std::int64_t value) { return compute::hex_of(value); }));
  registry.add(adapt("lab_hex", [](std::string_view value) { return compute::hex_of(value); }));
  registry.add(adapt("lab_hex", [](compute::BytesView value) { return compute::hex_of(value.bytes); }));
  registry.add(adapt("lab_unhex", [](std::string_view text) -> std::optional<compute::Bytes> {
    auto bytes = compute::unhex(text);
    if (!bytes) return {};
    return compute::Bytes{std::move(*bytes)};
  }));
  registry.add(adapt<&compute::width_bucket>("lab_width_bucket"));
  registry.add(adapt<&compute::passes_luhn>("lab_luhn_check"));
  registry.add(adapt("lab_bitmap_bit_position", [](std::int64_t value) { return value > 0 ? (value - 1) % 32768 : -value % 32768; }));
  registry.add(adapt("lab_bitmap_bucket_number", [](std::int64_t value) { return value > 0 ? 1 + (value - 1) / 32768 : value / 32768; }));
  registry.add(adapt("lab_bitmap_count", [](compute::BytesView bitmap) {
    std::int64_t count = 0;
    for (const char c : bitmap.bytes) count += __builtin_popcount(static_cast<unsigned char>(c));
    return count;
  }));
}

}  // namespace lab::engine
