#include "wire/s3/object_headers.h"

#include <algorithm>

#include "protocol/s3/checksums.h"
#include "protocol/s3/conditionals.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/storage_class.h"
#include "wire/s3/encryption.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kDefaultContentType = "binary/octet-stream";

/// `aws-chunked` is about the way here, not about the object. Other encodings stay as they were written.
std::string without_chunked(std::string_view encoding) {
  if (to_lower_ascii(encoding).find("aws-chunked") == std::string::npos) return std::string(encoding);
  std::string kept;
  while (!encoding.empty()) {
    const auto comma = encoding.find(',');
    const std::string_view item = trim_spaces(encoding.substr(0, comma));
    encoding.remove_prefix(comma == std::string_view::npos ? encoding.size() : comma + 1);
    if (item.empty() || to_lower_ascii(item) == "aws-chunked") continue;
    if (!kept.empty()) kept += ',';
    kept += item;
  }
  return kept;
}

// A header that asks for protection must not be taken and ignored.
void refuse_unkept_promises(const RequestHead& head) {
  if (head.header("x-amz-write-offset-bytes")) throw not_implemented("x-amz-write-offset-bytes");
}

std::string capitalised(std::string_view name) {
  if (name.starts_with("x-amz-")) return std::string(name);
  std::string result(name);
  bool start = true;
  for (char& c : result) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    start = c == '-';
  }
  return result;
}

}  // namespace

store::ObjectProperties read_properties(const RequestHead& head) {
  refuse_unkept_promises(head);
  store::ObjectProperties properties;
  const auto type = head.header("content-type");
  properties.content_type = type && !type->empty() ? std::string(*type) : std::string(kDefaultContentType);
  for (const std::string_view name : kStoredHeaders) {
    const auto value = head.header(name);
    if (!value) continue;
    std::string kept = name == "content-encoding" ? without_chunked(*value) : std::string(*value);
    if (!kept.empty()) properties.headers.emplace(name, std::move(kept));
  }
  if (const auto storage_class = head.header(kStorageClassHeader)) {
    if (!find_storage_rank(*storage_class)) {
      throw Error(conditions::kInvalidStorageClass, {{"StorageClassRequested", std::string(*storage_class)}});
    }
    if (*storage_class != kStandardClass) properties.headers.emplace(kStorageClassHeader, *storage_class);
  }
  if (const auto tags = head.header(kTaggingHeader); tags && !tags->empty()) {
    parse_tagging_header(*tags);
    properties.headers.emplace(kTaggingHeader, *tags);
  }
  for (auto& [name, value] : collect_user_metadata(head.headers)) properties.user_metadata.emplace(name, value);
  return properties;
}

std::string storage_class_of(const store::ObjectProperties& properties) {
  const auto found = properties.headers.find(std::string(kStorageClassHeader));
  return found == properties.headers.end() ? std::string(kStandardClass) : found->second;
}

store::Expectation read_expectation(const RequestHead& head) {
  const auto none_match = head.header("if-none-match");
  const auto match = head.header("if-match");
  if (none_match && match) throw not_implemented("If-Match together with If-None-Match");
  if (none_match) {
    if (trim_spaces(*none_match) != "*") return store::Expectation::not_etag(unquote_etag(*none_match));
    return store::Expectation::absent();
  }
  if (match) {
    if (trim_spaces(*match) == "*") return store::Expectation::present();
    return store::Expectation::has_etag(unquote_etag(*match));
  }
  return {};
}

void read_delete_expectation(const RequestHead& head, store::DeleteObject& erase) {
  erase.expect = read_expectation(head);
  if (const auto size = head.header("x-amz-if-match-size")) {
    erase.expected_size = parse_number(trim_spaces(*size));
    if (!erase.expected_size) throw invalid_argument("The size is no number", "x-amz-if-match-size", std::string(*size));
  }
  if (const auto time = head.header("x-amz-if-match-last-modified-time")) {
    erase.expected_modified = parse_any_date(trim_spaces(*time));
    if (!erase.expected_modified) throw invalid_argument("The time is no date", "x-amz-if-match-last-modified-time", std::string(*time));
  }
}

void set_object_headers(net::Response& response, const store::ObjectInfo& info) {
  response.set("Last-Modified", print_http_date(to_seconds(info.modified)));
  response.set("ETag", quote_etag(info.etag));
  response.set("Accept-Ranges", "bytes");
  response.set("Content-Type", info.properties.content_type.empty() ? std::string(kDefaultContentType)
                                                                    : info.properties.content_type);
  for (const auto& [name, value] : info.properties.headers) {
    if (name == kRestoreHeader) continue;
    if (name == kTaggingHeader) {
      response.set("x-amz-tagging-count", std::to_string(parse_tagging_header(value).size()));
    } else {
      response.set(capitalised(name), value);
    }
  }
  for (const auto& [name, value] : info.properties.user_metadata) response.set("x-amz-meta-" + name, value);
  set_encryption_headers(response, info.properties.encryption);
}

std::vector<ShownChecksum> show_checksums(const std::vector<store::StoredChecksum>& checksums, int num_parts) {
  std::vector<ShownChecksum> shown;
  for (const store::StoredChecksum& checksum : checksums) {
    std::string text = encode_base64(checksum.value);
    if (checksum.composite) text += "-" + std::to_string(num_parts);
    shown.push_back({checksum.kind, std::move(text), checksum.composite});
  }
  return shown;
}

void set_checksum_headers(net::Response& response, const std::vector<store::StoredChecksum>& checksums, int num_parts) {
  for (const ShownChecksum& checksum : show_checksums(checksums, num_parts)) {
    response.set(checksum_header(checksum.kind), checksum.text);
    response.set("x-amz-checksum-type", checksum.is_composite ? "COMPOSITE" : "FULL_OBJECT");
  }
}

bool bypasses_governance(const RequestHead& head) {
  return to_lower_ascii(head.header("x-amz-bypass-governance-retention").value_or("")) == "true";
}

std::chrono::sys_seconds to_seconds(Timestamp time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace lab::s3
