#include "wire/s3/notifications.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/peer_url.h"
#include "protocol/s3/http_date.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

constexpr net::ClientLimits kWebhookLimits{.connect = std::chrono::seconds(2), .silence = std::chrono::seconds(5), .max_body_bytes = 1 << 20};
constexpr std::chrono::milliseconds kFirstPause(250), kLongestPause(30'000);
constexpr std::size_t kChangesAtOnce = 200;
// A webhook that hears nothing has its position kept now and then, so that a start need not look through all.
constexpr std::int64_t kUnkeptCommits = 1000;

std::string position_setting(const std::string& webhook) { return "notified:" + webhook; }

/// A rule, and from which commit on it counts.
struct BucketRule {
  store::BucketInfo bucket;
  NotificationRule rule;
  std::int64_t since = 0;
};

/// All that a webhook is told, by bucket.
std::multimap<std::string, BucketRule> rules_of(const S3Service& service, const std::string& webhook) {
  std::multimap<std::string, BucketRule> rules;
  const auto snapshot = service.store.snapshot();
  for (const store::BucketInfo& bucket : service.store.objects().list_buckets()) {
    const auto document = find_setting(snapshot, bucket, kNotification);
    if (!document) continue;
    const auto since = parse_number(find_setting(snapshot, bucket, kNotificationSince).value_or("0")).value_or(0);
    for (NotificationRule& rule : parse_notification(*document))
      if (webhook_of_arn(rule.arn) == webhook) rules.emplace(bucket.name, BucketRule{bucket, std::move(rule), static_cast<std::int64_t>(since)});
  }
  return rules;
}

/// `REQUEST Operation`, as Call::new_change() writes it; of other protocols' changes the operation is empty.
std::pair<std::string, std::string> split_request(const store::Origin& origin) {
  const auto space = origin.request.find(' ');
  if (origin.protocol != "s3" || space == std::string::npos) return {origin.request, {}};
  return {origin.request.substr(0, space), origin.request.substr(space + 1)};
}

std::string created_name(std::string_view operation) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"CompleteMultipartUpload", "CompleteMultipartUpload"}, {"CopyObject", "Copy"}, {"PostObject", "Post"}};
  for (const auto& [from, name] : kNames)
    if (operation == from) return "s3:ObjectCreated:" + std::string(name);
  return "s3:ObjectCreated:Put";
}

}  // namespace

std::optional<ObjectEvent> event_of(const S3Service& service, const store::CommittedChange& change, const store::FeedEvent& done) {
  const auto slash = done.subject.find('/');
  const auto [request, operation] = split_request(change.origin);
  const bool is_by_rule = change.origin.actor == "system" && change.origin.request == "lifecycle";
  if (slash == std::string::npos || is_by_rule) return std::nullopt;
  ObjectEvent event{.name = {},
                    .time = print_iso_time(std::chrono::floor<std::chrono::milliseconds>(change.time)),
                    .bucket = done.subject.substr(0, slash),
                    .bucket_owner = {},
                    .region = {},
                    .key = done.subject.substr(slash + 1),
                    .actor = change.origin.actor,
                    .request_id = request,
                    .sequence = change.number.value,
                    .size = {},
                    .etag = {},
                    .content_type = {},
                    .version = {},
                    .rule_id = {}};
  try {
    if (done.action == store::FeedAction::Erase) {
      const auto latest = service.store.objects().get_version(event.bucket, event.key, std::nullopt);
      const bool is_marker = latest.is_marker && latest.commit == change.number;
      event.name = is_marker ? "s3:ObjectRemoved:DeleteMarkerCreated" : "s3:ObjectRemoved:Delete";
      if (is_marker) event.version = show_version(latest.version);
      return event;
    }
    event.name = created_name(operation);
    const auto info = service.store.objects().find(event.bucket, event.key, change.number);
    if (!info) return event;
    if (info->modified != change.time) return std::nullopt;
    event.size = info->size;
    event.etag = info->etag;
    event.content_type = info->properties.content_type;
    if (info->has_versions) event.version = show_version(info->version);
  } catch (const Error&) {
    // Gone meanwhile, with its past: what is left to say is that it happened.
    if (event.name.empty()) event.name = "s3:ObjectRemoved:Delete";
  }
  return event;
}

std::optional<std::map<std::string, std::string>> parse_webhooks(std::string_view text) {
  std::map<std::string, std::string> webhooks;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view entry = trim_spaces(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (entry.empty()) continue;
    const auto equals = entry.find('=');
    const std::string name(entry.substr(0, equals)), url(equals == std::string_view::npos ? std::string_view() : entry.substr(equals + 1));
    if (name.empty() || name.find(':') != std::string::npos || !net::parse_peer_url(url)) return std::nullopt;
    webhooks[name] = url;
  }
  return webhooks;
}

