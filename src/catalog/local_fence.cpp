#include "catalog/local_fence.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/conditions.h"

namespace lab::catalog {
namespace {

namespace fs = std::filesystem;

/// Links followed as far as there is something; what is not there yet as it is written.
fs::path real_path(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : real;
}

bool is_below(const fs::path& path, const fs::path& folder) { return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end(); }

std::vector<fs::path> real_paths(const std::vector<fs::path>& paths) {
  std::vector<fs::path> real;
  for (const fs::path& path : paths) real.push_back(real_path(path));
  return real;
}

}  // namespace

LocalFence::LocalFence(const std::vector<fs::path>& closed, const std::vector<fs::path>& open) : closed_(real_paths(closed)), open_(real_paths(open)) {}

bool LocalFence::is_closed(const fs::path& path) const {
  const fs::path real = real_path(path);
  const auto holds = [&](const fs::path& folder) { return is_below(real, folder); };
  return std::ranges::any_of(closed_, holds) && std::ranges::none_of(open_, holds);
}

void LocalFence::check(const fs::path& path) const {
  if (is_closed(path)) throw Error(conditions::kPathNotAllowed, {{"path", path.string()}});
}

void LocalFence::check_contents(const fs::path& folder) const {
  check(folder);
  const fs::path real = real_path(folder);
  if (std::ranges::any_of(closed_, [&](const fs::path& closed) { return is_below(closed, real); })) throw Error(conditions::kPathNotAllowed, {{"path", folder.string()}});
}

}  // namespace lab::catalog
