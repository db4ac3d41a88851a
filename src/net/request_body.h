#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "net/awaitable.h"

namespace lab::net {

/// The body of a request as it comes in. One reader. The first read answers `Expect: 100-continue`. What is not read
/// is dropped behind the answer, or the connection ends.
///
/// Reads throw HTTP_BODY_CUT when the client ends the connection early, PEER_TOO_SLOW, BAD_HTTP_REQUEST.
class RequestBody {
 public:
  virtual ~RequestBody() = default;

  /// What Content-Length says; 0 without a body, absent when the body is chunked.
  virtual std::optional<std::uint64_t> length() const = 0;

  /// Fills `into` as far as the body goes; fewer bytes only at its end, 0 behind it.
  virtual awaitable<std::size_t> read(std::span<char> into) = 0;

  /// The rest of the body. Throws HTTP_BODY_TOO_LARGE beyond `max_bytes`.
  awaitable<std::string> read_all(std::size_t max_bytes);
};

}  // namespace lab::net
