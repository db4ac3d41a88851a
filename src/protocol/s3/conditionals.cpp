#include "protocol/s3/conditionals.h"

#include <algorithm>

#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"

namespace lab::s3 {

Conditionals parse_conditionals(const NameValues& headers, std::string_view prefix) {
  Conditionals result;
  const auto text = [&](std::string_view name) { return find_value(headers, std::string(prefix) + std::string(name)); };
  if (const auto value = text("if-match")) result.if_match = std::string(*value);
  if (const auto value = text("if-none-match")) result.if_none_match = std::string(*value);
  // A date that cannot be read is ignored, as RFC 9110 wants.
  if (const auto value = text("if-modified-since")) result.if_modified_since = parse_http_date(*value);
  if (const auto value = text("if-unmodified-since")) result.if_unmodified_since = parse_http_date(*value);
  return result;
}

ConditionOutcome check_conditionals(const Conditionals& conditionals, std::string_view etag,
                                    std::chrono::sys_seconds modified) {
  if (conditionals.if_match) {
    if (!matches_etag(*conditionals.if_match, etag)) return ConditionOutcome::PreconditionFailed;
  } else if (conditionals.if_unmodified_since && modified > *conditionals.if_unmodified_since) {
    return ConditionOutcome::PreconditionFailed;
  }
  if (conditionals.if_none_match) {
    if (matches_etag(*conditionals.if_none_match, etag)) return ConditionOutcome::NotModified;
  } else if (conditionals.if_modified_since && modified <= *conditionals.if_modified_since) {
    return ConditionOutcome::NotModified;
  }
  return ConditionOutcome::Proceed;
}

bool matches_etag(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    const std::string_view item = trim_spaces(header.substr(0, comma));
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    if (item == "*" || unquote_etag(item) == etag) return true;
  }
  return false;
}

std::string unquote_etag(std::string_view text) {
  text = trim_spaces(text);
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

std::string quote_etag(std::string_view etag) { return "\"" + std::string(etag) + "\""; }

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  header = trim_spaces(header);
  if (!header.starts_with("bytes=")) return std::nullopt;
  const std::string_view text = trim_spaces(header.substr(6));
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  const auto out_of_range = [&] {
    return Error(conditions::kInvalidRange,
                 {{"RangeRequested", std::string(header)}, {"ActualObjectSize", std::to_string(size)}});
  };
  const std::string_view first_text = text.substr(0, dash);
  const std::string_view last_text = text.substr(dash + 1);
  if (first_text.empty()) {
    const auto count = parse_number(last_text);
    if (!count) return std::nullopt;
    if (*count == 0 || size == 0) throw out_of_range();
    const std::uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length};
  }
  const auto first = parse_number(first_text);
  if (!first) return std::nullopt;
  std::uint64_t last = size == 0 ? 0 : size - 1;
  if (!last_text.empty()) {
    const auto given = parse_number(last_text);
    if (!given || *given < *first) return std::nullopt;
    last = std::min(last, *given);
  }
  if (*first >= size) throw out_of_range();
  return ByteRange{*first, last - *first + 1};
}

ByteRange parse_copy_range(std::string_view header, std::uint64_t size) {
  const auto bad = [&] {
    return invalid_argument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
                            "the zero-based offsets of the first and last bytes to copy",
                            "x-amz-copy-source-range", std::string(header));
  };
  if (!header.starts_with("bytes=")) throw bad();
  const std::string_view text = header.substr(6);
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) throw bad();
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) throw bad();
  if (*last >= size) {
    throw Error(conditions::kInvalidRange, {{"RangeRequested", std::string(header)}, {"ActualObjectSize", std::to_string(size)}});
  }
  return {*first, *last - *first + 1};
}

}  // namespace lab::s3
