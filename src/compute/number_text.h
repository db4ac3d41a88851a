#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Numbers of text, as casts read them. Blanks and control characters around the text do not count.
namespace lab::compute {

/// A sign and digits; `fraction_cut`: legacy casts take `1.9` as 1.
template <typename T>
std::optional<T> parse_integer(std::string_view text, bool fraction_cut);
std::optional<double> parse_double(std::string_view text);
std::optional<float> parse_float(std::string_view text);
/// t true y yes 1, f false n no 0, in any case.
std::optional<bool> parse_boolean(std::string_view text);
/// Without what casts do not look at.
std::string_view trimmed(std::string_view text);

}  // namespace lab::compute
