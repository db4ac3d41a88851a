#pragma once

#include <optional>
#include <string>

#include "plan/relation.h"

namespace lab::commands {

/// The option as the user gave it; `key` is in lower case, as the keys of options are.
inline std::optional<std::string> find_option(const plan::Options& options, const char* key) {
  const auto found = options.find(key);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace lab::commands
