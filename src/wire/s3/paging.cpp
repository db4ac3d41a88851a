#include "wire/s3/paging.h"

#include <algorithm>

#include "protocol/s3/storage_class.h"

namespace lab::s3 {
namespace {
constexpr std::uint64_t kMaxLimit = 2147483647;
}

std::uint64_t read_limit(const RequestHead& head, std::string_view name, std::uint64_t fallback, std::uint64_t highest) {
  const auto text = head.parameter(name);
  if (!text || text->empty()) return fallback;
  const auto value = parse_number(*text);
  if (!value || *value > kMaxLimit) {
    throw invalid_argument("Argument " + std::string(name) + " must be an integer between 0 and 2147483647",
                           std::string(name), std::string(*text));
  }
  return std::min(*value, highest);
}

bool read_encoding(const RequestHead& head) {
  const auto encoding = head.parameter("encoding-type");
  if (!encoding || encoding->empty()) return false;
  if (*encoding != "url") throw invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", std::string(*encoding));
  return true;
}

std::string write_token(std::string_view position) { return encode_base64("1" + std::string(position)); }

std::string read_token(std::string_view token) {
  const auto position = decode_base64(token);
  if (!position || !position->starts_with('1')) {
    throw invalid_argument("The continuation token provided is incorrect", "continuation-token", std::string(token));
  }
  return position->substr(1);
}

ObjectList read_list_parameters(const Call& call) {
  ObjectList list;
  list.bucket = call.address.bucket;
  list.prefix = std::string(call.head.parameter("prefix").value_or(""));
  list.delimiter = std::string(call.head.parameter("delimiter").value_or(""));
  list.max_keys = read_limit(call.head, "max-keys");
  list.encode_url = read_encoding(call.head);
  // Another store's extension that clients know: every listing here is in order, but it cannot go with a delimiter.
  if (!list.delimiter.empty() && call.head.parameter("allow-unordered") == "true")
    throw invalid_argument("allow-unordered cannot be used with a delimiter", "allow-unordered", "true");
  return list;
}

ListedPage list_page(const Call& call, const std::string& start_after) {
  ListedPage result;
  ObjectList& list = result.list;
  list = read_list_parameters(call);
  if (list.max_keys == 0) {
    call.objects().get_bucket(list.bucket);
    return result;
  }
  store::ListQuery query;
  query.prefix = list.prefix;
  query.delimiter = list.delimiter;
  query.start_after = start_after;
  query.limit = list.max_keys;
  store::ListPage page = call.objects().list(list.bucket, query, [&list](const store::ListedKey& found) {
    std::string storage_class = found.storage_class.empty() ? std::string(kStandardClass) : found.storage_class;
    list.objects.push_back({std::string(found.key), found.modified, std::string(found.etag), found.size, std::string(found.owner), std::move(storage_class)});
  });
  list.common_prefixes = std::move(page.common_prefixes);
  list.is_truncated = page.is_truncated;
  if (page.is_truncated) result.next = std::move(page.next_start_after);
  return result;
}

}  // namespace lab::s3
