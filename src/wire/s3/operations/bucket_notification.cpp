#include "protocol/s3/notification.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/notifications.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_get_bucket_notification(Call& call) {
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  auto document = find_setting(call.service.store.snapshot(), bucket, kNotification);
  return xml_response(document ? *std::move(document) : write_notification({}));
}

net::Response serve_put_bucket_notification(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  const auto rules = parse_notification(call.document);
  for (const NotificationRule& rule : rules) {
    const auto webhook = webhook_of_arn(rule.arn);
    if (!webhook || !call.service.options.webhooks.contains(*webhook))
      throw invalid_argument("A specified destination ARN does not exist or is not well-formed. Verify the destination ARN.", "ARN", rule.arn);
  }
  store::Change change = call.new_change();
  if (rules.empty()) {
    for (const std::string_view name : {kNotification, kNotificationSince}) erase_setting(change, call.address.bucket, name);
  } else {
    put_setting(change, call.address.bucket, kNotification, write_notification(rules));
    // What happened before is nobody's news.
    put_setting(change, call.address.bucket, kNotificationSince, std::to_string(call.service.store.last_commit().value));
  }
  call.service.store.apply(std::move(change));
  return empty_response(200);
}

}  // namespace lab::s3
