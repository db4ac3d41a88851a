#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lab::ldap {

/// A value inside of a search filter (RFC 4515).
std::string escape_in_filter(std::string_view value);
/// A value inside of a distinguished name (RFC 4514).
std::string escape_in_name(std::string_view value);

/// `text` with `{name}` replaced by each value, which is escaped already; what replaces is not looked at again.
std::string fill_template(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace lab::ldap
