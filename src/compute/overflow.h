#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// The errors of values, with the parameters that Spark gives them.
namespace lab::compute {

inline constexpr std::string_view kAnsiConfig = "\"spark.sql.ansi.enabled\"";

/// `integer overflow`, with the way round it (`try_add`) when there is one.
[[noreturn]] void throw_overflow(std::string_view message, std::string_view tolerant = {});
[[noreturn]] void throw_divide_by_zero();
[[noreturn]] void throw_remainder_by_zero();
[[noreturn]] void throw_cast_overflow(std::string value, std::string_view from, std::string_view to);
/// `value` as text, put in quotes when it was text.
[[noreturn]] void throw_cast_invalid(std::string_view text, std::string_view to);
[[noreturn]] void throw_decimal_range(std::string value, int precision, int scale);

}  // namespace lab::compute
