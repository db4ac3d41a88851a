#include "wire/s3/versions.h"

#include "store/conditions.h"

namespace lab::s3 {
namespace {

/// The latest version of the key is a delete marker: the error says so.
[[noreturn]] void throw_hidden(const Call& call, const store::ObjectInfo& marker) {
  throw Error(conditions::kNoSuchKey, {{"Key", call.address.key},
                                       {"x-amz-delete-marker", "true"},
                                       {"x-amz-version-id", show_version(marker.version)}});
}

[[noreturn]] void throw_marker(const store::ObjectInfo& marker) {
  throw Error(conditions::kMethodNotAllowed, {{"Method", "GET"},
                                              {"ResourceType", "DeleteMarker"},
                                              {"Allow", "DELETE"},
                                              {"x-amz-delete-marker", "true"},
                                              {"x-amz-version-id", show_version(marker.version)}});
}

/// Runs `read` over the key, and says for a key that is not there whether a marker hides it.
template <typename Read>
auto read_latest(const Call& call, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    if (&error.condition() != &store::conditions::kNoSuchKey) throw;
  }
  const auto snapshot = call.service.store.snapshot();
  const auto bucket = store::find_bucket(snapshot, call.address.bucket);
  if (!bucket) throw Error(store::conditions::kNoSuchBucket, {{"bucket", call.address.bucket}});
  const auto latest = store::find_version(snapshot, *bucket, call.address.key, std::nullopt);
  if (!latest) throw Error(conditions::kNoSuchKey, {{"Key", call.address.key}, {"x-amz-delete-marker", "false"}});
  if (latest->is_marker) throw_hidden(call, *latest);
  // It came between the two looks.
  return read();
}

}  // namespace

std::optional<std::string> read_version(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  if (text->empty()) throw invalid_argument("Version id cannot be the empty string", "versionId", "");
  if (*text == "null") return std::string();
  return std::string(*text);
}

std::optional<std::string> named_version(const RequestHead& head) { return read_version(head.parameter("versionId")); }

std::string show_version(std::string_view version) { return version.empty() ? "null" : std::string(version); }

store::ObjectInfo find_named_object(const Call& call) {
  const auto version = named_version(call.head);
  if (!version) return read_latest(call, [&] { return call.objects().get(call.address.bucket, call.address.key); });
  store::ObjectInfo info = call.objects().get_version(call.address.bucket, call.address.key, version);
  if (info.is_marker) throw_marker(info);
  return info;
}

store::ObjectReader open_named_object(const Call& call) {
  const auto version = named_version(call.head);
  if (!version) return read_latest(call, [&] { return call.objects().open(call.address.bucket, call.address.key); });
  store::ObjectReader reader = call.objects().open_version(call.address.bucket, call.address.key, version);
  if (reader.info().is_marker) throw_marker(reader.info());
  return reader;
}

void set_new_version_header(net::Response& response, const store::ObjectInfo& info) {
  if (!info.version.empty()) response.set("x-amz-version-id", info.version);
}

void set_version_header(net::Response& response, const store::ObjectInfo& info) {
  if (info.has_versions) response.set("x-amz-version-id", show_version(info.version));
}

void set_delete_headers(net::Response& response, const store::DeleteResult& result) {
  if (result.version) response.set("x-amz-version-id", show_version(*result.version));
  if (result.is_marker) response.set("x-amz-delete-marker", "true");
}

}  // namespace lab::s3
