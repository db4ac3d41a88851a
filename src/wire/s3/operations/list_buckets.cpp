#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"

namespace lab::s3 {

net::Response serve_list_buckets(Call& call) {
  BucketList list;
  list.owner = call.owner();
  list.prefix = std::string(call.head.parameter("prefix").value_or(""));
  const std::uint64_t limit = read_limit(call.head, "max-buckets", 10'000, 10'000);
  const auto token = call.head.parameter("continuation-token");
  const std::string after = token && !token->empty() ? read_token(*token) : std::string();
  const auto region = call.head.parameter("bucket-region");
  for (const store::BucketInfo& bucket : call.objects().list_buckets()) {
    const bool is_mine = !call.identity.user.empty() && bucket.owner == call.identity.user;
    if (!call.identity.is_admin && !is_mine) continue;
    if (!bucket.name.starts_with(list.prefix) || bucket.name <= after) continue;
    if (region && *region != bucket.region) continue;
    if (list.buckets.size() == limit) {
      list.next_token = limit == 0 ? std::string() : write_token(list.buckets.back().name);
      break;
    }
    list.buckets.push_back({bucket.name, bucket.created, bucket.region});
  }
  return xml_response(write_bucket_list(list));
}

}  // namespace lab::s3
