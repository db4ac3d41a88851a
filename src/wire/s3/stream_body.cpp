#include "wire/s3/stream_body.h"

#include <algorithm>
#include <utility>

#include "net/offload.h"

namespace lab::s3 {
namespace {

constexpr std::size_t kTurn = 512 << 10;
constexpr std::size_t kSmallBody = 64 << 10;

// Framing adds to what was announced; a chunked transfer announces nothing.
std::size_t buffer_size(const net::RequestBody& body) {
  if (!body.length()) return kTurn;
  return static_cast<std::size_t>(std::min<std::uint64_t>(*body.length(), kTurn));
}

net::awaitable<net::Response> pump_body(ThreadPool& pool, Md5Lanes& lanes, net::RequestBody& body, BodyReceiver& receiver,
                                        std::function<void()> check, std::function<net::Response(ReceivedBody)> commit) {
  std::string buffer(buffer_size(body), '\0');
  bool at_end = body.length() == std::uint64_t{0};
  std::uint64_t read = 0;
  Md5* const md5 = receiver.separate_md5();
  for (;;) {
    const std::size_t count = at_end ? 0 : co_await body.read(buffer);
    read += count;
    at_end = count < buffer.size() || (body.length() && read == *body.length());
    auto turn = [&]() -> std::optional<net::Response> {
      if (check) std::exchange(check, nullptr)();
      receiver.feed({buffer.data(), count});
      if (!at_end || md5 != nullptr) return std::nullopt;
      return commit(receiver.finish());
    };
    std::optional<net::Response> response = co_await net::offload(pool, std::move(turn));
    if (response) co_return std::move(*response);
    if (md5 == nullptr) continue;
    co_await lanes.update(*md5, {buffer.data(), count});
    if (!at_end) continue;
    auto end = [&] { return commit(receiver.finish()); };
    co_return co_await net::offload(pool, std::move(end));
  }
}

}  // namespace

net::awaitable<net::Response> stream_body(Call& call, net::RequestBody& body, BodyReceiver& receiver,
                                          std::function<void()> check,
                                          std::function<net::Response(ReceivedBody)> commit) {
  ThreadPool& pool = call.service.storage;
  // Whoever waits for 100 wants to hear a refusal before it sends.
  const bool waits = call.head.header("expect").has_value();
  if (waits || !receiver.decoded_length() || *receiver.decoded_length() > kSmallBody) co_await net::offload(pool, std::exchange(check, nullptr));
  std::exception_ptr failure;
  try {
    co_return co_await pump_body(pool, call.service.md5_lanes, body, receiver, std::move(check), std::move(commit));
  } catch (...) {
    failure = std::current_exception();
  }
  // Giving bytes up removes a file: not on an I/O thread.
  auto discard = [&receiver] { receiver.discard(); };
  co_await net::offload(pool, std::move(discard));
  std::rethrow_exception(failure);
}

}  // namespace lab::s3
