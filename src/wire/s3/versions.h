#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "store/objects/objects.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The version that `versionId` names, as the store has it (`null` is the empty text); absent without the parameter.
/// Throws InvalidArgument for an empty one.
std::optional<std::string> named_version(const RequestHead& head);
std::optional<std::string> read_version(std::optional<std::string_view> text);
/// As clients see it.
std::string show_version(std::string_view version);

/// The object that the request names: its `versionId`, or the latest. Throws NoSuchBucket, NoSuchKey, NoSuchVersion; for
/// a delete marker as S3 does: 405 when it is named, NoSuchKey when it is the latest, both with `x-amz-delete-marker`.
store::ObjectInfo find_named_object(const Call& call);
/// The same with its bytes.
store::ObjectReader open_named_object(const Call& call);

/// `x-amz-version-id` of a version that this request made: none for the null version.
void set_new_version_header(net::Response& response, const store::ObjectInfo& info);
/// `x-amz-version-id`, where the bucket keeps or kept versions.
void set_version_header(net::Response& response, const store::ObjectInfo& info);
/// What a delete says of itself.
void set_delete_headers(net::Response& response, const store::DeleteResult& result);

}  // namespace lab::s3
