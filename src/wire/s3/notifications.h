#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/http_client.h"
#include "protocol/s3/notification.h"
#include "store/feed.h"
#include "wire/s3/service.h"

namespace lab::s3 {

/// `NAME=URL`, separated by commas: webhooks by name. Absent when one of them is none.
std::optional<std::map<std::string, std::string>> parse_webhooks(std::string_view text);

/// What a change did to an object, in S3's words; absent for what is no event: another storage class, other tags. Blocks for disk.
std::optional<ObjectEvent> event_of(const S3Service& service, const store::CommittedChange& change, const store::FeedEvent& done);

/// Tells webhooks what happens to objects, as the notification settings of buckets ask. The journal of changes is the queue: how
/// far a webhook has been told stands in the store, so that a kill, or a webhook that is away, loses nothing that history still
/// keeps; after a kill the last events may come once more. Each webhook is told in the order of changes, and asked again until it answers with success.
class NotificationRunner {
 public:
  /// `service` must outlive it.
  explicit NotificationRunner(S3Service& service) : service_(service) {}
  ~NotificationRunner() { stop(); }

  /// Does nothing when there are no webhooks.
  void start();
  /// May be called twice. Waits for the answer that is awaited, a few seconds at most.
  void stop();

 private:
  struct Webhook {
    std::string name;
    std::string target, host;  ///< of requests
    std::unique_ptr<net::HttpClient> client;
    std::int64_t told = -1;   ///< commit; -1: not looked up yet
    std::int64_t kept = 0;    ///< what stands in the store
    int num_failures = 0;
    std::chrono::steady_clock::time_point next_try;
  };

  void run(const std::stop_token& stop);
  /// Tells what it was not told yet; true when nothing is left.
  bool tell(Webhook& webhook, const std::stop_token& stop);
  bool send(Webhook& webhook, const std::string& document) const;
  void keep_position(Webhook& webhook);

  S3Service& service_;
  std::vector<Webhook> webhooks_;
  store::Feed::Subscription subscription_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool has_news_ = true;
  std::jthread thread_;
};

/// A bucket's setting, and the one that says from which commit on it counts.
inline constexpr std::string_view kNotification = "notification", kNotificationSince = "notificationSince";

}  // namespace lab::s3
