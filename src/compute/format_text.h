#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compute/decimal.h"
#include "compute/moments.h"
#include "compute/zone.h"

/// Numbers by formats, and formats of Java's String.format.
namespace lab::compute {

/// `digits` is a plain decimal (`-1234.5`); `places` decimals, rounded half to even, with grouping commas. Nothing for
/// a negative number of places.
std::optional<std::string> format_number(std::string_view digits, std::int32_t places);
/// The same by a pattern as of java.text.DecimalFormat: `#,###.##`, `0.00`.
std::optional<std::string> format_number(std::string_view digits, std::string_view pattern);

/// An argument of format_string; monostate is NULL.
using FormatArgument = std::variant<std::monostate, bool, std::int64_t, double, std::string, Date, Instant>;
/// `%d %5.2f %-10s %,d %x %c %b %e %%`, with `1$` indices. Throws INVALID_FORMAT_STRING.
std::string format_string(std::string_view format, const std::vector<FormatArgument>& arguments, const Zone& zone);

/// to_number's and to_char's formats: `$ S MI PR 0 9 . D , G`.
std::optional<Int128> to_number(std::string_view text, std::string_view format, int precision, int scale, bool raises);
std::string to_char(std::string_view digits, std::string_view format);

}  // namespace lab::compute
