#include "wire/s3/authorize.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {

net::Response serve_delete_object(Call& call) {
  store::DeleteResult result;
  store::DeleteObject erase{.bucket = call.address.bucket, .key = call.address.key, .version = named_version(call.head)};
  read_delete_expectation(call.head, erase);
  if (bypasses_governance(call.head)) erase.bypasses_governance = may_bypass_governance(call, call.service.store.snapshot(), call.address.key);
  store::Change change = call.new_change();
  change.delete_object(std::move(erase), &result);
  call.service.store.apply(std::move(change));
  net::Response response = empty_response(204);
  set_delete_headers(response, result);
  return response;
}

}  // namespace lab::s3
