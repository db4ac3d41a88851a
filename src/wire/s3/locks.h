#pragma once

#include "net/http.h"
#include "store/objects/object.h"
#include "store/journal/rows.h"
#include "wire/s3/call.h"

namespace lab::s3 {

/// The lock that a new version gets: by the request's headers, else by the bucket's default. Throws InvalidRequest when the
/// bucket has no object lock, InvalidArgument for half a retention or one of the past.
store::ObjectLock read_lock(const Call& call, const store::Rows& rows, const store::BucketInfo& bucket);
/// Throws InvalidRequest when the bucket has no object lock.
void require_lock_configuration(const Call& call);
void set_lock_headers(net::Response& response, const store::ObjectLock& lock);

}  // namespace lab::s3
