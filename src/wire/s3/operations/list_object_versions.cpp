#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"
#include "wire/s3/versions.h"

namespace lab::s3 {

net::Response serve_list_object_versions(Call& call) {
  const auto version_marker = call.head.parameter("version-id-marker");
  const std::string key_marker(call.head.parameter("key-marker").value_or(""));
  if (version_marker && !version_marker->empty() && key_marker.empty()) {
    throw invalid_argument("A version-id marker cannot be specified without a key marker.", "version-id-marker",
                           std::string(*version_marker));
  }
  VersionList list;
  list.page = read_list_parameters(call);
  list.page.with_owner = true;
  list.key_marker = key_marker;
  list.version_marker = std::string(version_marker.value_or(""));
  store::VersionQuery query{.prefix = list.page.prefix, .delimiter = list.page.delimiter, .key_marker = key_marker, .limit = list.page.max_keys};
  if (!list.version_marker.empty()) query.version_marker = read_version(version_marker);
  const store::VersionPage page = call.objects().list_versions(list.page.bucket, query);
  for (const store::ObjectInfo& info : page.versions)
    list.versions.push_back({{info.key, info.modified, info.etag, info.size, info.owner, storage_class_of(info.properties)}, show_version(info.version), info.is_latest, info.is_marker});
  list.page.common_prefixes = page.common_prefixes;
  list.page.is_truncated = page.is_truncated;
  if (page.is_truncated) {
    list.next_key_marker = page.next_key_marker;
    if (page.next_version_marker) list.next_version_marker = show_version(*page.next_version_marker);
  }
  return xml_response(write_version_list(list));
}

}  // namespace lab::s3
