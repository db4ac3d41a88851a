#include "wire/s3/new_object.h"

#include "store/conditions.h"
#include "wire/s3/authorize.h"
#include "wire/s3/bucket_settings.h"
#include "wire/s3/encryption.h"
#include "wire/s3/locks.h"

namespace lab::s3 {

NewObject prepare_new_object(const Call& call, store::ObjectProperties& properties, bool authorizes) {
  const store::Snapshot snapshot = call.service.store.snapshot();
  if (authorizes) authorize(call, *call.operation, snapshot);
  const auto bucket = store::find_bucket(snapshot, call.address.bucket);
  if (!bucket) throw Error(store::conditions::kNoSuchBucket, {{"bucket", call.address.bucket}});
  properties.lock = read_lock(call, snapshot, *bucket);
  properties.owner = new_object_owner(call, snapshot, *bucket);
  properties.acl = requested_acl(call, snapshot, *bucket, properties.owner);
  return {begin_encryption(call, find_setting(snapshot, *bucket, "encryption"), properties.encryption), find_setting(snapshot, *bucket, "lifecycle")};
}

}  // namespace lab::s3
