#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// XPath 1.0 over XML text. Nothing is fetched and no entity is expanded. An empty text or path has no answer; text that is no XML, or a path
/// that is none, raises.
namespace lab::compute {

std::optional<bool> xpath_boolean(std::string_view xml, std::string_view path);
std::optional<std::string> xpath_string(std::string_view xml, std::string_view path);
/// NaN where the value is no number.
std::optional<double> xpath_number(std::string_view xml, std::string_view path);
/// Values of the nodes: of attributes and texts; elements have none.
std::optional<std::vector<std::optional<std::string>>> xpath_nodes(std::string_view xml, std::string_view path);

}  // namespace lab::compute
