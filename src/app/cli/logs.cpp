#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "app/cli/commands.h"
#include "app/conditions.h"
#include "app/run_file.h"
#include "base/error.h"

namespace lab::app::cli {
namespace {

struct RoleAreas {
  std::string_view role;
  std::string_view areas;  ///< of log lines, by spaces
};
/// Which modules write about a role.
constexpr RoleAreas kRoleAreas[] = {
    {"objects", "s3 store access net pool"},
    {"hub", "hub access store net pool"},
    {"apps", "apps access store net pool"},
    {"spark", "spark session commands exec engine lake/delta catalog store access base pool"},
};

/// The area of a line `time level area: text`; empty for what is no such line.
std::string_view area_of(std::string_view line) {
  for (int i = 0; i < 2; ++i) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, std::min(line.find(": "), line.size()));
}

/// A line is about a role when one of its modules wrote it, whatever words stand in its text.
bool is_about(std::string_view line, std::string_view name) {
  if (name.empty()) return true;
  const std::string_view area = area_of(line);
  for (const RoleAreas& row : kRoleAreas)
    if (row.role == name) return (" " + std::string(row.areas) + " ").find(" " + std::string(area) + " ") != std::string::npos;
  return area == name;
}

}  // namespace

int logs(const Settings& settings, const LogsOptions& options) {
  const auto path = log_path(settings.text("data"));
  std::ifstream file(path);
  if (!file) throw Error(conditions::kNoLog, {{"path", path.string()}});
  std::deque<std::string> last;
  std::string line;
  while (std::getline(file, line)) {
    if (!is_about(line, options.name)) continue;
    last.push_back(line);
    if (last.size() > static_cast<std::size_t>(std::max(options.tail, 0))) last.pop_front();
  }
  for (const std::string& text : last) std::printf("%s\n", text.c_str());
  while (options.follow) {
    std::fflush(stdout);
    file.clear();
    while (std::getline(file, line))
      if (is_about(line, options.name)) std::printf("%s\n", line.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return 0;
}

}  // namespace lab::app::cli
