#include "protocol/s3/documents.h"

#include <algorithm>
#include <set>

#include "protocol/s3/conditionals.h"
#include "protocol/s3/errors.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

constexpr int kMaxPartNumber = 10'000;
constexpr std::size_t kMaxObjectsToDelete = 1000;
constexpr std::size_t kMaxUserMetadata = 2048;
constexpr std::size_t kMaxTagKey = 128;
constexpr std::size_t kMaxTagValue = 256;

Error malformed_document() { return Error(conditions::kMalformedXml); }

XmlElement read_root(std::string_view xml, std::string_view name) {
  XmlElement root = parse_xml(xml);
  if (root.name != name) throw malformed_document();
  return root;
}

Error invalid_tag(std::string reason) { return Error(conditions::kInvalidTag, {{"reason", std::move(reason)}}); }

// Length limits count characters, not bytes.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void check_tags(const NameValues& tags, std::size_t max_tags) {
  if (tags.size() > max_tags) {
    throw invalid_tag("Object tags cannot be greater than " + std::to_string(max_tags));
  }
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tags) {
    if (key.empty() || count_characters(key) > kMaxTagKey) throw invalid_tag("The TagKey you have provided is invalid");
    if (count_characters(value) > kMaxTagValue) throw invalid_tag("The TagValue you have provided is invalid");
    if (!seen.insert(key).second) throw invalid_tag("Cannot provide multiple Tags with the same key");
  }
}

}  // namespace

std::vector<RequestedPart> parse_complete_upload(std::string_view xml) {
  const XmlElement root = read_root(xml, "CompleteMultipartUpload");
  std::vector<RequestedPart> parts;
  for (const XmlElement& element : root.children) {
    if (element.name != "Part") continue;
    const auto number = parse_number(trim_spaces(element.text_of("PartNumber")));
    const XmlElement* etag = element.find("ETag");
    if (!number || etag == nullptr) throw malformed_document();
    if (*number < 1 || *number > kMaxPartNumber) throw Error(conditions::kTooManyParts);
    RequestedPart part{static_cast<int>(*number), unquote_etag(etag->text), std::nullopt};
    for (const ChecksumKind kind : checksum_kinds()) {
      const XmlElement* given = element.find(checksum_element(kind));
      if (given == nullptr) continue;
      auto value = decode_base64(given->text);
      if (!value || value->size() != checksum_size(kind)) throw Error(conditions::kInvalidPart);
      part.checksum = GivenChecksum{kind, std::move(*value)};
    }
    parts.push_back(std::move(part));
    if (parts.size() > static_cast<std::size_t>(kMaxPartNumber)) throw malformed_document();
  }
  if (parts.empty()) throw malformed_document();
  return parts;
}

DeleteRequest parse_delete_request(std::string_view xml) {
  const XmlElement root = read_root(xml, "Delete");
  DeleteRequest request;
  for (const XmlElement& element : root.children) {
    if (element.name == "Quiet") {
      request.is_quiet = to_lower_ascii(trim_spaces(element.text)) == "true";
    } else if (element.name == "Object") {
      const XmlElement* key = element.find("Key");
      if (key == nullptr || key->text.empty()) throw malformed_document();
      ObjectToDelete object{key->text, std::nullopt};
      if (const auto* version = element.find("VersionId"); version != nullptr && !version->text.empty()) {
        object.version = version->text;
      }
      if (const auto* etag = element.find("ETag"); etag != nullptr && !etag->text.empty()) {
        object.etag = unquote_etag(etag->text);
      }
      if (const auto* size = element.find("Size")) {
        object.size = parse_number(trim_spaces(size->text));
        if (!object.size) throw malformed_document();
      }
      if (const auto* modified = element.find("LastModifiedTime")) {
        object.modified = parse_any_date(trim_spaces(modified->text));
        if (!object.modified) throw malformed_document();
      }
      request.objects.push_back(std::move(object));
    }
  }
  if (request.objects.empty() || request.objects.size() > kMaxObjectsToDelete) throw malformed_document();
  return request;
}

std::string parse_create_bucket(std::string_view xml) {
  if (xml.empty()) return {};
  const XmlElement root = read_root(xml, "CreateBucketConfiguration");
  return std::string(trim_spaces(root.text_of("LocationConstraint")));
}

bool parse_versioning(std::string_view xml) {
  const XmlElement root = read_root(xml, "VersioningConfiguration");
  if (trim_spaces(root.text_of("MfaDelete")) == "Enabled") throw not_implemented("MfaDelete");
  const std::string_view status = trim_spaces(root.text_of("Status"));
  if (status != "Enabled" && status != "Suspended") throw malformed_document();
  return status == "Enabled";
}

NameValues parse_tagging(std::string_view xml, std::size_t max_tags) {
  const XmlElement root = read_root(xml, "Tagging");
  const XmlElement* set = root.find("TagSet");
  if (set == nullptr) throw malformed_document();
  NameValues tags;
  for (const XmlElement& element : set->children) {
    if (element.name != "Tag") throw malformed_document();
    const XmlElement* key = element.find("Key");
    const XmlElement* value = element.find("Value");
    if (key == nullptr || value == nullptr) throw malformed_document();
    tags.emplace_back(key->text, value->text);
  }
  check_tags(tags, max_tags);
  return tags;
}

NameValues parse_tagging_header(std::string_view text) {
  NameValues tags = parse_query(text);
  check_tags(tags, 10);
  return tags;
}

NameValues collect_user_metadata(const NameValues& headers) {
  constexpr std::string_view kPrefix = "x-amz-meta-";
  NameValues metadata;
  std::size_t size = 0;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) continue;
    const std::string key = name.substr(kPrefix.size());
    const auto same = std::ranges::find(metadata, key, [](const auto& pair) { return pair.first; });
    if (same == metadata.end()) {
      metadata.emplace_back(key, value);
      size += key.size() + value.size();
    } else {
      same->second += "," + value;
      size += value.size() + 1;
    }
  }
  if (size > kMaxUserMetadata) {
    throw Error(conditions::kMetadataTooLarge,
                {{"Size", std::to_string(size)}, {"MaxSizeAllowed", std::to_string(kMaxUserMetadata)}});
  }
  return metadata;
}

}  // namespace lab::s3
