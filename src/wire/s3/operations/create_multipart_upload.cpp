#include "protocol/s3/checksums.h"
#include "wire/s3/encryption.h"
#include "wire/s3/new_object.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {
namespace {

// FULL_OBJECT joins CRCs of the parts; COMPOSITE is a checksum of checksums.
bool read_full_object(const RequestHead& head, std::optional<ChecksumKind> kind) {
  const auto type = head.header("x-amz-checksum-type");
  if (!type) return kind && !can_be_composite(*kind);
  if (!kind) throw invalid_request("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  const bool full = *type == "FULL_OBJECT";
  if (!full && *type != "COMPOSITE") throw invalid_request("Value for x-amz-checksum-type header is invalid.");
  if (full ? !can_be_full_object(*kind) : !can_be_composite(*kind)) {
    throw invalid_request("The " + std::string(*type) + " checksum type cannot be used with the " +
                          to_lower_ascii(checksum_name(*kind)) + " checksum algorithm.");
  }
  return full;
}

}  // namespace

net::Response serve_create_multipart_upload(Call& call) {
  store::CreateUpload create;
  create.bucket = call.address.bucket;
  create.key = call.address.key;
  create.properties = read_properties(call.head);
  // Its parts ask for the object's key again.
  prepare_new_object(call, create.properties, false);
  create.checksum = find_named_checksum(call.head.headers);
  create.full_object_checksum = read_full_object(call.head, create.checksum);
  net::Response response;
  if (create.checksum) {
    response.set("x-amz-checksum-algorithm", std::string(checksum_name(*create.checksum)));
    response.set("x-amz-checksum-type", create.full_object_checksum ? "FULL_OBJECT" : "COMPOSITE");
  }
  set_encryption_headers(response, create.properties.encryption);
  std::string id;
  store::Change change = call.new_change();
  change.create_upload(std::move(create), &id);
  call.service.store.apply(std::move(change));
  response.set("Content-Type", "application/xml");
  response.body = write_create_upload(call.address.bucket, call.address.key, id);
  return response;
}

}  // namespace lab::s3
