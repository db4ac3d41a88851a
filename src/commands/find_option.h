#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/letter_case.h"
#include "commands/conditions.h"
#include "plan/relation.h"

namespace lab::commands {

/// The option as the user gave it; `key` is in lower case, as the keys of options are.
inline std::optional<std::string> find_option(const plan::Options& options, const char* key) {
  const auto found = options.find(key);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

/// A flag as Scala reads one: `true` and `false` in any case. Throws for all else.
inline bool find_flag(const plan::Options& options, const char* key, bool otherwise = false) {
  const auto text = find_option(options, key);
  if (!text) return otherwise;
  if (equal_ignoring_case(*text, "true")) return true;
  if (equal_ignoring_case(*text, "false")) return false;
  throw Error(conditions::kNotABoolean, {{"text", *text}});
}

}  // namespace lab::commands
