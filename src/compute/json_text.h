#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON text, read as Spark reads it.
namespace lab::compute {

/// `$`, `.name`, `['name']`, `[0]`, `[*]`, `.*`. Nothing for no match, JSON null or bad JSON; text without quotes,
/// objects compact.
std::optional<std::string> get_json_object(std::string_view json, std::string_view path);
/// A top-level field as json_tuple gives it.
std::optional<std::string> json_field(std::string_view json, std::string_view name);
std::optional<std::int32_t> json_array_length(std::string_view json);
/// Nothing unless the JSON is an object.
std::optional<std::vector<std::string>> json_object_keys(std::string_view json);
/// What Spark's reader takes beside JSON: single quotes, NaN and Infinity, and only the first value of several.
std::string relaxed_json(std::string_view json);

void append_json_string(std::string& out, std::string_view text);

}  // namespace lab::compute
