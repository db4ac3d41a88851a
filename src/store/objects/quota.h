#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lab::store {

class Rows;
class Transaction;
struct BucketInfo;

/// How many bytes the objects of a bucket, or all objects that a user owns, may have together: every version that can still be read by its
/// id counts, the past does not. A put, copy or completed upload that would go beyond is refused; overwriting and deleting make room.
struct Quota {
  enum class Of { Bucket = 0, User = 1 };
  Of of = Of::Bucket;
  std::string name;
  std::uint64_t bytes = 0;
  std::uint64_t used = 0;
};

/// Sets or, without `bytes`, takes it away. A limit below what is used refuses new bytes. Throws NO_SUCH_BUCKET.
void set_quota(Transaction& transaction, Quota::Of of, const std::string& name, std::optional<std::uint64_t> bytes);
/// Buckets first, by name.
std::vector<Quota> list_quotas(const Rows& rows);
/// After new bytes were opened: throws BUCKET_QUOTA_EXCEEDED {bucket} or USER_QUOTA_EXCEEDED {user}, which undoes them.
void check_quotas(const Rows& rows, const BucketInfo& bucket, std::string_view owner);
/// A bucket that goes takes its quota with it.
void forget_quota(Transaction& transaction, const BucketInfo& bucket);

}  // namespace lab::store
