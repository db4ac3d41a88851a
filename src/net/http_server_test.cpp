#include "net/http_server.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "net/conditions.h"
#include "net/offload.h"
#include "net/request_parser.h"
#include "net/router.h"

namespace lab::net {
namespace {

/// A blocking client of one connection that sees the bytes as they are.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~RawClient() { ::close(fd_); }
  void send(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  /// Reads until `end` has come; what came before it and itself are returned.
  std::string read_until(std::string_view end) {
    for (;;) {
      const auto found = text_.find(end);
      if (found != std::string::npos) return take(found + end.size());
      if (!more()) return take(text_.size());
    }
  }
  std::string read_bytes(std::size_t count) {
    while (text_.size() < count && more()) {
    }
    return take(std::min(count, text_.size()));
  }
  std::string read_to_end() {
    while (more()) {
    }
    return take(text_.size());
  }

 private:
  bool more() {
    char buffer[65536];
    const auto count = ::recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  std::string take(std::size_t count) {
    std::string taken = text_.substr(0, count);
    text_.erase(0, count);
    return taken;
  }
  int fd_;
  std::string text_;
};

class CountingSource final : public BodySource {
 public:
  explicit CountingSource(std::size_t size) : left_(size) {}
  std::size_t read(std::span<char> into) override {
    const std::size_t count = std::min({into.size(), left_, std::size_t{100'000}});
    std::fill_n(into.data(), count, 's');
    left_ -= count;
    return count;
  }

 private:
  std::size_t left_;
};

class TestHandler final : public HttpHandler {
 public:
  explicit TestHandler(ThreadPool& pool) : pool_(pool) {}
  std::string file_path;

  awaitable<Response> handle(Request request, RequestBody& body) override {
    const auto path = request.raw_path();
    if (path == "/echo") {
      std::string text = co_await body.read_all(1 << 20);
      auto job = [&] { return request.method_text + ":" + text; };
      std::string answer = co_await offload(pool_, std::move(job));
      co_return text_response(200, "text/plain", std::move(answer));
    }
    if (path == "/count") {
      std::string buffer(100'000, '\0');
      std::uint64_t total = 0;
      while (const std::size_t count = co_await body.read(buffer)) total += count;
      co_return text_response(200, "text/plain", std::to_string(total));
    }
    if (path == "/refuse") co_return text_response(403, "text/plain", "no");
    if (path == "/throw") throw Error(conditions::kAddressInUse, {{"address", "x"}});
    if (path == "/stream" || path == "/stream-length") {
      StreamedBody streamed{std::make_unique<CountingSource>(300'000), {}};
      if (path == "/stream-length") streamed.length = 300'000;
      Response response;
      response.body = std::move(streamed);
      co_return response;
    }
    if (path == "/file") {
      const int fd = ::open(file_path.c_str(), O_RDONLY);
      auto owner = std::shared_ptr<const void>(nullptr, [fd](const void*) { ::close(fd); });
      Response response;
      response.body = std::vector<FileRange>{{fd, 10, 5'000'000, owner}, {fd, 0, 4, owner}};
      co_return response;
    }
    if (path == "/bad-header") {
      Response response;
      response.set("X-Bad", "a\r\nInjected: 1");
      co_return response;
    }
    co_return text_response(404, "text/plain", "none");
  }

 private:
  ThreadPool& pool_;
};

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(HttpLimits limits) {
    server_.reset();
    HttpServerOptions options;
    options.limits = limits;
    server_ = std::make_unique<HttpServer>(runtime_, pool_, handler_, options);
    server_->start();
  }
  void TearDown() override {
    server_->stop();
    server_.reset();
    runtime_.stop();
    pool_.stop();
  }
  std::string exchange(std::string_view text) {
    RawClient client(server_->port());
    client.send(text);
    return client.read_to_end();
  }

  ThreadPool pool_{"test", 4, 1000};
  IoRuntime runtime_{2};
  TestHandler handler_{pool_};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

TEST_F(HttpServerTest, answers_and_ends_when_asked) {
  const auto answer = exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\nContent-Length: 10\r\nConnection: close\r\n\r\nPOST:hello")) << answer;
}

TEST_F(HttpServerTest, keeps_connections_and_answers_pipelined_requests_in_order) {
  RawClient client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
              "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(6), "POST:1");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(4), "GET:");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(7), "PUT:abc");
}

TEST_F(HttpServerTest, takes_a_request_byte_by_byte) {
  RawClient client(server_->port());
  for (const char c : std::string_view("PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    client.send({&c, 1});
  }
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(7), "PUT:abc");
}

TEST_F(HttpServerTest, asks_for_the_body_only_when_the_handler_reads_it) {
  RawClient client(server_->port());
  client.send("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(6), "PUT:ok");
  RawClient refused(server_->port());
  refused.send("PUT /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(refused.read_until("\r\n\r\n").starts_with("HTTP/1.1 403"));
}

TEST_F(HttpServerTest, drops_a_body_that_nobody_reads) {
  RawClient client(server_->port());
  client.send("PUT /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(2), "no");
  client.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(4), "GET:");
}

TEST_F(HttpServerTest, delivers_its_answer_even_while_a_large_body_still_comes) {
  const auto answer = exchange("PUT /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" + std::string(5'000'000, 'x'));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403"));
  EXPECT_TRUE(answer.ends_with("no"));
}

TEST_F(HttpServerTest, streams_bodies_in_and_out) {
  RawClient client(server_->port());
  std::thread sender([&] {
    client.send("PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
    client.send(std::string(20'000'000, 'x'));
  });
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(8), "20000000");
  sender.join();
  client.send("GET /stream-length HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 300000"), std::string::npos);
  EXPECT_EQ(client.read_bytes(300'000), std::string(300'000, 's'));
  client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  const auto chunks = client.read_until("\r\n0\r\n\r\n");
  EXPECT_EQ(std::ranges::count(chunks, 's'), 300'000);
}

TEST_F(HttpServerTest, sends_ranges_of_files) {
  char path[] = "/tmp/dflab_net_test_XXXXXX";
  const int fd = ::mkstemp(path);
  std::string content(6'000'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + i % 23);
  ASSERT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  ::close(fd);
  handler_.file_path = path;
  RawClient client(server_->port());
  client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\nHEAD /file HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_bytes(5'000'004), content.substr(10, 5'000'000) + content.substr(0, 4));
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 5000004"), std::string::npos);
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  ::unlink(path);
}

TEST_F(HttpServerTest, refuses_what_can_be_read_in_two_ways) {
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"}) {
    EXPECT_TRUE(exchange(text).starts_with("HTTP/1.1 400")) << text << exchange(text);
  }
  const auto answer = exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
}

TEST_F(HttpServerTest, turns_errors_into_answers_and_goes_on) {
  RawClient client(server_->port());
  client.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\nGET /bad-header HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.read_until("another program.\n").starts_with("HTTP/1.1 409"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("X-Bad: a  Injected: 1\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, ends_connections_that_are_too_slow) {
  HttpLimits limits;
  limits.head_timeout = limits.idle_timeout = limits.stall_timeout = std::chrono::milliseconds(50);
  start(limits);
  EXPECT_EQ(exchange(""), "");
  EXPECT_EQ(exchange("GET / HT"), "");
  EXPECT_TRUE(exchange("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").starts_with("HTTP/1.1 408"));
}

TEST_F(HttpServerTest, answers_a_cut_body_without_harm) {
  RawClient client(server_->port());
  client.send("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  client.end_sending();
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400"));
}

TEST_F(HttpServerTest, tells_a_taken_port) {
  HttpServerOptions options;
  options.port = server_->port();
  HttpServer second(runtime_, pool_, handler_, options);
  try {
    second.start();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(&error.condition(), &conditions::kAddressInUse);
  }
}

TEST_F(HttpServerTest, stops_with_idle_and_busy_clients) {
  RawClient idle(server_->port());
  idle.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  idle.read_until("GET:");
  RawClient stuck(server_->port());
  stuck.send("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  const auto begin = std::chrono::steady_clock::now();
  server_->stop(std::chrono::milliseconds(100));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(server_->num_connections(), 0u);
}

TEST(Router, matches_segments_and_rests) {
  static constexpr Route<int> kRoutes[] = {
      {Method::Get, "/", 1}, {Method::Get, "/a/{id}", 2}, {Method::Post, "/a/{id}", 3}, {Method::Get, "/f/{path*}", 4}};
  const Router<int> router(kRoutes);
  EXPECT_EQ(router.match(Method::Get, "/")->route->handler, 1);
  const auto match = router.match(Method::Post, "/a/x%2Fy");
  EXPECT_EQ(match->route->handler, 3);
  EXPECT_EQ(match->parameters, (Headers{{"id", "x/y"}}));
  EXPECT_EQ(router.match(Method::Get, "/f/a/../b%20c")->parameters, (Headers{{"path", "a/../b c"}}));
  EXPECT_EQ(router.match(Method::Put, "/a/x")->route, nullptr);
  EXPECT_FALSE(router.match(Method::Get, "/nope"));
  EXPECT_FALSE(router.match(Method::Get, "/a/x/y"));
  EXPECT_FALSE(router.match(Method::Get, "/a/"));
}

}  // namespace lab::net
