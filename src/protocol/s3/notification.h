#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::s3 {

/// Which events of a bucket are told to whom: a part of `<NotificationConfiguration>`.
struct NotificationRule {
  enum class Target { Topic, Queue, Function };
  Target target = Target::Queue;
  std::string id;
  std::string arn;
  std::vector<std::string> events;  ///< `s3:ObjectCreated:*`, …
  std::string prefix, suffix;       ///< of keys
};

/// A rule without an id gets one. Throws MalformedXML, InvalidArgument for unknown events and rules that overlap, NotImplemented
/// for events that the lab does not tell.
std::vector<NotificationRule> parse_notification(std::string_view xml);
std::string write_notification(const std::vector<NotificationRule>& rules);

/// What a client listens to. Only events that the lab tells come to it; it may name others beside them, as clients do that ask for all
/// kinds. Throws InvalidArgument for unknown events, NotImplemented when none of them is told.
NotificationRule listening_rule(const std::vector<std::string>& events, std::string_view prefix, std::string_view suffix);

bool wants(const NotificationRule& rule, std::string_view event, std::string_view key);

/// The name in `arn:minio:sqs:REGION:NAME:webhook`; absent for another ARN.
std::optional<std::string> webhook_of_arn(std::string_view arn);

/// Something that happened to an object.
struct ObjectEvent {
  std::string name;  ///< `s3:ObjectCreated:Put`, …
  std::string time;  ///< ISO 8601
  std::string bucket, bucket_owner, region;
  std::string key;
  std::string actor, request_id;
  std::int64_t sequence = 0;  ///< grows with every event of a key
  std::optional<std::uint64_t> size;
  std::string etag, content_type, version;
  std::string rule_id;
};

/// The document that MinIO sends to webhooks, with the one record that S3 has for the event.
std::string write_event(const ObjectEvent& event);
/// The one that it sends to clients that listen: that record alone.
std::string write_records(const ObjectEvent& event);

}  // namespace lab::s3
