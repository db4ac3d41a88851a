#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "store/objects/objects.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// `x-amz-expiration`: when a rule of the bucket's lifecycle (what PutBucketLifecycle put) will take this object, the first of
/// several; nothing without one. Days are real ones, also where `objects.lifecycle_day` makes them short.
void set_expiration_header(net::Response& response, const Call& call, const std::optional<std::string>& lifecycle,
                           const store::ObjectInfo& info);

/// The bucket's lifecycle document, for the above.
std::optional<std::string> find_lifecycle(const store::Rows& rows, std::string_view bucket);

/// Until when an archived object is restored; absent when it is not, or not any more.
std::optional<std::chrono::sys_seconds> restored_until(const store::ObjectProperties& properties, Timestamp now);
/// `x-amz-restore`, where there is something to say.
void set_restore_header(net::Response& response, const Call& call, const store::ObjectInfo& info);

}  // namespace lab::s3
