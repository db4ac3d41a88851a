// The client of `./dev bench objects`: sends requests that were written (and signed) before, and counts.
//
//     bench_load PORT CONNECTIONS PLAN BODY [SECONDS]
//
// PLAN has a record for each request: a line `HEAD_BYTES BODY_BYTES IS_HEAD`, then the head. A body is the first BODY_BYTES of the file
// BODY. Each connection takes the next record when it has its answer whole; without SECONDS every record is sent once. Prints one line
// of JSON. One thread and epoll; bodies of answers are dropped in the kernel (MSG_TRUNC), so that this costs little of what it measures.
// It ends with 1 at the first answer that is no 2xx, and shows it.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& reason) {
  std::fprintf(stderr, "bench_load: %s\n", reason.c_str());
  std::exit(1);
}

std::string read_whole(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(std::string("cannot read ") + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Plan {
  std::string_view head, body;
  bool has_no_answer_body = false;  ///< HEAD
};

std::vector<Plan> parse_plans(std::string_view text, std::string_view body) {
  std::vector<Plan> plans;
  while (!text.empty()) {
    unsigned long long head = 0, length = 0;
    int is_head = 0, used = 0;
    if (std::sscanf(text.data(), "%llu %llu %d%n", &head, &length, &is_head, &used) != 3) fail("the plan is malformed");
    text.remove_prefix(static_cast<std::size_t>(used) + 1);
    plans.push_back({text.substr(0, head), body.substr(0, length), is_head == 1});
    text.remove_prefix(head);
  }
  return plans;
}

struct Connection {
  int socket = -1;
  const Plan* plan = nullptr;
  std::size_t sent = 0;
  std::string head;             ///< of the answer, as far as it came
  std::int64_t body_left = -1;  ///< -1: the head is not whole
  Clock::time_point began;
};

class Load {
 public:
  Load(std::uint16_t port, std::vector<Plan> plans, double seconds) : port_(port), plans_(std::move(plans)), seconds_(seconds) {}

  void run(int connections) {
    events_ = ::epoll_create1(0);
    std::vector<Connection> all(static_cast<std::size_t>(connections));
    for (auto& each : all) open(each);
    began_ = Clock::now();
    for (auto& each : all) begin(each);
    std::vector<epoll_event> ready(all.size());
    while (under_way_ > 0) {
      const int count = ::epoll_wait(events_, ready.data(), connections, 60'000);
      if (count <= 0 && errno != EINTR) fail("no answer for a minute");
      for (int i = 0; i < count; ++i) advance(*static_cast<Connection*>(ready[static_cast<std::size_t>(i)].data.ptr));
    }
    print(std::chrono::duration<double>(Clock::now() - began_).count());
  }

 private:
  void open(Connection& connection) const {
    connection.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(connection.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
    const int on = 1;
    ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = &connection}};
    ::epoll_ctl(events_, EPOLL_CTL_ADD, connection.socket, &event);
  }

  bool is_over() const {
    if (seconds_ <= 0) return next_ == plans_.size();
    return std::chrono::duration<double>(Clock::now() - began_).count() >= seconds_;
  }

  void begin(Connection& connection) {
    connection.plan = nullptr;
    if (is_over()) return;
    connection.plan = &plans_[next_++ % plans_.size()];
    connection.sent = 0;
    connection.head.clear();
    connection.body_left = -1;
    connection.began = Clock::now();
    ++under_way_;
    send(connection);
  }

  static void send(Connection& connection) {
    const auto& [head, body, ignored] = *connection.plan;
    while (connection.sent < head.size() + body.size()) {
      const auto of_head = std::min(connection.sent, head.size());
      iovec parts[2] = {{const_cast<char*>(head.data()) + of_head, head.size() - of_head},
                        {const_cast<char*>(body.data()) + (connection.sent - of_head), body.size() - (connection.sent - of_head)}};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const auto count = ::sendmsg(connection.socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) fail(std::string("sending: ") + std::strerror(errno));
      connection.sent += static_cast<std::size_t>(count);
    }
  }

  /// Edge-triggered: everything that came is taken.
  void advance(Connection& connection) {
    if (connection.plan == nullptr) return;
    send(connection);
    static char buffer[1 << 18];
    while (connection.plan != nullptr) {
      const bool drops = connection.body_left > 0;
      const auto wanted = drops ? std::min<std::int64_t>(connection.body_left, 1 << 20) : static_cast<std::int64_t>(sizeof buffer);
      const auto count = ::recv(connection.socket, drops ? nullptr : buffer, static_cast<std::size_t>(wanted), MSG_DONTWAIT | (drops ? MSG_TRUNC : 0));
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) fail("the server ended a connection");
      bytes_ += count;
      if (drops)
        connection.body_left -= count;
      else
        take_head(connection, {buffer, static_cast<std::size_t>(count)});
      if (connection.body_left == 0) finish(connection);
    }
  }

  static void take_head(Connection& connection, std::string_view text) {
    connection.head.append(text);
    const auto end = connection.head.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (connection.head.compare(9, 1, "2") != 0) fail(connection.head);
    std::int64_t length = 0;
    for (std::size_t at = 0; at < end && !connection.plan->has_no_answer_body; at = connection.head.find("\r\n", at + 1)) {
      const char* line = connection.head.c_str() + at + (at == 0 ? 0 : 2);
      if (::strncasecmp(line, "content-length:", 15) == 0) length = std::atoll(line + 15);
      if (::strncasecmp(line, "transfer-encoding:", 18) == 0) fail("a chunked answer, which this client does not read");
    }
    connection.body_left = length - static_cast<std::int64_t>(connection.head.size() - end - 4);
  }

  void finish(Connection& connection) {
    latencies_.push_back(std::chrono::duration<double>(Clock::now() - connection.began).count());
    --under_way_;
    begin(connection);
  }

  void print(double seconds) {
    std::ranges::sort(latencies_);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    const auto at = [&](double share) { return latencies_.empty() ? 0.0 : latencies_[static_cast<std::size_t>(static_cast<double>(latencies_.size() - 1) * share)]; };
    std::printf(R"({"requests":%zu,"seconds":%.6f,"client_cpu":%.6f,"bytes":%lld,"p50":%.6f,"p99":%.6f})" "\n", latencies_.size(), seconds, cpu,
                static_cast<long long>(bytes_), at(0.5), at(0.99));
  }

  const std::uint16_t port_;
  const std::vector<Plan> plans_;
  const double seconds_;
  int events_ = -1;
  std::size_t next_ = 0;
  int under_way_ = 0;
  long long bytes_ = 0;
  Clock::time_point began_;
  std::vector<double> latencies_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("bench_load PORT CONNECTIONS PLAN BODY [SECONDS]");
  const auto text = read_whole(argv[3]), body = read_whole(argv[4]);
  Load(static_cast<std::uint16_t>(std::atoi(argv[1])), parse_plans(text, body), argc > 5 ? std::atof(argv[5]) : 0).run(std::atoi(argv[2]));
}
