#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/run_file.h"

namespace lab::app::cli {
namespace {

bool answers(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

std::int64_t resident_bytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::string since_text(std::int64_t micros) {
  const std::int64_t seconds = std::time(nullptr) - micros / 1'000'000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 86400) return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
  return std::to_string(seconds / 86400) + " days";
}

}  // namespace

int status(const Settings& settings, bool as_json) {
  const auto data = std::filesystem::path(settings.text("data"));
  const auto run = find_run_file(data);
  std::error_code ignored;
  const auto space = std::filesystem::space(data, ignored);
  if (as_json) {
    nlohmann::json roles = nlohmann::json::array();
    for (const RoleRow& role : all_roles()) {
      nlohmann::json entry{{"role", role.key}, {"group", role.group}, {"protocol", role.protocol}, {"state", role.is_built ? "stopped" : "not built"}};
      if (run)
        for (const RunningRole& running : run->roles)
          if (running.key == role.key) entry.update({{"state", answers(running.port) ? "up" : "not answering"}, {"url", running.url}, {"port", running.port}});
      roles.push_back(std::move(entry));
    }
    nlohmann::json body{{"running", run.has_value()}, {"data", data.string()}, {"roles", roles}, {"free_bytes", space.available}};
    if (run) body.update({{"pid", run->pid}, {"version", run->version}, {"profile", run->profile}, {"resident_bytes", resident_bytes(run->pid)}, {"start_seconds", run->start_seconds}});
    std::printf("%s\n", body.dump(2).c_str());
    return run ? 0 : 3;
  }
  if (!run) {
    std::printf("No lab is running on %s. Start one with: dflab up\n", data.c_str());
    return 3;
  }
  std::printf("DataFlow Lab %s, process %d, up for %s, %.0f MB of memory, %s profile\n", run->version.c_str(), run->pid, since_text(run->started_micros).c_str(),
              static_cast<double>(resident_bytes(run->pid)) / 1e6, run->profile.c_str());
  std::printf("Data in %s, %.1f GB free; overwritten versions are kept for %s\n\n", data.c_str(), static_cast<double>(space.available) / 1e9, settings.text("history.keep").c_str());
  std::printf("  %-10s %-14s %-12s %s\n", "ROLE", "PROTOCOL", "STATE", "ADDRESS");
  for (const RoleRow& role : all_roles())
    for (const RunningRole& running : run->roles)
      if (running.key == role.key)
        std::printf("  %-10s %-14s %-12s %s\n", running.key.c_str(), std::string(role.protocol).c_str(), answers(running.port) ? "up" : "not answering", running.url.c_str());
  for (const RunningRole& running : run->roles)
    if (running.key.find('.') != std::string::npos) std::printf("  %-10s %-14s %-12s %s\n", running.key.c_str(), "page", answers(running.port) ? "up" : "not answering", running.url.c_str());
  return 0;
}

}  // namespace lab::app::cli
