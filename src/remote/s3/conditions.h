#pragma once

#include "base/conditions.h"

namespace lab::remote::s3::conditions {

inline constexpr Condition kAccessDenied{"OBJECT_STORE_ACCESS_DENIED", "42501", Kind::PermissionDenied,
    "<store> refuses <operation> of <path>: <code> (<reason>). Check spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key."};
inline constexpr Condition kNoCredentials{"OBJECT_STORE_NO_CREDENTIALS", "42501", Kind::PermissionDenied,
    "There are no keys for <path> at <store>. Set spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key, or the provider org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider."};
inline constexpr Condition kBucketNotFound{"OBJECT_STORE_BUCKET_NOT_FOUND", "42K03", Kind::NotFound, "The bucket <bucket> does not exist at <store>."};
inline constexpr Condition kUnavailable{"OBJECT_STORE_UNAVAILABLE", "08001", Kind::Unavailable, "<store> does not answer <operation> of <path>: <reason>."};
inline constexpr Condition kFull{"OBJECT_STORE_FULL", "53100", Kind::ResourceExhausted, "<store> has no room for <path>: <code> (<reason>)."};
inline constexpr Condition kRefused{"OBJECT_STORE_REFUSED", "58000", Kind::Runtime, "<store> refuses <operation> of <path>: <status> <code> (<reason>)."};

}  // namespace lab::remote::s3::conditions
