#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "types/data_type.h"

namespace lab::types {

/// The `comment` of a field, which rides in its metadata as Spark keeps it.
std::optional<std::string> field_comment(const Field& field);
/// `metadata` (JSON object text, may be empty) with the text entry `key` set.
std::string with_metadata_entry(std::string_view metadata, std::string_view key, std::string_view value);

/// `it's` → `it\'s`, as Spark prints comments in DDL.
std::string escape_single_quotes(std::string_view text);
/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

}  // namespace lab::types
