#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_delete_bucket(Call& call) {
  store::Change change = call.new_change();
  change.delete_bucket(call.address.bucket);
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

}  // namespace lab::s3
