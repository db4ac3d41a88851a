#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_head_bucket(Call& call) {
  const store::BucketInfo bucket = call.objects().get_bucket(call.address.bucket);
  net::Response response = empty_response(200);
  response.set("x-amz-bucket-region", bucket.region);
  response.set("x-amz-access-point-alias", "false");
  response.set("Content-Type", "application/xml");
  return response;
}

}  // namespace lab::s3
