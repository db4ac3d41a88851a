#pragma once

#include <string>
#include <string_view>

namespace lab {

/// ASCII letters in lower case, other bytes as they are: names of tables, columns, options, headers.
std::string lower_case(std::string_view text);

/// Equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace lab
