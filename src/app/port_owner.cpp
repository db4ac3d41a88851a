#include "app/port_owner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace lab::app {

namespace fs = std::filesystem;

namespace {

/// Inode of the socket that listens on the port, by the kernel's table; empty when none is seen.
std::string find_socket(const char* table, std::uint16_t port) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, skip, inode;
    words >> number >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) words >> skip;
    words >> inode;
    const std::size_t colon = local.rfind(':');
    if (state == "0A" && colon != std::string::npos && std::stoul(local.substr(colon + 1), nullptr, 16) == port) return inode;
  }
  return "";
}

}  // namespace

std::string describe_port_owner(std::uint16_t port) {
  std::string inode = find_socket("/proc/net/tcp", port);
  if (inode.empty()) inode = find_socket("/proc/net/tcp6", port);
  if (inode.empty()) return "";
  const std::string wanted = "socket:[" + inode + "]";
  std::error_code ignored;
  for (const auto& process : fs::directory_iterator("/proc", ignored)) {
    const std::string pid = process.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const auto& descriptor : fs::directory_iterator(process.path() / "fd", ignored)) {
      if (fs::read_symlink(descriptor.path(), ignored).string() != wanted) continue;
      std::string name;
      std::ifstream(process.path() / "comm") >> name;
      return " by " + name + " (process " + pid + ")";
    }
  }
  return " by another user's program";
}

std::uint16_t next_free_port(std::uint16_t port) {
  for (std::uint32_t candidate = port + 1u; candidate < 65536; ++candidate) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(candidate));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (is_free) return static_cast<std::uint16_t>(candidate);
  }
  return 0;
}

}  // namespace lab::app
