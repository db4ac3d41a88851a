#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace lab::net {

/// Reads one HTTP/1 request out of bytes as they come: its head, and the framing of a chunked body. A body with a
/// Content-Length is read past this class, straight into its destination. Refuses what could be read in two ways
/// (Content-Length beside Transfer-Encoding, several lengths, other encodings). Not thread-safe.
class RequestParser {
 public:
  explicit RequestParser(std::size_t max_head_bytes);
  ~RequestParser();

  /// Looks at all bytes that were not consumed so far and returns how many of them it has used up. Throws
  /// BAD_HTTP_REQUEST or HTTP_HEAD_TOO_LARGE.
  std::size_t parse_head(std::string_view bytes);
  bool has_head() const;

  Request take_request();
  bool is_keep_alive() const { return keep_alive_; }
  bool is_chunked() const { return chunked_; }
  /// Absent for a request without body and for a chunked one.
  std::optional<std::uint64_t> content_length() const { return content_length_; }

  /// Only for chunked bodies: appends decoded data to `data`, returns how many bytes were used up. It may use none
  /// when a chunk's header is not whole yet.
  std::size_t parse_chunks(std::string_view bytes, std::string& data);
  bool is_body_done() const;

 private:
  struct State;
  void check_framing();

  std::unique_ptr<State> state_;
  bool keep_alive_ = false;
  bool chunked_ = false;
  std::optional<std::uint64_t> content_length_;
};

}  // namespace lab::net
