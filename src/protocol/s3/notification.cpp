#include "protocol/s3/notification.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/text_forms.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

/// How a target is written.
struct TargetRow {
  std::string_view configuration, element;
};
constexpr TargetRow kTargets[] = {{"TopicConfiguration", "Topic"}, {"QueueConfiguration", "Queue"}, {"CloudFunctionConfiguration", "CloudFunction"}};

constexpr std::string_view kToldEvents[] = {"s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
                                            "s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*", "s3:ObjectRemoved:Delete",
                                            "s3:ObjectRemoved:DeleteMarkerCreated"};
// Families of events that S3 has and the lab does not tell.
constexpr std::string_view kOtherEvents[] = {"s3:ReducedRedundancyLostObject", "s3:ObjectRestore:", "s3:Replication:", "s3:LifecycleExpiration:", "s3:LifecycleTransition",
                                             "s3:IntelligentTiering", "s3:ObjectTagging:", "s3:ObjectAcl:Put", "s3:ObjectAccessed:", "s3:TestEvent"};

bool is_told(std::string_view event) { return std::ranges::find(kToldEvents, event) != std::end(kToldEvents); }

/// Throws InvalidArgument when S3 has no such event.
void check_known(const std::string& event) {
  if (is_told(event) || std::ranges::any_of(kOtherEvents, [&](std::string_view family) { return event.starts_with(family); })) return;
  throw invalid_argument("The event is not supported for notifications", "Event", event);
}

void read_event(const XmlElement& element, NotificationRule& rule) {
  std::string event(trim_spaces(element.text));
  check_known(event);
  if (!is_told(event)) throw not_implemented("notifications of " + event);
  rule.events.push_back(std::move(event));
}

void read_filter_rule(const XmlElement& element, NotificationRule& rule) {
  const std::string name = to_lower_ascii(trim_spaces(element.text_of("Name")));
  if (name != "prefix" && name != "suffix") throw invalid_argument("filter rule name must be either prefix or suffix", "FilterRule.Name", name);
  std::string& into = name == "prefix" ? rule.prefix : rule.suffix;
  if (!into.empty()) throw invalid_argument("Cannot specify more than one " + name + " rule in a filter.", "FilterRule.Name", name);
  into = std::string(element.text_of("Value"));
  constexpr std::size_t kLongest = 1024;
  if (into.size() > kLongest) throw invalid_argument("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation", "FilterRule.Value", into);
}

NotificationRule read_notification_rule(const XmlElement& element, NotificationRule::Target target) {
  NotificationRule rule{.target = target, .id = {}, .arn = {}, .events = {}, .prefix = {}, .suffix = {}};
  for (const XmlElement& part : element.children) {
    if (part.name == "Id") {
      rule.id = std::string(trim_spaces(part.text));
    } else if (part.name == kTargets[static_cast<std::size_t>(target)].element) {
      rule.arn = std::string(trim_spaces(part.text));
    } else if (part.name == "Event") {
      read_event(part, rule);
    } else if (part.name == "Filter") {
      const XmlElement* key = part.find("S3Key");
      if (key == nullptr) throw Error(conditions::kMalformedXml);
      for (const XmlElement& each : key->children)
        if (each.name == "FilterRule") read_filter_rule(each, rule);
    } else {
      throw Error(conditions::kMalformedXml);
    }
  }
  if (rule.arn.empty() || rule.events.empty()) throw Error(conditions::kMalformedXml);
  if (rule.id.empty()) rule.id = random_hex(16);
  return rule;
}

bool covers(std::string_view wanted, std::string_view event) {
  return wanted == event || (wanted.ends_with('*') && event.starts_with(wanted.substr(0, wanted.size() - 1)));
}

/// Whether one key could meet both with the same event: S3 would not know whom to tell first.
bool overlap(const NotificationRule& left, const NotificationRule& right) {
  const bool is_key_shared = (left.prefix.starts_with(right.prefix) || right.prefix.starts_with(left.prefix)) &&
                             (left.suffix.ends_with(right.suffix) || right.suffix.ends_with(left.suffix));
  return is_key_shared && std::ranges::any_of(left.events, [&](const std::string& event) {
    return std::ranges::any_of(right.events, [&](const std::string& other) { return covers(event, other) || covers(other, event); });
  });
}

}  // namespace

std::vector<NotificationRule> parse_notification(std::string_view text) {
  const XmlElement root = parse_xml(text);
  if (root.name != "NotificationConfiguration") throw Error(conditions::kMalformedXml);
  std::vector<NotificationRule> rules;
  for (const XmlElement& child : root.children) {
    if (child.name == "EventBridgeConfiguration") throw not_implemented("notifications by EventBridge");
    const auto* row = std::ranges::find(kTargets, child.name, &TargetRow::configuration);
    if (row == std::end(kTargets)) throw Error(conditions::kMalformedXml);
    rules.push_back(read_notification_rule(child, static_cast<NotificationRule::Target>(row - kTargets)));
    for (std::size_t i = 0; i + 1 < rules.size(); ++i) {
      if (rules[i].id == rules.back().id) throw invalid_argument("Same ID used for multiple configurations. IDs must be unique", "Id", rules[i].id);
      if (overlap(rules[i], rules.back()))
        throw invalid_argument("Configurations overlap. Configurations on the same bucket cannot share a common event type.", "Event", rules[i].events.front());
    }
  }
  return rules;
}

