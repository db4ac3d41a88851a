#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_delete_object(Call& call) {
  check_version(call.head);
  store::Change change = call.new_change();
  change.delete_object({call.address.bucket, call.address.key, read_expectation(call.head)});
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

}  // namespace lab::s3
