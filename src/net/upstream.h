#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/transport.h"

namespace lab::net {

/// One exchange over a connection to an HTTP/1.1 server: the answer's head, then its body as it comes. Lives on the
/// context of its connection.
class Upstream {
 public:
  explicit Upstream(std::unique_ptr<Transport> transport);
  ~Upstream();

  Transport& transport() { return *transport_; }

  /// `is_head_request`: the answer has no body whatever its head says. Throws PEER_GONE, BAD_HTTP_REQUEST.
  awaitable<void> read_head(bool is_head_request);
  int status() const;
  /// Names in lower case.
  const Headers& headers() const;
  /// What Content-Length says; absent for a chunked body and one that ends with the connection.
  std::optional<std::uint64_t> length() const;
  /// At least one byte; 0 at the body's end. Throws PEER_GONE when the body is cut short.
  awaitable<std::size_t> read_body(std::span<char> into);
  /// Bytes behind the head of a 101.
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }

 private:
  struct Parser;
  awaitable<bool> fill();

  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Parser> parser_;
  std::string buffer_;  ///< bytes read and not used: begin_ to end_
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t left_ = 0;  ///< of a body with Content-Length
};

}  // namespace lab::net