std::string write_notification(const std::vector<NotificationRule>& rules) {
  XmlWriter xml;
  xml.open_root("NotificationConfiguration");
  for (const NotificationRule& rule : rules) {
    const TargetRow& target = kTargets[static_cast<std::size_t>(rule.target)];
    xml.open(target.configuration);
    xml.element("Id", rule.id);
    xml.element(target.element, rule.arn);
    for (const std::string& event : rule.events) xml.element("Event", event);
    if (!rule.prefix.empty() || !rule.suffix.empty()) {
      xml.open("Filter");
      xml.open("S3Key");
      const auto filter = [&](std::string_view name, const std::string& value) {
        if (value.empty()) return;
        xml.open("FilterRule");
        xml.element("Name", name);
        xml.element("Value", value);
        xml.close();
      };
      filter("prefix", rule.prefix);
      filter("suffix", rule.suffix);
      xml.close();
      xml.close();
    }
    xml.close();
  }
  return std::move(xml).finish();
}

NotificationRule listening_rule(const std::vector<std::string>& events, std::string_view prefix, std::string_view suffix) {
  for (const std::string& event : events) check_known(event);
  if (std::ranges::none_of(events, is_told)) throw not_implemented("notifications of " + (events.empty() ? std::string("no events") : events.front()));
  return {.target = NotificationRule::Target::Queue, .id = {}, .arn = {}, .events = events, .prefix = std::string(prefix), .suffix = std::string(suffix)};
}

bool wants(const NotificationRule& rule, std::string_view event, std::string_view key) {
  if (key.size() < std::max(rule.prefix.size(), rule.suffix.size()) || !key.starts_with(rule.prefix) || !key.ends_with(rule.suffix)) return false;
  return std::ranges::any_of(rule.events, [&](const std::string& each) { return covers(each, event); });
}

std::optional<std::string> webhook_of_arn(std::string_view arn) {
  constexpr std::string_view kStart = "arn:minio:sqs:", kEnd = ":webhook";
  if (!arn.starts_with(kStart) || !arn.ends_with(kEnd) || arn.size() < kStart.size() + kEnd.size()) return std::nullopt;
  const std::string_view middle = arn.substr(kStart.size(), arn.size() - kStart.size() - kEnd.size());
  const auto colon = middle.find(':');
  if (colon == std::string_view::npos || colon + 1 == middle.size()) return std::nullopt;
  return std::string(middle.substr(colon + 1));
}

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson record_of(const ObjectEvent& event) {
  // MinIO writes keys as values of a query.
  std::string key;
  for (const char c : event.key) key += c == ' ' ? "+" : encode_uri(std::string_view(&c, 1), false);
  std::string sequencer;
  for (int shift = 60; shift >= 0; shift -= 4) sequencer += "0123456789ABCDEF"[static_cast<std::uint64_t>(event.sequence) >> shift & 15];
  OrderedJson object = {{"key", key}};
  if (event.size) object["size"] = *event.size;
  if (!event.etag.empty()) object["eTag"] = event.etag;
  if (!event.content_type.empty()) object["contentType"] = event.content_type;
  if (!event.version.empty()) object["versionId"] = event.version;
  object["sequencer"] = sequencer;
  return {
      {"eventVersion", "2.0"},
      {"eventSource", "minio:s3"},
      {"awsRegion", event.region},
      {"eventTime", event.time},
      {"eventName", event.name},
      {"userIdentity", {{"principalId", event.actor}}},
      {"requestParameters", {{"principalId", event.actor}, {"region", event.region}}},
      {"responseElements", {{"x-amz-request-id", event.request_id}}},
      {"s3",
       {{"s3SchemaVersion", "1.0"},
        {"configurationId", event.rule_id},
        {"bucket", {{"name", event.bucket}, {"ownerIdentity", {{"principalId", event.bucket_owner}}}, {"arn", "arn:aws:s3:::" + event.bucket}}},
        {"object", object}}}};
}

std::string print_event(const OrderedJson& document) { return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

}  // namespace

std::string write_event(const ObjectEvent& event) {
  OrderedJson document = {{"EventName", event.name}, {"Key", event.bucket + "/" + event.key}};
  document["Records"] = OrderedJson::array({record_of(event)});
  return print_event(document);
}

std::string write_records(const ObjectEvent& event) {
  OrderedJson document;
  document["Records"] = OrderedJson::array({record_of(event)});
  return print_event(document);
}

}  // namespace lab::s3
