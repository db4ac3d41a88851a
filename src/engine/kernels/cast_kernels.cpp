#include <cmath>
#include <limits>

#include "compute/calendar.h"
#include "compute/conditions.h"
#include "compute/datetime_text.h"
#include "compute/integer_math.h"
#include "compute/number_text.h"
#include "compute/overflow.h"
#include "compute/real_math.h"
#include "compute/zone.h"
#include "engine/kernels/adapt.h"
#include "engine/kernels/families.h"

/// Casts between numbers and from text. Plain names raise as ANSI does, `_try` gives NULL, `_legacy` wraps or saturates
/// as Java does.
namespace lab::engine {

namespace {

template <typename T>
constexpr std::string_view sql_name() {
  if constexpr (std::is_same_v<T, std::int8_t>) return "TINYINT";
  if constexpr (std::is_same_v<T, std::int16_t>) return "SMALLINT";
  if constexpr (std::is_same_v<T, std::int32_t>) return "INT";
  if constexpr (std::is_same_v<T, std::int64_t>) return "BIGINT";
  if constexpr (std::is_same_v<T, float>) return "FLOAT";
  return "DOUBLE";
}

/// As a literal of its type: `128S`, `1L`, `1.5D`.
template <typename T>
std::string literal_text(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) return compute::real_text(value);
  }
  if constexpr (std::is_same_v<T, double>) return compute::real_text(value) + "D";
  if constexpr (std::is_same_v<T, float>) return "CAST('" + compute::real_text(value) + "' AS FLOAT)";
  if constexpr (std::is_integral_v<T>) {
    const std::string digits = std::to_string(static_cast<std::int64_t>(value));
    return digits + (sizeof(T) == 1 ? "Y" : sizeof(T) == 2 ? "S" : sizeof(T) == 8 ? "L" : "");
  }
}

template <typename To, typename From>
bool fits(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    // Java compares the floor and the ceiling, so that 127.9 is still a tinyint.
    return std::floor(static_cast<double>(value)) <= static_cast<double>(std::numeric_limits<To>::max()) &&
           std::ceil(static_cast<double>(value)) >= static_cast<double>(std::numeric_limits<To>::min());
  } else {
    return static_cast<std::int64_t>(value) >= std::numeric_limits<To>::min() &&
           static_cast<std::int64_t>(value) <= std::numeric_limits<To>::max();
  }
}

template <typename To, typename From>
To converted(From value) {
  if constexpr (std::is_floating_point_v<From>) {
    if constexpr (sizeof(To) == 8) return compute::saturated_long(static_cast<double>(value));
    return static_cast<To>(compute::saturated_int(static_cast<double>(value)));
  } else {
    return static_cast<To>(value);
  }
}

template <typename To, typename From>
To cast_or_raise(From value) {
  if (!fits<To>(value)) [[unlikely]]
    compute::throw_cast_overflow(literal_text(value), sql_name<From>(), sql_name<To>());
  return converted<To>(value);
}
template <typename To, typename From>
std::optional<To> cast_or_null(From value) {
  if (!fits<To>(value)) return {};
  return converted<To>(value);
}

template <typename To, typename From>
void register_pair(KernelRegistry& registry, const std::string& name) {
  registry.add(adapt<&cast_or_raise<To, From>>(name), kRaises);
  registry.add(adapt<&cast_or_null<To, From>>(name + "_try"));
  registry.add(adapt<&converted<To, From>>(name + "_legacy"));
}

template <typename To>
To parse_or_raise(std::string_view text) {
  const auto value = compute::parse_integer<To>(text, false);
  if (!value) compute::throw_cast_invalid(text, sql_name<To>());
  return *value;
}

