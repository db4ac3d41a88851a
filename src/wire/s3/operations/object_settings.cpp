#include "protocol/s3/documents.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_get_object_tagging(Call& call) {
  check_version(call.head);
  const store::ObjectInfo info = call.objects().get(call.address.bucket, call.address.key);
  NameValues tags;
  if (const auto found = info.properties.headers.find(std::string(kTaggingHeader)); found != info.properties.headers.end()) {
    tags = parse_tagging_header(found->second);
  }
  return xml_response(write_tagging(tags));
}

net::Response serve_get_object_acl(Call& call) {
  check_version(call.head);
  const store::ObjectInfo info = call.objects().get(call.address.bucket, call.address.key);
  return xml_response(write_private_acl({info.owner, info.owner}));
}

}  // namespace lab::s3
