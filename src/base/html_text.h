#pragma once

#include <string>
#include <string_view>

namespace lab {

/// `text` as it stands in HTML, between tags and in quoted attributes of either kind.
std::string escape_html(std::string_view text);

}  // namespace lab
