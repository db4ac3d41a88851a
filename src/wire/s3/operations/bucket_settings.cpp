#include "wire/s3/bucket_settings.h"

#include "protocol/s3/documents.h"
#include "protocol/s3/xml.h"
#include "wire/s3/operation_table.h"
#include "wire/s3/operations/operations.h"

namespace lab::s3 {

net::Response serve_get_bucket_location(Call& call) {
  return xml_response(write_location(call.objects().get_bucket(call.address.bucket).region));
}

net::Response serve_get_bucket_versioning(Call& call) {
  constexpr std::string_view kStatus[] = {"", "Enabled", "Suspended"};
  const auto versioning = call.objects().get_bucket(call.address.bucket).versioning;
  return xml_response(write_versioning(kStatus[static_cast<int>(versioning)]));
}

net::Response serve_put_bucket_versioning(Call& call) {
  const bool is_enabled = parse_versioning(call.document);
  const store::Snapshot snapshot = call.service.store.snapshot();
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  if (!is_enabled && find_setting(snapshot, bucket, "object-lock"))
    throw Error(conditions::kInvalidBucketState, {{"reason", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."}});
  store::Change change = call.new_change();
  change.set_versioning(call.address.bucket, is_enabled ? store::Versioning::Enabled : store::Versioning::Suspended);
  call.service.store.apply(std::move(change));
  return empty_response(200);
}

net::Response serve_get_setting(Call& call) {
  const SettingRow& row = setting_of(call.head);
  const auto bucket = call.objects().get_bucket(call.address.bucket);
  auto document = find_setting(call.service.store.snapshot(), bucket, row.name);
  if (!document && row.absent == nullptr) return serve_empty_configuration(call);
  if (!document) throw Error(*row.absent, {{"BucketName", call.address.bucket}});
  return xml_response(*std::move(document));
}

net::Response serve_put_setting(Call& call) {
  const SettingRow& row = setting_of(call.head);
  call.objects().get_bucket(call.address.bucket);
  std::string document = row.read(call, call.document);
  store::Change change = call.new_change();
  put_setting(change, call.address.bucket, row.name, std::move(document));
  call.service.store.apply(std::move(change));
  return empty_response(row.put_status);
}

net::Response serve_delete_setting(Call& call) {
  store::Change change = call.new_change();
  erase_setting(change, call.address.bucket, setting_of(call.head).name);
  call.service.store.apply(std::move(change));
  return empty_response(204);
}

net::Response serve_empty_configuration(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  XmlWriter xml;
  if (call.head.has_parameter("logging")) {
    xml.open_root("BucketLoggingStatus");
  } else if (call.head.has_parameter("accelerate")) {
    xml.open_root("AccelerateConfiguration");
  } else {
    xml.open_root("RequestPaymentConfiguration");
    xml.element("Payer", "BucketOwner");
  }
  return xml_response(std::move(xml).finish());
}

net::Response serve_put_empty_configuration(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  const XmlElement root = parse_xml(call.document);
  const bool turns_off = root.children.empty() || trim_spaces(root.text_of("Status")) == "Suspended";
  if (!turns_off) throw not_implemented(std::string(call.operation->name));
  return empty_response(200);
}

net::Response serve_delete_unset(Call& call) {
  call.objects().get_bucket(call.address.bucket);
  return empty_response(204);
}

}  // namespace lab::s3
