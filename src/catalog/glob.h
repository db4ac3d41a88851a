#pragma once

#include <string_view>

namespace lab::catalog {

/// Hadoop's globs: `*` and `?` within one path part, `[a-c]`, `[^a]`, `{x,y}`, `\` before a literal.
bool has_glob(std::string_view path);
/// Whether `path` matches, or lies below a folder that matches.
bool matches_glob_or_below(std::string_view glob, std::string_view path);

}  // namespace lab::catalog
