#include "net/http_connection.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "base/log.h"
#include "net/conditions.h"
#include "net/flow.h"
#include "net/offload.h"

namespace lab::net {
namespace {

constexpr std::size_t kInitialBuffer = 16 << 10;
constexpr std::size_t kSourceTurn = 256 << 10;
constexpr std::size_t kFlowTurn = 64 << 10;
constexpr std::uint64_t kMaxLingeredBytes = 64 << 20;
constexpr std::chrono::seconds kLingerTime{2};

/// The Date header, made once a second per thread.
std::string_view current_date() {
  thread_local std::time_t made_at = 0;
  thread_local std::array<char, 40> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm fields{};
    gmtime_r(&now, &fields);
    constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[fields.tm_wday % 7],
                  fields.tm_mday % 100, kMonths[fields.tm_mon % 12], (1900 + fields.tm_year) % 10000,
                  fields.tm_hour % 100, fields.tm_min % 100, fields.tm_sec % 100);
    made_at = now;
  }
  return text.data();
}

/// A value that came from a client must not be able to begin another header.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  head += "\r\n";
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::optional<std::uint64_t> body_length(const ResponseBody& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* files = std::get_if<std::vector<FileRange>>(&body)) {
    std::uint64_t total = 0;
    for (const FileRange& range : *files) total += range.length;
    return total;
  }
  if (const auto* flowing = std::get_if<FlowingBody>(&body)) return flowing->length;
  return std::get<StreamedBody>(body).length;
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<Transport> transport, std::string peer, HttpHandler& handler,
                               ThreadPool& pool, const HttpServerOptions& options)
    : transport_(std::move(transport)), peer_(std::move(peer)), handler_(handler), pool_(pool), options_(options) {}

awaitable<void> HttpConnection::run() {
  try {
    co_await transport_->start();
    co_await serve();
  } catch (const Error& error) {
    log::debug("net", "{}: {}", peer_, error.what());
  } catch (const std::exception& error) {
    log::error("net", "{}: {}", peer_, error.what());
  }
  transport_->close();
}

awaitable<void> HttpConnection::serve() {
  while (!is_draining_ && co_await read_request()) {
    Response response = co_await answer();
    if (response.close || is_draining_) keep_alive_ = false;
    // A client that waits for 100 may send its body or not; after an answer without 100 nobody can tell.
    if (wants_continue_ && !body_done_) keep_alive_ = false;
    if (!body_done_ && body_length_ && body_left_ > options_.limits.max_drained_bytes) keep_alive_ = false;
    if (const auto tunnel = std::exchange(response.tunnel, nullptr)) {
      keep_alive_ = true;  // so that the head does not speak of closing
      co_await write_response(std::move(response));
      enter(Phase::Busy);
      co_await tunnel->run(*transport_, buffered());
      co_return;
    }
    co_await write_response(std::move(response));
    if (keep_alive_ && !body_done_) co_await drain_body();
    if (!keep_alive_) {
      co_await linger();
      co_return;
    }
  }
}

