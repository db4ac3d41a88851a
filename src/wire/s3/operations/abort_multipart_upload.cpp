#include "wire/s3/operations/operations.h"
#include "wire/s3/upload_address.h"

namespace lab::s3 {

net::Response serve_abort_multipart_upload(Call& call) {
  store::Change change = call.new_change();
  change.abort_upload(call.address.bucket, call.address.key, upload_id(call));
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

}  // namespace lab::s3
