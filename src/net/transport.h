#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/pool.h"
#include "net/awaitable.h"
#include "net/http.h"
#include "net/tls.h"

namespace lab::net {

/// The byte stream of one connection, plain or TLS. Lives on one context; one read and one write at a time. Every
/// failure throws PEER_GONE.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual awaitable<void> start() = 0;
  /// At least one byte; 0 when the other side has ended its half.
  virtual awaitable<std::size_t> read_some(std::span<char> into) = 0;
  /// All of both, in one system call where that is possible.
  virtual awaitable<void> write(std::string_view first, std::string_view second = {}) = 0;
  /// All of a file's range; reading the disk happens on `pool`.
  virtual awaitable<void> write_file(const FileRange& range, ThreadPool& pool) = 0;
  /// Ends our half, so that the other side sees the end behind what it was sent.
  virtual awaitable<void> end_writing() = 0;
  /// Ends everything at once; what waits is woken with PEER_GONE. May be called twice.
  virtual void close() = 0;
  /// Wakes what waits, leaving the connection open: an answer can still be written.
  virtual void cancel() = 0;
  /// Counts bytes and operations that moved anything, so that somebody slow is told from somebody gone.
  std::uint64_t progress() const { return progress_.load(std::memory_order_relaxed); }

 protected:
  void moved() { progress_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> progress_{0};
};

std::unique_ptr<Transport> create_plain_transport(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Transport> create_tls_transport(boost::asio::ip::tcp::socket socket, std::shared_ptr<TlsContext> tls);

}  // namespace lab::net