void NotificationRunner::start() {
  for (const auto& [name, url] : service_.options.webhooks) {
    const auto peer = net::parse_peer_url(url);
    if (!peer) continue;
    Webhook webhook;
    webhook.name = name;
    webhook.target = peer->target;
    webhook.host = peer->host();
    webhook.client = net::HttpClient::create(peer->server, kWebhookLimits);
    webhooks_.push_back(std::move(webhook));
  }
  if (webhooks_.empty()) return;
  subscription_ = service_.store.feed().subscribe(service_.store.last_commit(), {"objects", "bucket_settings"}, [this](const store::CommittedChange&) {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
    wake_.notify_all();
  });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void NotificationRunner::stop() {
  subscription_.cancel();
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
}

void NotificationRunner::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex_);
      has_news_ = false;
    }
    auto next = std::chrono::steady_clock::now() + kLongestPause;
    for (Webhook& webhook : webhooks_) {
      if (webhook.next_try <= std::chrono::steady_clock::now()) {
        try {
          if (tell(webhook, stop)) continue;
        } catch (const std::exception& error) {
          log::warning("s3", "a round of notifications to {} ended early: {}", webhook.name, error.what());
          webhook.next_try = std::chrono::steady_clock::now() + kLongestPause;
        }
      }
      next = std::min(next, webhook.next_try);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, stop, next, [this] { return has_news_; });
  }
}

bool NotificationRunner::tell(Webhook& webhook, const std::stop_token& stop) {
  // Before the rules are read: one that is made meanwhile counts from a later commit.
  std::int64_t earliest = service_.store.last_commit().value;
  const auto rules = rules_of(service_, webhook.name);
  if (webhook.told < 0) {
    webhook.kept = static_cast<std::int64_t>(parse_number(find_account_setting(service_.store.snapshot(), position_setting(webhook.name)).value_or("0")).value_or(0));
    webhook.told = webhook.kept;
  }
  for (const auto& [bucket, rule] : rules) earliest = std::min(earliest, rule.since);
  webhook.told = std::max(webhook.told, earliest);
  while (!stop.stop_requested()) {
    const auto changes = service_.store.feed().read(store::CommitNumber{webhook.told}, {"objects"}, kChangesAtOnce);
    for (const store::CommittedChange& change : changes) {
      bool has_told = false;
      for (const store::FeedEvent& done : change.events) {
        const auto [first, last] = rules.equal_range(done.subject.substr(0, done.subject.find('/')));
        if (first == last) continue;
        auto event = event_of(service_, change, done);
        for (auto each = first; event && each != last; ++each) {
          const auto& [bucket, rule, since] = each->second;
          if (change.number.value <= since || !wants(rule, event->name, event->key)) continue;
          event->bucket_owner = bucket.owner;
          event->region = bucket.region;
          event->rule_id = rule.id;
          if (!send(webhook, write_event(*event))) {
            const auto pause = std::min(kLongestPause, kFirstPause * (1 << std::min(webhook.num_failures, 7)));
            ++webhook.num_failures;
            webhook.next_try = std::chrono::steady_clock::now() + pause;
            return false;
          }
          webhook.num_failures = 0;
          has_told = true;
        }
      }
      webhook.told = change.number.value;
      if (has_told || webhook.told - webhook.kept >= kUnkeptCommits) keep_position(webhook);
      if (stop.stop_requested()) return false;
    }
    if (changes.size() < kChangesAtOnce) return true;
  }
  return false;
}

bool NotificationRunner::send(Webhook& webhook, const std::string& document) const {
  try {
    const auto answer = webhook.client->send({.method = "POST", .target = webhook.target, .headers = {{"Host", webhook.host}, {"Content-Type", "application/json"}}, .body = document});
    if (answer.status >= 200 && answer.status < 300) return true;
    log::debug("s3", "the webhook {} answers {}", webhook.name, answer.status);
  } catch (const Error& error) {
    log::debug("s3", "the webhook {} is not reached: {}", webhook.name, error.what());
  }
  return false;
}

void NotificationRunner::keep_position(Webhook& webhook) {
  store::Change change({.actor = "system", .protocol = "s3", .request = "notifications"});
  put_account_setting(change, position_setting(webhook.name), std::to_string(webhook.told));
  service_.store.apply(std::move(change));
  webhook.kept = webhook.told;
}

}  // namespace lab::s3
