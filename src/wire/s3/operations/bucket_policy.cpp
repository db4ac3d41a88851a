#include "protocol/s3/policy.h"
#include "protocol/s3/xml.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

std::string get_policy(const Call& call) {
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  auto text = find_setting(call.service.store.snapshot(), bucket, "policy");
  if (!text) throw Error(conditions::kNoSuchBucketPolicy, {{"BucketName", call.address.bucket}});
  return *std::move(text);
}

/// By its policy or its access control list.
bool is_public_bucket(const Call& call) {
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  const auto snapshot = call.service.store.snapshot();
  const auto text = find_setting(snapshot, bucket, "policy");
  return (text && is_public(parse_policy(*text, bucket.name))) || is_public(acl_of(snapshot, bucket));
}

}  // namespace

net::Response serve_get_bucket_policy(Call& call) { return net::text_response(200, "application/json", get_policy(call)); }

net::Response serve_get_bucket_policy_status(Call& call) {
  XmlWriter xml;
  xml.open_root("PolicyStatus");
  xml.flag("IsPublic", is_public_bucket(call));
  return xml_response(std::move(xml).finish());
}

net::Response serve_put_bucket_policy(Call& call) {
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  const Policy policy = parse_policy(call.document, call.address.bucket);
  if (is_public(policy) && has_access_block(call.service.store.snapshot(), bucket, "BlockPublicPolicy"))
    throw Error(conditions::kAccessDenied);
  store::Change change = call.new_change();
  put_setting(change, call.address.bucket, "policy", call.document);
  if (to_lower_ascii(call.head.header("x-amz-confirm-remove-self-bucket-access").value_or("")) == "true")
    put_setting(change, call.address.bucket, kPolicyConfirmed, "true");
  else
    erase_setting(change, call.address.bucket, kPolicyConfirmed);
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

net::Response serve_delete_bucket_policy(Call& call) {
  store::Change change = call.new_change();
  erase_setting(change, call.address.bucket, "policy");
  erase_setting(change, call.address.bucket, kPolicyConfirmed);
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

}  // namespace lab::s3
