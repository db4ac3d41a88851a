#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/awaitable.h"
#include "net/transport.h"

namespace lab::net {

/// The body of an answer that comes from elsewhere while it is sent on: another connection, or events as they happen.
/// read() runs on the connection's context, one call at a time; the next call comes when the client has taken the last
/// bytes, so a slow client slows the source.
class FlowSource {
 public:
  virtual ~FlowSource() = default;
  /// At least one byte, at most into.size(); 0 at the end. An exception cuts the connection.
  virtual awaitable<std::size_t> read(std::span<char> into) = 0;
};

/// What a connection is after an answer 101 (Switching Protocols).
class Tunnel {
 public:
  virtual ~Tunnel() = default;
  /// Returns when either side has ended; the connection is closed then. `first`: bytes that the client has sent already.
  virtual awaitable<void> run(Transport& client, std::string_view first) = 0;
};

}  // namespace lab::net
