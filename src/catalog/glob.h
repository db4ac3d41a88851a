#pragma once

#include <string_view>

namespace lab::catalog {

/// What makes a path a glob.
inline constexpr std::string_view kGlobCharacters = "*?[{\\";

/// Hadoop's globs: `*` and `?` within one path part, `[a-c]`, `[^a]`, `{x,y}`, `\` before a literal.
bool has_glob(std::string_view path);
/// Throws what Hadoop says of a glob that is none: a class or group that is not closed, nothing behind the last `\\`.
void check_glob(std::string_view glob);
/// Whether `path` matches, or lies below a folder that matches.
bool matches_glob_or_below(std::string_view glob, std::string_view path);

}  // namespace lab::catalog
