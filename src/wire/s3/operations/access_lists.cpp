#include "protocol/s3/acl.h"
#include "store/conditions.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

store::BucketInfo bucket_in(const Call& call, const store::Rows& rows) {
  auto bucket = store::find_bucket(rows, call.address.bucket);
  if (!bucket) throw Error(store::conditions::kNoSuchBucket, {{"bucket", call.address.bucket}});
  return *std::move(bucket);
}

/// The list that a request puts: its document or its headers, not both. The owner stays who it is.
AccessControlList given_acl(const Call& call, const Owner& owner, const Owner& bucket_owner) {
  auto of_headers = acl_of_headers(call.head.headers, owner, bucket_owner);
  if (call.document.empty()) {
    if (!of_headers) throw Error(conditions::kMissingSecurityHeader);
    return *std::move(of_headers);
  }
  if (of_headers) throw Error(conditions::kUnexpectedContent);
  AccessControlList acl = parse_acl(call.document);
  if (acl.owner.id != owner.id) throw Error(conditions::kAccessDenied);
  acl.owner = owner;
  return acl;
}

}  // namespace

net::Response serve_get_bucket_acl(Call& call) {
  const auto snapshot = call.service.store.snapshot();
  return xml_response(write_acl(acl_of(snapshot, bucket_in(call, snapshot))));
}

net::Response serve_put_bucket_acl(Call& call) {
  AccessControlList acl;
  {
    const auto snapshot = call.service.store.snapshot();
    const auto bucket = bucket_in(call, snapshot);
    const Owner owner{bucket.owner, bucket.owner};
    acl = given_acl(call, owner, owner);
    check_acl_allowed(call, snapshot, bucket, acl);
  }
  store::Change change = call.new_change();
  put_setting(change, call.address.bucket, "acl", write_acl(acl));
  call.service.store.apply(std::move(change));
  return empty_response(200);
}

net::Response serve_get_object_acl(Call& call) {
  const store::ObjectInfo info = find_named_object(call);
  net::Response response = xml_response(write_acl(acl_of(info)));
  set_version_header(response, info);
  return response;
}

net::Response serve_put_object_acl(Call& call) {
  const store::ObjectInfo info = find_named_object(call);
  AccessControlList acl;
  {
    const auto snapshot = call.service.store.snapshot();
    const auto bucket = bucket_in(call, snapshot);
    acl = given_acl(call, {info.owner, info.owner}, {bucket.owner, bucket.owner});
    check_acl_allowed(call, snapshot, bucket, acl);
  }
  store::Change change = call.new_change();
  auto update = [text = write_acl(acl)](store::ObjectInfo& each) { each.properties.acl = text; };
  change.update_object({call.address.bucket, call.address.key, named_version(call.head), std::move(update)});
  call.service.store.apply(std::move(change));
  net::Response response = empty_response(200);
  set_version_header(response, info);
  return response;
}

}  // namespace lab::s3