template <typename To>
void register_target(KernelRegistry& registry, const std::string& name) {
  register_pair<To, std::int8_t>(registry, "lab_to_" + name);
  register_pair<To, std::int16_t>(registry, "lab_to_" + name);
  register_pair<To, std::int32_t>(registry, "lab_to_" + name);
  register_pair<To, std::int64_t>(registry, "lab_to_" + name);
  register_pair<To, float>(registry, "lab_to_" + name);
  register_pair<To, double>(registry, "lab_to_" + name);
  registry.add(adapt<&parse_or_raise<To>>("lab_parse_" + name), kRaises);
  registry.add(adapt("lab_parse_" + name + "_try",
                     [](std::string_view text) { return compute::parse_integer<To>(text, false); }));
  registry.add(adapt("lab_parse_" + name + "_legacy",
                     [](std::string_view text) { return compute::parse_integer<To>(text, true); }));
  registry.add(adapt("lab_to_" + name + "_from_timestamp",
                     [](compute::Instant instant, std::string_view zone) {
                       const std::int64_t seconds = compute::floor_divide(instant.micros, 1'000'000);
                       if (!fits<To>(seconds)) {
                         const std::string text = compute::timestamp_text(instant, compute::Zone::find(zone));
                         compute::throw_cast_overflow("TIMESTAMP '" + text + "'", "TIMESTAMP", sql_name<To>());
                       }
                       return static_cast<To>(seconds);
                     }),
               kRaises);
}

template <typename T, auto Parse>
T parsed(std::string_view text, std::string_view type) {
  const auto value = Parse(text);
  if (!value) compute::throw_cast_invalid(text, type);
  return *value;
}

template <typename T>
compute::Bytes big_endian(T value) {
  std::string bytes;
  for (int shift = static_cast<int>(sizeof(T) - 1) * 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
  return {bytes};
}

}  // namespace

void register_cast_kernels(KernelRegistry& registry) {
  register_target<std::int8_t>(registry, "tinyint");
  register_target<std::int16_t>(registry, "smallint");
  register_target<std::int32_t>(registry, "int");
  register_target<std::int64_t>(registry, "bigint");
  registry.add(adapt("lab_parse_double",
                     [](std::string_view text) { return parsed<double, &compute::parse_double>(text, "DOUBLE"); }),
               kRaises);
  registry.add(adapt<&compute::parse_double>("lab_parse_double_try"));
  registry.add(adapt("lab_parse_float",
                     [](std::string_view text) { return parsed<float, &compute::parse_float>(text, "FLOAT"); }),
               kRaises);
  registry.add(adapt<&compute::parse_float>("lab_parse_float_try"));
  registry.add(adapt("lab_parse_boolean",
                     [](std::string_view text) { return parsed<bool, &compute::parse_boolean>(text, "BOOLEAN"); }),
               kRaises);
  registry.add(adapt<&compute::parse_boolean>("lab_parse_boolean_try"));
  registry.add(adapt("lab_timestamp_seconds_exact",
                     [](double seconds) {
                       if (!std::isfinite(seconds))
                         throw Error(compute::conditions::kCastInvalidInput,
                                     {{"expression", compute::real_text(seconds)},
                                      {"sourceType", "\"DOUBLE\""},
                                      {"targetType", "\"TIMESTAMP\""},
                                      {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
                       return compute::Instant{cast_or_raise<std::int64_t>(seconds * 1e6)};
                     }),
               kRaises);
  registry.add(adapt("lab_timestamp_seconds_try", [](double seconds) -> std::optional<compute::Instant> {
    if (!std::isfinite(seconds) || !fits<std::int64_t>(seconds * 1e6)) return {};
    return compute::Instant{converted<std::int64_t>(seconds * 1e6)};
  }));
  registry.add(adapt<&big_endian<std::int8_t>>("lab_integer_bytes"));
  registry.add(adapt<&big_endian<std::int16_t>>("lab_integer_bytes"));
  registry.add(adapt<&big_endian<std::int32_t>>("lab_integer_bytes"));
  registry.add(adapt<&big_endian<std::int64_t>>("lab_integer_bytes"));
}

}  // namespace lab::engine
