#include "protocol/s3/documents.h"
#include "protocol/s3/object_lock.h"
#include "protocol/s3/acl.h"
#include "store/conditions.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

/// What S3 says to who asks for a bucket that is there: in its first region an owner who asks for nothing else may ask again.
void answer_existing(const Call& call, const std::string& name, const std::string& region, const std::optional<AccessControlList>& acl) {
  const auto snapshot = call.service.store.snapshot();
  const auto bucket = store::find_bucket(snapshot, name);
  const bool is_mine = bucket && bucket->owner == call.identity.user;
  const bool is_first_region = region == "us-east-1" && bucket && bucket->region == region;
  if (is_mine && is_first_region) {
    const AccessControlList asked = acl ? *acl : *canned_acl("private", call.owner(), call.owner());
    if (write_acl(asked) == write_acl(acl_of(snapshot, *bucket))) return;
  } else if (is_mine) {
    throw Error(conditions::kBucketAlreadyOwnedByYou, {{"BucketName", name}});
  }
  throw Error(conditions::kBucketAlreadyExists, {{"BucketName", name}});
}

}  // namespace

net::Response serve_create_bucket(Call& call) {
  const std::string& name = call.address.bucket;
  if (!is_valid_bucket_name(name)) throw Error(conditions::kInvalidBucketName);
  const bool has_lock = to_lower_ascii(call.head.header("x-amz-bucket-object-lock-enabled").value_or("")) == "true";
  const auto acl = acl_of_headers(call.head.headers, call.owner(), call.owner());
  const auto ownership = call.head.header("x-amz-object-ownership");
  std::string region = parse_create_bucket(call.document);
  // The oldest name of a region.
  if (region == "EU") region = "eu-west-1";
  if (region.empty()) region = call.service.options.region;
  if (acl && is_public(*acl) && has_account_access_block(call.service.store.snapshot(), "BlockPublicAcls")) throw Error(conditions::kAccessDenied);
  store::Change change = call.new_change();
  change.create_bucket(name, call.identity.user, region);
  if (acl) put_setting(change, name, "acl", write_acl(*acl));
  if (ownership == "BucketOwnerEnforced" && acl && is_public(*acl)) throw Error(conditions::kInvalidBucketAclWithObjectOwnership);
  if (ownership) put_setting(change, name, "ownershipControls", write_ownership(*ownership));
  if (has_lock) {
    change.set_versioning(name, store::Versioning::Enabled);
    put_setting(change, name, "object-lock", write_lock_configuration(std::nullopt));
  }
  try {
    call.service.store.apply(std::move(change));
  } catch (const Error& error) {
    if (&error.condition() != &store::conditions::kBucketExists) throw;
    answer_existing(call, name, region, acl);
  }
  net::Response response = empty_response(200);
  response.set("Location", "/" + name);
  return response;
}

}  // namespace lab::s3
