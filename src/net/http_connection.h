#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_server.h"
#include "net/request_parser.h"
#include "net/transport.h"

namespace lab::net {

/// One client's connection: reads requests one after another, runs the handler, writes the answers. Everything happens
/// on one context.
class HttpConnection final : private RequestBody {
 public:
  HttpConnection(std::unique_ptr<Transport> transport, std::string peer, HttpHandler& handler, ThreadPool& pool,
                 const HttpServerOptions& options);

  /// Serves until either side ends it. Never throws.
  awaitable<void> run();

  /// Called now and then: ends the connection when the client has used up its time.
  void check_time(std::chrono::steady_clock::time_point now);
  /// An idle connection ends now, a busy one behind its answer.
  void drain();
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { Idle, Head, Busy, ReadingBody, Writing };

  awaitable<void> serve();
  awaitable<bool> read_request();
  awaitable<Response> answer();
  awaitable<void> write_response(Response response);
  awaitable<void> write_body(ResponseBody body, bool is_chunked, std::string head);
  awaitable<void> drain_body();
  awaitable<void> linger();

  std::optional<std::uint64_t> length() const override { return body_length_; }
  awaitable<std::size_t> read(std::span<char> into) override;
  awaitable<void> send_continue();
  awaitable<std::size_t> read_plain(std::span<char> into);
  awaitable<std::size_t> read_chunked(std::span<char> into);

  std::string write_head(const Response& response, std::optional<std::uint64_t> length, bool is_chunked) const;
  void enter(Phase phase);
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  awaitable<bool> fill_buffer();

  std::unique_ptr<Transport> transport_;
  const std::string peer_;
  HttpHandler& handler_;
  ThreadPool& pool_;
  const HttpServerOptions& options_;

  std::string buffer_;  ///< bytes read and not used: begin_ to end_
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  std::unique_ptr<RequestParser> parser_;
  Request request_;
  bool is_head_request_ = false;
  bool keep_alive_ = false;
  bool is_http_1_0_ = false;
  bool wants_continue_ = false;
  std::optional<std::uint64_t> body_length_;
  std::uint64_t body_left_ = 0;  ///< of a body with Content-Length
  bool body_done_ = true;
  std::string chunk_data_;       ///< decoded and not taken
  std::size_t chunk_taken_ = 0;

  Phase phase_ = Phase::Idle;
  Clock::time_point phase_since_ = Clock::now();
  std::uint64_t seen_progress_ = 0;
  bool is_too_slow_ = false;
  bool is_draining_ = false;
  bool is_lingering_ = false;
};

}  // namespace lab::net