awaitable<bool> HttpConnection::read_request() {
  enter(buffered().empty() ? Phase::Idle : Phase::Head);
  if (buffer_.empty()) buffer_.resize(kInitialBuffer);
  parser_ = std::make_unique<RequestParser>(options_.limits.max_head_bytes);
  std::optional<Error> problem;
  try {
    for (;;) {
      begin_ += parser_->parse_head(buffered());
      if (parser_->has_head()) break;
      if (end_ - begin_ > options_.limits.max_head_bytes) throw Error(conditions::kHeadTooLarge);
      if (!co_await fill_buffer()) co_return false;
      if (phase_ == Phase::Idle) enter(Phase::Head);
    }
  } catch (const Error& error) {
    if (error.kind() == Kind::Cancelled) throw;
    problem = error;
  }
  if (problem) {
    // Where the next request would begin is unknown now.
    keep_alive_ = false;
    is_head_request_ = false;
    body_done_ = true;
    Response response = handler_.answer_error(nullptr, *problem);
    co_await write_response(std::move(response));
    co_await linger();
    co_return false;
  }
  request_ = parser_->take_request();
  request_.peer = peer_;
  request_.is_tls = options_.tls != nullptr;
  is_head_request_ = request_.method == Method::Head;
  is_http_1_0_ = request_.minor_version == 0;
  keep_alive_ = parser_->is_keep_alive();
  const auto expect = request_.header("expect");
  wants_continue_ = expect && expect->size() == 12 && !is_http_1_0_ &&
                    std::ranges::equal(*expect, std::string_view("100-continue"),
                                       [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  chunk_data_.clear();
  chunk_taken_ = 0;
  if (parser_->is_chunked()) {
    body_length_.reset();
    body_left_ = 0;
    body_done_ = false;
  } else {
    body_length_ = parser_->content_length().value_or(0);
    body_left_ = *body_length_;
    body_done_ = body_left_ == 0;
  }
  co_return true;
}

awaitable<Response> HttpConnection::answer() {
  enter(Phase::Busy);
  std::optional<Error> failure;
  // The handler gets the request as its own; what an error answer needs of it stays here.
  Request head;
  head.method = request_.method;
  head.method_text = request_.method_text;
  head.target = request_.target;
  head.peer = peer_;
  if (const auto host = request_.header("host")) head.headers.emplace_back("host", *host);
  try {
    Response response = co_await handler_.handle(std::move(request_), *this);
    enter(Phase::Busy);
    co_return response;
  } catch (const Error& error) {
    if (error.condition().name == conditions::kPeerGone.name) throw;
    failure = error;
  } catch (const std::exception& error) {
    log::error("net", "{} {}: {}", head.method_text, head.target, error.what());
    failure = Error(lab::conditions::kInternalError, {{"message", error.what()}});
  }
  enter(Phase::Busy);
  if (failure->kind() == Kind::Cancelled || failure->kind() == Kind::DeadlineExceeded) keep_alive_ = false;
  co_return handler_.answer_error(&head, *failure);
}

std::string HttpConnection::write_head(const Response& response, std::optional<std::uint64_t> length,
                                       bool is_chunked) const {
  std::string head;
  head.reserve(512);
  head += "HTTP/1.1 ";
  head += std::to_string(response.status);
  head += ' ';
  head += status_text(response.status);
  head += "\r\n";
  append_header(head, "Date", current_date());
  if (!options_.server_name.empty()) append_header(head, "Server", options_.server_name);
  for (const auto& [name, value] : response.headers) append_header(head, name, value);
  if (is_chunked) {
    append_header(head, "Transfer-Encoding", "chunked");
  } else if (length) {
    append_header(head, "Content-Length", std::to_string(*length));
  }
  if (!keep_alive_) {
    append_header(head, "Connection", "close");
  } else if (is_http_1_0_) {
    append_header(head, "Connection", "keep-alive");
  }
  head += "\r\n";
  return head;
}

awaitable<void> HttpConnection::write_response(Response response) {
  enter(Phase::Writing);
  std::optional<std::uint64_t> length = body_length(response.body);
  if (!may_have_body(response.status)) {
    length = response.status == 304 ? response.announced_length : std::nullopt;
  } else if (is_head_request_ && response.announced_length) {
    length = response.announced_length;
  }
  const bool sends_body = may_have_body(response.status) && !is_head_request_;
  const bool is_chunked = may_have_body(response.status) && !length && !is_http_1_0_;
  if (!length && !is_chunked && sends_body) keep_alive_ = false;
  std::string head = write_head(response, length, is_chunked);
  if (!sends_body) {
    co_await transport_->write(head);
  } else {
    co_await write_body(std::move(response.body), is_chunked, std::move(head));
  }
}

awaitable<void> HttpConnection::write_body(ResponseBody body, bool is_chunked, std::string head) {
  if (const auto* text = std::get_if<std::string>(&body)) {
    co_await transport_->write(head, *text);
    co_return;
  }
  if (const auto* files = std::get_if<std::vector<FileRange>>(&body)) {
    co_await transport_->write(head);
    for (const FileRange& range : *files) co_await transport_->write_file(range, pool_);
    co_return;
  }
  co_await transport_->write(head);
  auto* streamed = std::get_if<StreamedBody>(&body);
  auto* flowing = std::get_if<FlowingBody>(&body);
  std::string buffer(streamed != nullptr ? kSourceTurn : kFlowTurn, '\0');
  const auto promised = streamed != nullptr ? streamed->length : flowing->length;
  std::uint64_t left = promised.value_or(UINT64_MAX);
  while (left != 0) {
    enter(Phase::Busy);
    const std::span<char> into(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
    auto turn = [&] { return streamed->source->read(into); };
    std::size_t count = 0;
    if (streamed != nullptr) {
      count = co_await offload(pool_, std::move(turn));
    } else {
      count = co_await flowing->source->read(into);
    }
    enter(Phase::Writing);
    if (count == 0) break;
    left -= count;
    if (is_chunked) {
      char size_line[32];
      const int length = std::snprintf(size_line, sizeof size_line, "%zx\r\n", count);
      co_await transport_->write({size_line, static_cast<std::size_t>(length)}, {buffer.data(), count});
      co_await transport_->write("\r\n");
    } else {
      co_await transport_->write({buffer.data(), count});
    }
  }
  if (is_chunked) co_await transport_->write("0\r\n\r\n");
  // A length was promised that the source did not keep: only the end of the connection can say so.
  if (promised && left != 0) keep_alive_ = false;
}

awaitable<void> HttpConnection::drain_body() {
  std::array<char, 16 << 10> sink;
  std::uint64_t dropped = 0;
  while (!body_done_) {
    const std::size_t count = co_await read(sink);
    dropped += count;
    if (dropped > options_.limits.max_drained_bytes + sink.size()) {
      keep_alive_ = false;
      co_return;
    }
  }
}

// Closing with unread bytes makes the kernel reset the connection, and the client may lose the answer it was just
// sent. So our half ends first and what still comes is dropped for a moment.
awaitable<void> HttpConnection::linger() {
  if (body_done_ && buffered().empty()) {
    co_await transport_->end_writing();
    co_return;
  }
  is_lingering_ = true;
  enter(Phase::Head);
  co_await transport_->end_writing();
  std::string sink(64 << 10, '\0');
  for (std::uint64_t dropped = 0; dropped < kMaxLingeredBytes;) {
    const std::size_t count = co_await transport_->read_some(sink);
    if (count == 0) break;
    dropped += count;
  }
}

awaitable<std::size_t> HttpConnection::read(std::span<char> into) {
  if (body_done_ || into.empty()) co_return 0;
  if (wants_continue_) co_await send_continue();
  enter(Phase::ReadingBody);
  const std::size_t count = body_length_ ? co_await read_plain(into) : co_await read_chunked(into);
  enter(Phase::Busy);
  co_return count;
}

awaitable<void> HttpConnection::send_continue() {
  wants_continue_ = false;
  if (buffered().empty()) {
    enter(Phase::Writing);
    co_await transport_->write("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

awaitable<std::size_t> HttpConnection::read_plain(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size() && body_left_ != 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size() - filled, body_left_));
    std::size_t count = std::min(wanted, end_ - begin_);
    if (count != 0) {
      std::memcpy(into.data() + filled, buffer_.data() + begin_, count);
      begin_ += count;
    } else {
      try {
        count = co_await transport_->read_some(into.subspan(filled, wanted));
      } catch (const Error&) {
        if (is_too_slow_) throw Error(conditions::kPeerTooSlow);
        throw;
      }
      if (count == 0) throw Error(conditions::kBodyCut);
    }
    filled += count;
    body_left_ -= count;
  }
  body_done_ = body_left_ == 0;
  co_return filled;
}

awaitable<std::size_t> HttpConnection::read_chunked(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    if (chunk_taken_ < chunk_data_.size()) {
      const std::size_t count = std::min(into.size() - filled, chunk_data_.size() - chunk_taken_);
      std::memcpy(into.data() + filled, chunk_data_.data() + chunk_taken_, count);
      chunk_taken_ += count;
      filled += count;
      continue;
    }
    chunk_data_.clear();
    chunk_taken_ = 0;
    if (parser_->is_body_done()) break;
    const std::size_t used = parser_->parse_chunks(buffered(), chunk_data_);
    begin_ += used;
    if (used == 0 && chunk_data_.empty() && !parser_->is_body_done() && !co_await fill_buffer()) {
      throw Error(conditions::kBodyCut);
    }
  }
  body_done_ = parser_->is_body_done() && chunk_taken_ == chunk_data_.size();
  co_return filled;
}

awaitable<bool> HttpConnection::fill_buffer() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == buffer_.size()) {
      if (buffer_.size() > 2 * options_.limits.max_head_bytes) throw Error(conditions::kHeadTooLarge);
      buffer_.resize(buffer_.size() * 2);
    }
  }
  std::size_t count = 0;
  try {
    count = co_await transport_->read_some({buffer_.data() + end_, buffer_.size() - end_});
  } catch (const Error&) {
    if (is_too_slow_) throw Error(conditions::kPeerTooSlow);
    throw;
  }
  end_ += count;
  co_return count != 0;
}

void HttpConnection::enter(Phase phase) {
  phase_ = phase;
  phase_since_ = Clock::now();
  seen_progress_ = transport_->progress();
}

void HttpConnection::check_time(Clock::time_point now) {
  const auto spent = now - phase_since_;
  const HttpLimits& limits = options_.limits;
  switch (phase_) {
    case Phase::Busy: break;
    case Phase::Idle:
      if (spent > limits.idle_timeout) transport_->close();
      break;
    case Phase::Head:
      if (spent > (is_lingering_ ? std::chrono::milliseconds(kLingerTime) : limits.head_timeout)) transport_->close();
      break;
    case Phase::ReadingBody:
    case Phase::Writing:
      if (transport_->progress() != seen_progress_) {
        enter(phase_);
      } else if (spent > limits.stall_timeout) {
        is_too_slow_ = true;
        if (phase_ == Phase::ReadingBody) {
          transport_->cancel();
        } else {
          transport_->close();
        }
      }
      break;
  }
}

void HttpConnection::drain() {
  is_draining_ = true;
  if (phase_ == Phase::Idle) transport_->close();
}

void HttpConnection::close() { transport_->close(); }

}  // namespace lab::net
