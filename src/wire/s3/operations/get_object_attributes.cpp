#include <algorithm>
#include <set>

#include "protocol/s3/http_date.h"
#include "wire/s3/encryption.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"
#include "wire/s3/versions.h"

namespace lab::s3 {
namespace {

constexpr std::string_view kAttributes[] = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"};

std::set<std::string, std::less<>> read_attributes(const RequestHead& head) {
  std::set<std::string, std::less<>> wanted;
  for (const auto& [name, value] : head.headers) {
    if (name != "x-amz-object-attributes") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string_view item = trim_spaces(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      if (std::ranges::find(kAttributes, item) == std::end(kAttributes)) {
        throw invalid_argument("Invalid attribute name specified", "x-amz-object-attributes", std::string(item));
      }
      wanted.emplace(item);
    }
  }
  if (wanted.empty()) throw invalid_argument("The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty", "x-amz-object-attributes", "");
  return wanted;
}

std::uint64_t header_number(const RequestHead& head, std::string_view name, std::uint64_t fallback) {
  const auto text = head.header(name);
  if (!text) return fallback;
  const auto value = parse_number(*text);
  if (!value) throw invalid_argument("The value is no number", std::string(name), std::string(*text));
  return *value;
}

void add_parts(ObjectAttributes& attributes, const Call& call, const store::ObjectInfo& info) {
  attributes.with_parts = true;
  attributes.total_parts = info.num_parts;
  attributes.max_parts = static_cast<int>(std::min<std::uint64_t>(header_number(call.head, "x-amz-max-parts", 1000), 1000));
  attributes.part_marker = static_cast<int>(std::min<std::uint64_t>(header_number(call.head, "x-amz-part-number-marker", 0), 10'000));
  attributes.next_part_marker = attributes.part_marker;
  // S3 lists parts only where they have checksums.
  for (const store::ObjectPart& part : info.parts) {
    if (part.number <= attributes.part_marker || part.checksums.empty()) continue;
    if (!attributes.parts.empty() && attributes.parts.back().number == part.number) {
      attributes.parts.back().size += info.length_of(part);
      continue;
    }
    if (attributes.parts.size() == static_cast<std::size_t>(attributes.max_parts)) {
      attributes.is_truncated = true;
      break;
    }
    attributes.parts.push_back({part.number, info.modified, part.etag, info.length_of(part), show_checksums(part.checksums, 0)});
    attributes.next_part_marker = part.number;
  }
}

}  // namespace

net::Response serve_get_object_attributes(Call& call) {
  const auto wanted = read_attributes(call.head);
  const store::ObjectInfo info = find_named_object(call);
  open_encryption(call, info.properties.encryption);
  ObjectAttributes attributes;
  if (wanted.contains("ETag")) attributes.etag = info.etag;
  if (wanted.contains("Checksum")) attributes.checksums = show_checksums(info.properties.checksums, info.num_parts);
  if (wanted.contains("ObjectParts") && info.num_parts != 0) add_parts(attributes, call, info);
  if (wanted.contains("StorageClass")) attributes.storage_class = storage_class_of(info.properties);
  if (wanted.contains("ObjectSize")) attributes.size = info.size;
  net::Response response = xml_response(write_object_attributes(attributes));
  response.set("Last-Modified", print_http_date(to_seconds(info.modified)));
  set_version_header(response, info);
  return response;
}

}  // namespace lab::s3
