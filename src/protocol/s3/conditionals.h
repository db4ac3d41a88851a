#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/s3/text_forms.h"

namespace lab::s3 {

/// The four conditional headers. An ETag list keeps its text; `*` matches anything that exists.
struct Conditionals {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<std::chrono::sys_seconds> if_modified_since;
  std::optional<std::chrono::sys_seconds> if_unmodified_since;
};

/// `prefix` is empty, or `x-amz-copy-source-` for the ones about a copy's source.
Conditionals parse_conditionals(const NameValues& headers, std::string_view prefix = {});

enum class ConditionOutcome { Proceed, NotModified, PreconditionFailed };

/// RFC 9110's precedence, as S3 documents it for GET and HEAD. `etag` is without quotes.
ConditionOutcome check_conditionals(const Conditionals& conditionals, std::string_view etag,
                                    std::chrono::sys_seconds modified);

/// Whether `etag` (without quotes) is in a header value such as `"a", "b"`, `a` or `*`.
bool matches_etag(std::string_view header, std::string_view etag);
/// An ETag as a client may write it, without quotes and weakness mark.
std::string unquote_etag(std::string_view text);
std::string quote_etag(std::string_view etag);

/// A run of bytes of an object; never empty.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

/// The `Range` header over an object of `size` bytes. Absent for no range: a header of another unit, a malformed one,
/// or several ranges (S3 answers the whole object). Throws InvalidRange when it begins behind the end.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

/// The stricter `x-amz-copy-source-range: bytes=first-last`. Throws InvalidArgument, InvalidRange when it goes
/// behind the end.
ByteRange parse_copy_range(std::string_view header, std::uint64_t size);

}  // namespace lab::s3
