#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <thread>

#include "app/cli/commands.h"
#include "app/conditions.h"
#include "app/run_file.h"
#include "base/error.h"

namespace lab::app::cli {
namespace {

/// A line is `time level area text`; a role's name also stands for the modules that serve it.
bool is_about(const std::string& line, const std::string& name) {
  if (name.empty()) return true;
  const std::string alias = name == "objects" ? "s3" : name;
  return line.find(" " + name) != std::string::npos || line.find(" " + alias) != std::string::npos;
}

}  // namespace

int logs(const Settings& settings, const LogsOptions& options) {
  const auto path = log_path(settings.text("data"));
  std::ifstream file(path);
  if (!file) throw Error(conditions::kNotRunning, {{"data", settings.text("data")}});
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
