#include "net/transport.h"

#include <cerrno>
#include <cstring>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/error.h"
#include "net/cached_pages.h"
#include "net/conditions.h"
#include "net/offload.h"

namespace lab::net {

struct TlsContext::Impl {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

namespace {

using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::system::error_code;
using Socket = boost::asio::ip::tcp::socket;

constexpr std::size_t kFileTurn = 1 << 20;

Error peer_gone(const std::string& reason) { return Error(conditions::kPeerGone, {{"reason", reason}}); }
Error peer_gone(int number) { return peer_gone(std::strerror(number)); }

/// System calls are tried first and waited for only when the socket is not ready: an answer that fits the socket's
/// buffer costs no turn of the event loop.
class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  }

  awaitable<void> start() override { co_return; }

  awaitable<std::size_t> read_some(std::span<char> into) override {
    for (;;) {
      const ssize_t count = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
      if (count >= 0) {
        moved();
        co_return static_cast<std::size_t>(count);
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) throw peer_gone(errno);
      co_await wait(Socket::wait_read);
    }
  }

  awaitable<void> write(std::string_view first, std::string_view second) override {
    while (!first.empty() || !second.empty()) {
      iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                        {const_cast<char*>(second.data()), second.size()}};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
      if (count < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) throw peer_gone(errno);
        co_await wait(Socket::wait_write);
        continue;
      }
      moved();
      const auto sent = static_cast<std::size_t>(count);
      const std::size_t of_first = std::min(sent, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(sent - of_first);
    }
  }

  awaitable<void> write_file(const FileRange& range, ThreadPool& pool) override {
    const CachedPages cached(range.descriptor, range.offset, range.length);
    off_t at = static_cast<off_t>(range.offset);
    std::uint64_t left = range.length;
    // As much of `most` as the socket takes; what ended it, 0 when that was all.
    const auto send = [&](std::uint64_t most) -> int {
      while (most != 0) {
        const ssize_t count =
            ::sendfile(socket_.native_handle(), range.descriptor, &at, static_cast<std::size_t>(std::min<std::uint64_t>(most, kFileTurn)));
        if (count < 0) return errno;
        if (count == 0) return EIO;
        moved();
        left -= static_cast<std::uint64_t>(count);
        most -= static_cast<std::uint64_t>(count);
      }
      return 0;
    };
    while (left != 0) {
      // What lies in memory is sent from here, a turn at a time: handing each to another thread and waiting for it costs more than
      // sending it. What may have to come from disk is the pool's.
      const std::uint64_t turn = std::min<std::uint64_t>(left, kFileTurn);
      int problem = 0;
      if (cached.has(static_cast<std::uint64_t>(at), static_cast<std::size_t>(turn))) {
        problem = send(turn);
        // The other connections of this thread have theirs in between.
        if (problem == 0 && left != 0) co_await boost::asio::post(socket_.get_executor(), use_awaitable);
      } else {
        auto all = [&] { return send(left); };
        problem = co_await offload(pool, std::move(all));
      }
      if (problem == EAGAIN) {
        co_await wait(Socket::wait_write);
      } else if (problem != 0 && problem != EINTR) {
        throw peer_gone(problem);
      }
    }
  }

  awaitable<void> end_writing() override {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }

  // Closing the descriptor would let a sendfile() on a pool thread write into whoever gets the number next, so the
  // connection is ended here and the descriptor closed by the destructor.
  void close() override {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.cancel(ignored);
  }

  void cancel() override {
    error_code ignored;
    socket_.cancel(ignored);
  }

 private:
  awaitable<void> wait(Socket::wait_type what) {
    error_code problem;
    co_await socket_.async_wait(what, redirect_error(use_awaitable, problem));
    if (problem) throw peer_gone(problem.message());
  }

  Socket socket_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, std::shared_ptr<TlsContext> tls)
      : tls_(std::move(tls)), stream_(std::move(socket), tls_->impl().context) {
    error_code ignored;
    stream_.next_layer().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  }

  awaitable<void> start() override {
    error_code problem;
    co_await stream_.async_handshake(boost::asio::ssl::stream_base::server, redirect_error(use_awaitable, problem));
    if (problem) throw peer_gone(problem.message());
  }

  awaitable<std::size_t> read_some(std::span<char> into) override {
    error_code problem;
    const std::size_t count = co_await stream_.async_read_some(boost::asio::buffer(into.data(), into.size()),
                                                               redirect_error(use_awaitable, problem));
    moved();
    if (problem == boost::asio::error::eof || problem == boost::asio::ssl::error::stream_truncated) co_return 0;
    if (problem) throw peer_gone(problem.message());
    co_return count;
  }

  awaitable<void> write(std::string_view first, std::string_view second) override {
    // One TLS record for a short head and body.
    std::string joined;
    if (!second.empty() && first.size() + second.size() <= 16384) {
      joined.reserve(first.size() + second.size());
      joined.append(first).append(second);
      co_await write_all(joined);
    } else {
      co_await write_all(first);
      co_await write_all(second);
    }
  }

  awaitable<void> write_file(const FileRange& range, ThreadPool& pool) override {
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(range.length, 256 << 10)), '\0');
    for (std::uint64_t done = 0; done < range.length;) {
      auto turn = [&]() -> ssize_t {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.length - done));
        return ::pread(range.descriptor, buffer.data(), wanted, static_cast<off_t>(range.offset + done));
      };
      const ssize_t count = co_await offload(pool, std::move(turn));
      if (count <= 0) throw peer_gone("the file could not be read");
      co_await write_all({buffer.data(), static_cast<std::size_t>(count)});
      done += static_cast<std::uint64_t>(count);
    }
  }

  awaitable<void> end_writing() override {
    error_code ignored;
    co_await stream_.async_shutdown(redirect_error(use_awaitable, ignored));
  }

  void close() override {
    error_code ignored;
    stream_.next_layer().shutdown(Socket::shutdown_both, ignored);
    stream_.next_layer().cancel(ignored);
  }

  void cancel() override {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }

 private:
  awaitable<void> write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      error_code problem;
      const std::size_t count = co_await stream_.async_write_some(boost::asio::buffer(bytes.data(), bytes.size()),
                                                                  redirect_error(use_awaitable, problem));
      if (problem) throw peer_gone(problem.message());
      moved();
      bytes.remove_prefix(count);
    }
  }

  std::shared_ptr<TlsContext> tls_;
  boost::asio::ssl::stream<Socket> stream_;
};

}  // namespace

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

std::shared_ptr<TlsContext> TlsContext::load(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  auto impl = std::make_unique<Impl>();
  using Context = boost::asio::ssl::context;
  impl->context.set_options(Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 | Context::no_tlsv1 |
                            Context::no_tlsv1_1);
  error_code problem;
  impl->context.use_certificate_chain_file(certificate.string(), problem);
  if (problem) throw Error(conditions::kTlsSetup, {{"path", certificate.string()}, {"reason", problem.message()}});
  impl->context.use_private_key_file(key.string(), Context::pem, problem);
  if (problem) throw Error(conditions::kTlsSetup, {{"path", key.string()}, {"reason", problem.message()}});
  return std::make_shared<TlsContext>(std::move(impl));
}

std::unique_ptr<Transport> create_plain_transport(Socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> create_tls_transport(Socket socket, std::shared_ptr<TlsContext> tls) {
  return std::make_unique<TlsTransport>(std::move(socket), std::move(tls));
}

}  // namespace lab::net
