#include "protocol/s3/xml.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_get_bucket_location(Call& call) {
  return xml_response(write_location(call.objects().get_bucket(call.address.bucket).region));
}

net::Response serve_get_bucket_versioning(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  return xml_response(write_versioning());
}

net::Response serve_get_bucket_acl(Call& call) {
  const std::string owner = call.objects().get_bucket(call.address.bucket).owner;
  return xml_response(write_private_acl({owner, owner}));
}

net::Response serve_empty_configuration(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  XmlWriter xml;
  if (call.head.has_parameter("notification")) {
    xml.open_root("NotificationConfiguration");
  } else if (call.head.has_parameter("logging")) {
    xml.open_root("BucketLoggingStatus");
  } else if (call.head.has_parameter("accelerate")) {
    xml.open_root("AccelerateConfiguration");
  } else {
    xml.open_root("RequestPaymentConfiguration");
    xml.element("Payer", "BucketOwner");
  }
  return xml_response(std::move(xml).finish());
}

net::Response serve_delete_unset(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  return empty_response(204);
}

}  // namespace lab::s3
