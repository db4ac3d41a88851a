#include "wire/s3/event_stream.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/offload.h"
#include "wire/s3/notifications.h"

namespace lab::s3 {
namespace {

constexpr std::chrono::milliseconds kLook(50);
// Twice a second, as MinIO does.
constexpr int kQuietLooks = 10;
constexpr std::size_t kChangesInTurn = 200;

}  // namespace

net::awaitable<std::size_t> EventStream::read(std::span<char> into) {
  for (int quiet = 0; pending_.empty(); ++quiet) {
    if (service_.store.last_commit().value != told_) {
      auto look = [this] { return take_news(); };
      const bool is_there = co_await net::offload(service_.storage, std::move(look));
      if (!is_there) co_return 0;
      if (!pending_.empty()) break;
    }
    if (quiet == kQuietLooks) {
      pending_ = " ";
      break;
    }
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, kLook);
    boost::system::error_code ignored;
    co_await pause.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  const std::size_t count = std::min(pending_.size(), into.size());
  std::memcpy(into.data(), pending_.data(), count);
  pending_.erase(0, count);
  co_return count;
}

bool EventStream::take_news() {
  // Another bucket of that name is not what the client was let listen to.
  const auto found = service_.store.objects().find_bucket(bucket_.name);
  if (!found || found->id != bucket_.id) return false;
  const std::int64_t newest = service_.store.last_commit().value;
  const auto changes = service_.store.feed().read(store::CommitNumber{told_}, {"objects"}, kChangesInTurn);
  for (const store::CommittedChange& change : changes) {
    for (const store::FeedEvent& done : change.events) {
      if (done.subject.substr(0, done.subject.find('/')) != bucket_.name) continue;
      auto event = event_of(service_, change, done);
      if (!event || !wants(rule_, event->name, event->key)) continue;
      event->bucket_owner = bucket_.owner;
      event->region = bucket_.region;
      pending_ += write_records(*event) + "\n";
    }
    told_ = change.number.value;
  }
  // All that is not about objects is behind it, too.
  if (changes.size() < kChangesInTurn) told_ = std::max(told_, newest);
  return true;
}

}  // namespace lab::s3
