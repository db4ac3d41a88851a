#include "protocol/s3/bucket_logging.h"

#include "store/conditions.h"
#include "wire/s3/access_logs.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

/// A log goes into plain objects of a bucket that is there, whose policy or list lets S3's log delivery write.
void check_target(const Call& call, const LoggingConfig& config, const store::BucketInfo& source) {
  const auto snapshot = call.service.store.snapshot();
  const auto target = store::find_bucket(snapshot, config.bucket);
  if (!target) throw Error(conditions::kInvalidTargetBucketForLogging, {{"TargetBucket", config.bucket}});
  const auto refuse = [&](const char* reason) { return invalid_argument(reason, "TargetBucket", config.bucket); };
  if (find_setting(snapshot, *target, "encryption")) throw refuse("The target bucket for logging must not have a default encryption");
  if (const auto payer = find_setting(snapshot, *target, "requestPayment"); payer && payer->find("<Payer>Requester</Payer>") != std::string::npos)
    throw refuse("The target bucket for logging must not have requester pays");
  if (const auto lock = find_setting(snapshot, *target, "object-lock"); lock && lock->find("<DefaultRetention>") != std::string::npos)
    throw refuse("The target bucket for logging must not have a default retention");
  if (!may_deliver_log(call.service, config, source.name, source.owner)) throw Error(conditions::kAccessDenied);
}

}  // namespace

net::Response serve_put_bucket_logging(Call& call) {
  const auto source = call.objects().get_bucket(call.address.bucket);
  const auto config = parse_logging(call.document);
  if (config) check_target(call, *config, source);
  store::Change change = call.new_change();
  if (config)
    put_setting(change, source.name, "logging", write_logging(*config));
  else
    erase_setting(change, source.name, "logging");
  call.service.store.apply(std::move(change));
  call.service.access_logs.reload(call.service.store);
  return empty_response(200);
}

net::Response serve_get_bucket_logging(Call& call) {
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  auto document = find_setting(call.service.store.snapshot(), bucket, "logging");
  if (!document) return serve_empty_configuration(call);
  return xml_response(*std::move(document));
}

}  // namespace lab::s3
