#include "hub/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "proc/conditions.h"

namespace lab::hub {
namespace {

/// A TCP socket that is closed at the end.
class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

std::uint16_t free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw Error(proc::conditions::kCannotStart, {{"program", "a server"}, {"reason", std::string("no free port: ") + std::strerror(errno)}});
  return ntohs(address.sin_port);
}

int ask_http_status(std::uint16_t port, const std::string& path) {
  const Socket socket;
  const timeval limit{0, 500'000};
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 0;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n\r\n";
  if (::send(socket.descriptor(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return 0;
  char answer[16];
  const ssize_t count = ::recv(socket.descriptor(), answer, sizeof answer - 1, 0);
  if (count < 0) return 0;
  answer[count] = 0;
  int status = 0;  // of `HTTP/1.1 200`
  return std::sscanf(answer, "HTTP/%*[0-9.] %3d", &status) == 1 ? status : 0;
}

bool answers_http(std::uint16_t port, const std::string& path) { return ask_http_status(port, path) != 0; }

}  // namespace lab::hub
