#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Settings inside a statement's text, put in before it is parsed: `SELECT * FROM t WHERE day = '${day}'`.
namespace lab::sql {

using SettingOf = std::function<std::optional<std::string>(const char* name)>;

bool has_variables(std::string_view text);

/// `${name}`, also as `${spark:name}`, `${sparkconf:name}`, `${hivevar:name}`, `${hiveconf:name}`, becomes the
/// setting's value, in which it is done again; an unknown name becomes nothing. Any other prefix stays as it is: a
/// server's environment (`env:`, `system:`) is no user's to read. Throws for a setting that needs itself, and for settings
/// that make of a text more than can be parsed.
std::string with_variables(std::string_view text, const SettingOf& setting);

}  // namespace lab::sql
