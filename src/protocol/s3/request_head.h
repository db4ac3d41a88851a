#pragma once

#include <string>
#include <string_view>

#include "protocol/s3/text_forms.h"

namespace lab::s3 {

/// The part of a request before its body, as far as S3 looks at it.
struct RequestHead {
  std::string method;    ///< upper-case
  std::string raw_path;  ///< as sent, still percent-encoded, without the query
  std::string path;      ///< decoded, never normalised: `a/../b` is a key like any other
  NameValues query;      ///< decoded
  NameValues headers;    ///< lower-case names, values without outer spaces

  std::optional<std::string_view> header(std::string_view name) const { return find_value(headers, name); }
  std::optional<std::string_view> parameter(std::string_view name) const { return find_value(query, name); }
  bool has_parameter(std::string_view name) const { return parameter(name).has_value(); }
};

/// Fills path and query of a head from the request target (`/path?query`, or an absolute URL as proxies send it).
/// Throws InvalidURI for bad percent-encoding.
void set_target(RequestHead& head, std::string_view target);

/// What a request is about. Both empty: the service; key empty: a bucket.
struct Address {
  std::string bucket;
  std::string key;
  bool is_virtual_host = false;
  bool is_website = false;  ///< of the bucket, at `<bucket>.s3-website.<domain>` or `<bucket>.s3-website-<region>.<domain>`
};

/// Path style (`/bucket/key`), or virtual-host style when the Host is `<bucket>.<domain>` for one of S3's own domains,
/// `localhost` or `domain` (empty: none). Throws InvalidBucketName, KeyTooLongError, InvalidURI (a key that is no
/// UTF-8 or holds NUL).
Address parse_address(const RequestHead& head, std::string_view domain = {});

/// The rules for names of general purpose buckets: 3 to 63 of `a-z 0-9 . -`, and so on.
bool is_valid_bucket_name(std::string_view name);

inline constexpr std::size_t kMaxKeyLength = 1024;

}  // namespace lab::s3
