#include <algorithm>

#include "protocol/s3/checksums.h"
#include "wire/s3/copy_source.h"
#include "wire/s3/encryption.h"
#include "wire/s3/expiration.h"
#include "wire/s3/new_object.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

constexpr std::uint64_t kMaxCopySize = 5ULL << 30;

bool is_replace(const RequestHead& head, std::string_view header) {
  const auto directive = head.header(header);
  if (!directive || *directive == "COPY") return false;
  if (*directive == "REPLACE") return true;
  throw invalid_argument("Unknown directive.", std::string(header), std::string(*directive));
}

store::ObjectProperties copied_properties(const Call& call, const store::ObjectInfo& source) {
  const bool replaces = is_replace(call.head, "x-amz-metadata-directive");
  const bool replaces_tags = is_replace(call.head, "x-amz-tagging-directive");
  const store::ObjectProperties given = read_properties(call.head);
  store::ObjectProperties properties = replaces ? given : source.properties;
  properties.checksums = source.properties.checksums;
  const auto take_header = [&](std::string_view name, bool from_request) {
    const auto& from = from_request ? given.headers : source.properties.headers;
    properties.headers.erase(std::string(name));
    if (const auto found = from.find(std::string(name)); found != from.end()) properties.headers.insert(*found);
  };
  // Tags have a directive of their own; class, redirect and what was restored are never inherited.
  take_header(kTaggingHeader, replaces_tags);
  take_header(kStorageClassHeader, true);
  take_header(kRestoreHeader, true);
  take_header("x-amz-website-redirect-location", true);
  return properties;
}

}  // namespace

net::Response serve_copy_object(Call& call) {
  const store::ObjectReader reader = open_copy_source(call);
  const store::ObjectInfo& source = reader.info();
  if (source.size > kMaxCopySize) {
    throw invalid_request("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
  }
  store::PutObject put;
  put.bucket = call.address.bucket;
  put.key = call.address.key;
  put.etag = source.etag;
  put.properties = copied_properties(call, source);
  put.expect = read_expectation(call.head);
  // An older version over the latest is how a version is restored.
  const bool is_self = source.bucket == put.bucket && source.key == put.key && source.is_latest;
  const auto wanted = find_named_checksum(call.head.headers);
  const bool changes_nothing = put.properties.headers == source.properties.headers && !asks_encryption(call.head);
  if (is_self && !is_replace(call.head, "x-amz-metadata-directive") && changes_nothing && !wanted) {
    throw invalid_request("This copy request is illegal because it is trying to copy an object to itself without changing the "
                          "object's metadata, storage class, website redirect location or encryption attributes.");
  }
  const auto [key, lifecycle] = prepare_new_object(call, put.properties, false);
  std::vector<ChecksumKind> kinds;
  if (wanted) kinds.push_back(*wanted);
  const bool has_own_etag = key || source.properties.is_sealed();
  if (has_own_etag) kinds.push_back(ChecksumKind::Md5);
  CopiedBytes copied_bytes = copy_bytes(call, reader, 0, reader.size(), kinds, key);
  if (wanted) put.properties.checksums = {{*wanted, copied_bytes.digests.front(), false}};
  if (has_own_etag) put.etag = etag_of(copied_bytes.digests.back(), put.properties.encryption);
  put.content = std::move(copied_bytes.content);
  store::ObjectInfo copied;
  store::Change change = call.new_change();
  change.put_object(std::move(put), &copied);
  call.service.store.apply(std::move(change));
  net::Response response = xml_response(write_copy_result("CopyObjectResult", copied.modified, copied.etag,
                                                          show_checksums(copied.properties.checksums, copied.num_parts)));
  set_new_version_header(response, copied);
  set_encryption_headers(response, copied.properties.encryption);
  set_expiration_header(response, call, lifecycle, copied);
  if (source.has_versions) response.set("x-amz-copy-source-version-id", show_version(source.version));
  return response;
}

}  // namespace lab::s3
