#include "wire/s3/expiration.h"

#include "protocol/s3/documents.h"
#include "protocol/s3/http_date.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/object_headers.h"

namespace lab::s3 {
namespace {

/// S3 rounds up to the next midnight.
std::optional<std::chrono::sys_seconds> expiry_of(const LifecycleRule& rule, Timestamp modified) {
  if (rule.expire_date) return *rule.expire_date;
  if (!rule.expire_days) return std::nullopt;
  return std::chrono::ceil<std::chrono::days>(modified + std::chrono::days(*rule.expire_days));
}

}  // namespace

std::optional<std::string> find_lifecycle(const store::Rows& rows, std::string_view name) {
  const auto bucket = store::find_bucket(rows, name);
  return bucket ? find_setting(rows, *bucket, "lifecycle") : std::nullopt;
}

void set_expiration_header(net::Response& response, const Call& call, const std::optional<std::string>& lifecycle,
                           const store::ObjectInfo& info) {
  if (!lifecycle || !info.is_latest || info.is_marker) return;
  const auto rules = call.service.lifecycles.get(*lifecycle, [](const std::string& text) { return parse_lifecycle(text); });
  NameValues tags;
  if (const auto found = info.properties.headers.find(std::string(kTaggingHeader)); found != info.properties.headers.end())
    tags = parse_tagging_header(found->second);
  const LifecycleRule* first = nullptr;
  std::chrono::sys_seconds when;
  for (const LifecycleRule& rule : *rules) {
    const auto expiry = rule.is_enabled && matches(rule.filter, info.key, info.size, tags) ? expiry_of(rule, info.modified) : std::nullopt;
    if (!expiry || (first != nullptr && when <= *expiry)) continue;
    first = &rule;
    when = *expiry;
  }
  if (first != nullptr) response.set("x-amz-expiration", "expiry-date=\"" + print_http_date(when) + "\", rule-id=\"" + encode_uri(first->id, false) + "\"");
}

std::optional<std::chrono::sys_seconds> restored_until(const store::ObjectProperties& properties, Timestamp now) {
  const auto found = properties.headers.find(std::string(kRestoreHeader));
  if (found == properties.headers.end()) return std::nullopt;
  const std::chrono::sys_seconds end(std::chrono::seconds(parse_number(found->second).value_or(0)));
  return now < end ? std::optional(end) : std::nullopt;
}

void set_restore_header(net::Response& response, const Call& call, const store::ObjectInfo& info) {
  if (const auto end = restored_until(info.properties, call.service.store.clock().now()))
    response.set(std::string(kRestoreHeader), "ongoing-request=\"false\", expiry-date=\"" + print_http_date(*end) + "\"");
}

}  // namespace lab::s3
