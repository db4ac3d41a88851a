#include <algorithm>

#include "protocol/s3/documents.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

std::string tagging_header(const NameValues& tags) {
  std::string text;
  for (const auto& [key, value] : tags) {
    if (!text.empty()) text += '&';
    text += encode_uri(key, false) + "=" + encode_uri(value, false);
  }
  return text;
}

/// Sets or takes away the tags of the version that the request names.
net::Response change_tags(Call& call, const NameValues& tags, int status) {
  store::ObjectInfo info;
  auto update = [text = tagging_header(tags)](store::ObjectInfo& each) {
    if (text.empty())
      each.properties.headers.erase(std::string(kTaggingHeader));
    else
      each.properties.headers[std::string(kTaggingHeader)] = text;
  };
  store::Change change = call.new_change();
  change.update_object({call.address.bucket, call.address.key, named_version(call.head), std::move(update)}, &info);
  call.service.store.apply(std::move(change));
  net::Response response = empty_response(status);
  set_version_header(response, info);
  return response;
}

}  // namespace

net::Response serve_get_object_tagging(Call& call) {
  const store::ObjectInfo info = find_named_object(call);
  NameValues tags;
  if (const auto found = info.properties.headers.find(std::string(kTaggingHeader)); found != info.properties.headers.end()) {
    tags = parse_tagging_header(found->second);
  }
  std::ranges::sort(tags);
  net::Response response = xml_response(write_tagging(tags));
  set_version_header(response, info);
  return response;
}

net::Response serve_put_object_tagging(Call& call) { return change_tags(call, parse_tagging(call.document), 200); }

net::Response serve_delete_object_tagging(Call& call) { return change_tags(call, {}, 204); }

}  // namespace lab::s3
