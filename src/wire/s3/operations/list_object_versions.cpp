#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"

namespace lab::s3 {

net::Response serve_list_object_versions(Call& call) {
  const auto version_marker = call.head.parameter("version-id-marker");
  const std::string key_marker(call.head.parameter("key-marker").value_or(""));
  if (version_marker && !version_marker->empty() && key_marker.empty()) {
    throw invalid_argument("A version-id marker cannot be specified without a key marker.", "version-id-marker",
                           std::string(*version_marker));
  }
  ListedPage page = list_page(call, key_marker);
  page.list.with_owner = true;
  VersionList versions;
  versions.next_key_marker = page.next;
  versions.page = std::move(page.list);
  versions.key_marker = key_marker;
  versions.version_marker = std::string(version_marker.value_or(""));
  return xml_response(write_version_list(versions));
}

}  // namespace lab::s3
