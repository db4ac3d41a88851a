#include "app/run_file.h"

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/conditions.h"
#include "base/disk.h"
#include "base/error.h"

namespace lab::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

fs::path run_path(const fs::path& data) { return data / "run" / "lab.json"; }

}  // namespace

bool is_running(pid_t pid) {
  if (::kill(pid, 0) != 0) return false;
  std::ifstream stream("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  // proc(5): the state stands behind the name, which is in parentheses and may hold some itself.
  const auto name_end = text.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= text.size() || text[name_end + 2] != 'Z';
}

fs::path log_path(const fs::path& data) { return data / "logs" / "lab.log"; }

void write_run_file(const fs::path& data, const RunFile& file) {
  json roles = json::array();
  for (const RunningRole& role : file.roles) roles.push_back({{"key", role.key}, {"url", role.url}, {"port", role.port}});
  const json body{{"pid", file.pid},         {"version", file.version}, {"profile", file.profile},        {"started", file.started_micros},
                  {"start_seconds", file.start_seconds}, {"roles", roles},          {"environment", file.environment}};
  RealDisk disk;
  make_folders(disk, run_path(data).parent_path());
  write_file_atomically(disk, run_path(data), body.dump(2));
}

std::optional<RunFile> find_run_file(const fs::path& data) {
  std::ifstream stream(run_path(data));
  if (!stream) return std::nullopt;
  const json body = json::parse(stream, nullptr, false);
  if (body.is_discarded()) return std::nullopt;
  RunFile file;
  file.pid = body.value("pid", 0);
  if (file.pid <= 0 || !is_running(file.pid)) return std::nullopt;
  file.version = body.value("version", "");
  file.profile = body.value("profile", "");
  file.started_micros = body.value("started", std::int64_t{0});
  file.start_seconds = body.value("start_seconds", 0.0);
  for (const json& role : body.value("roles", json::array())) file.roles.push_back({role.value("key", ""), role.value("url", ""), role.value("port", std::uint16_t{0})});
  file.environment = body.value("environment", std::map<std::string, std::string>{});
  return file;
}

RunFile get_run_file(const fs::path& data) {
  auto file = find_run_file(data);
  if (!file) throw Error(conditions::kNotRunning, {{"data", data.string()}});
  return *std::move(file);
}

void remove_run_file(const fs::path& data) {
  std::error_code ignored;
  fs::remove(run_path(data), ignored);
}

}  // namespace lab::app
