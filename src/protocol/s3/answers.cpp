#include "protocol/s3/answers.h"

#include "protocol/s3/conditionals.h"
#include "protocol/s3/http_date.h"
#include "protocol/s3/xml.h"

namespace lab::s3 {
namespace {

std::string show_time(Timestamp time) { return print_iso_time(std::chrono::floor<std::chrono::milliseconds>(time)); }

void write_owner(XmlWriter& xml, std::string_view element, const Owner& owner) {
  xml.open(element);
  xml.element("ID", owner.id);
  xml.element("DisplayName", owner.display_name);
  xml.close();
}

void write_checksums(XmlWriter& xml, const std::vector<ShownChecksum>& checksums) {
  for (const ShownChecksum& checksum : checksums) xml.element(checksum_element(checksum.kind), checksum.text);
}

void write_checksum_type(XmlWriter& xml, const std::vector<ShownChecksum>& checksums) {
  if (!checksums.empty()) xml.element("ChecksumType", checksums.front().is_composite ? "COMPOSITE" : "FULL_OBJECT");
}

/// What an entry of a listing takes beside its key, about.
constexpr std::size_t kEntryBytes = 320;

/// Keys and prefixes of one listing, percent-encoded when the client asked for that.
class KeyText {
 public:
  explicit KeyText(bool encode_url) : encode_url_(encode_url) {}
  /// Until the next one is asked for.
  std::string_view operator()(std::string_view key) const {
    if (!encode_url_) return key;
    encoded_ = encode_uri(key, true);
    return encoded_;
  }

 private:
  const bool encode_url_;
  mutable std::string encoded_;
};

void write_common_prefixes(XmlWriter& xml, const std::vector<std::string>& prefixes, const KeyText& text) {
  for (const std::string& prefix : prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", text(prefix));
    xml.close();
  }
}

void write_object_entry(XmlWriter& xml, const ObjectList& list, const ListedObject& object, const KeyText& text) {
  xml.element("Key", text(object.key));
  xml.element("LastModified", show_time(object.modified));
  xml.quoted_element("ETag", object.etag);
  xml.element("Size", object.size);
  if (list.with_owner) write_owner(xml, "Owner", {object.owner, object.owner});
  xml.element("StorageClass", object.storage_class);
}

void write_contents(XmlWriter& xml, const ObjectList& list, const KeyText& text) {
  // A page is written once, into the room that it needs.
  std::size_t bytes = 0;
  for (const ListedObject& object : list.objects) bytes += object.key.size() + kEntryBytes;
  xml.reserve(bytes);
  for (const ListedObject& object : list.objects) {
    xml.open("Contents");
    write_object_entry(xml, list, object, text);
    xml.close();
  }
  write_common_prefixes(xml, list.common_prefixes, text);
}

void write_part(XmlWriter& xml, const ListedPart& part) {
  xml.open("Part");
  xml.element("PartNumber", static_cast<std::uint64_t>(part.number));
  xml.element("LastModified", show_time(part.modified));
  xml.element("ETag", quote_etag(part.etag));
  xml.element("Size", part.size);
  write_checksums(xml, part.checksums);
  xml.close();
}

}  // namespace

std::string write_bucket_list(const BucketList& list) {
  XmlWriter xml;
  xml.open_root("ListAllMyBucketsResult");
  write_owner(xml, "Owner", list.owner);
  xml.open("Buckets");
  for (const ListedBucket& bucket : list.buckets) {
    xml.open("Bucket");
    xml.element("Name", bucket.name);
    xml.element("CreationDate", show_time(bucket.created));
    xml.optional_element("BucketRegion", bucket.region);
    xml.close();
  }
  xml.close();
  xml.optional_element("Prefix", list.prefix);
  xml.optional_element("ContinuationToken", list.next_token);
  return std::move(xml).finish();
}

std::string write_object_list_v1(const ObjectList& list) {
  const KeyText text(list.encode_url);
  XmlWriter xml;
  xml.open_root("ListBucketResult");
  xml.element("Name", list.bucket);
  xml.element("Prefix", text(list.prefix));
  xml.element("Marker", text(list.marker));
  if (!list.next_marker.empty()) xml.element("NextMarker", text(list.next_marker));
  xml.element("MaxKeys", list.max_keys);
  if (!list.delimiter.empty()) xml.element("Delimiter", text(list.delimiter));
  if (list.encode_url) xml.element("EncodingType", "url");
  xml.flag("IsTruncated", list.is_truncated);
  write_contents(xml, list, text);
  return std::move(xml).finish();
}

std::string write_object_list_v2(const ObjectList& list) {
  const KeyText text(list.encode_url);
  XmlWriter xml;
  xml.open_root("ListBucketResult");
  xml.element("Name", list.bucket);
  xml.element("Prefix", text(list.prefix));
  if (list.start_after) xml.element("StartAfter", text(*list.start_after));
  if (list.continuation_token) xml.element("ContinuationToken", *list.continuation_token);
  xml.optional_element("NextContinuationToken", list.next_continuation_token);
  xml.element("KeyCount", list.objects.size() + list.common_prefixes.size());
  xml.element("MaxKeys", list.max_keys);
  if (!list.delimiter.empty()) xml.element("Delimiter", text(list.delimiter));
  if (list.encode_url) xml.element("EncodingType", "url");
  xml.flag("IsTruncated", list.is_truncated);
  write_contents(xml, list, text);
  return std::move(xml).finish();
}

std::string write_version_list(const VersionList& list) {
  const KeyText text(list.page.encode_url);
  XmlWriter xml;
  xml.open_root("ListVersionsResult");
  xml.element("Name", list.page.bucket);
  xml.element("Prefix", text(list.page.prefix));
  xml.element("KeyMarker", text(list.key_marker));
  xml.element("VersionIdMarker", list.version_marker);
  if (list.page.is_truncated) {
    xml.element("NextKeyMarker", text(list.next_key_marker));
    xml.optional_element("NextVersionIdMarker", list.next_version_marker);
  }
  xml.element("MaxKeys", list.page.max_keys);
  if (!list.page.delimiter.empty()) xml.element("Delimiter", text(list.page.delimiter));
  if (list.page.encode_url) xml.element("EncodingType", "url");
  xml.flag("IsTruncated", list.page.is_truncated);
  for (const ListedVersion& version : list.versions) {
    xml.open(version.is_marker ? "DeleteMarker" : "Version");
    xml.element("VersionId", version.version);
    xml.flag("IsLatest", version.is_latest);
    if (version.is_marker) {
      xml.element("Key", text(version.object.key));
      xml.element("LastModified", show_time(version.object.modified));
      write_owner(xml, "Owner", {version.object.owner, version.object.owner});
    } else {
      write_object_entry(xml, list.page, version.object, text);
    }
    xml.close();
  }
  write_common_prefixes(xml, list.page.common_prefixes, text);
  return std::move(xml).finish();
}

std::string write_location(std::string_view region) {
  XmlWriter xml;
  xml.open_root("LocationConstraint");
  // S3 answers an empty constraint for its first region.
  std::string text = std::move(xml).finish();
  if (region.empty() || region == "us-east-1") return text;
  const auto end = text.rfind("</");
  return text.insert(end, region);
}

std::string write_create_upload(std::string_view bucket, std::string_view key, std::string_view upload) {
  XmlWriter xml;
  xml.open_root("InitiateMultipartUploadResult");
  xml.element("Bucket", bucket);
  xml.element("Key", key);
  xml.element("UploadId", upload);
  return std::move(xml).finish();
}

std::string write_completed_upload(const CompletedUpload& completed) {
  XmlWriter xml;
  xml.open_root("CompleteMultipartUploadResult");
  xml.element("Location", completed.location);
  xml.element("Bucket", completed.bucket);
  xml.element("Key", completed.key);
  xml.element("ETag", quote_etag(completed.etag));
  write_checksums(xml, completed.checksums);
  write_checksum_type(xml, completed.checksums);
  return std::move(xml).finish();
}

std::string write_copy_result(std::string_view root, Timestamp modified, std::string_view etag,
                              const std::vector<ShownChecksum>& checksums) {
  XmlWriter xml;
  xml.open_root(root);
  xml.element("LastModified", show_time(modified));
  xml.element("ETag", quote_etag(etag));
  write_checksums(xml, checksums);
  if (root == "CopyObjectResult") write_checksum_type(xml, checksums);
  return std::move(xml).finish();
}

std::string write_part_list(const PartList& list) {
  XmlWriter xml;
  xml.open_root("ListPartsResult");
  xml.element("Bucket", list.bucket);
  xml.element("Key", KeyText(list.encode_url)(list.key));
  xml.element("UploadId", list.upload);
  write_owner(xml, "Initiator", list.owner);
  write_owner(xml, "Owner", list.owner);
  xml.element("StorageClass", list.storage_class);
  xml.element("PartNumberMarker", static_cast<std::uint64_t>(list.marker));
  if (list.is_truncated) xml.element("NextPartNumberMarker", static_cast<std::uint64_t>(list.next_marker));
  xml.element("MaxParts", list.max_parts);
  xml.flag("IsTruncated", list.is_truncated);
  xml.optional_element("ChecksumAlgorithm", list.checksum_algorithm);
  xml.optional_element("ChecksumType", list.checksum_type);
  for (const ListedPart& part : list.parts) write_part(xml, part);
  return std::move(xml).finish();
}

std::string write_upload_list(const UploadList& list) {
  const KeyText text(list.encode_url);
  XmlWriter xml;
  xml.open_root("ListMultipartUploadsResult");
  xml.element("Bucket", list.bucket);
  xml.element("KeyMarker", text(list.key_marker));
  xml.element("UploadIdMarker", list.upload_marker);
  if (list.is_truncated) {
    xml.element("NextKeyMarker", text(list.next_key_marker));
    xml.element("NextUploadIdMarker", list.next_upload_marker);
  }
  xml.element("Prefix", text(list.prefix));
  if (!list.delimiter.empty()) xml.element("Delimiter", text(list.delimiter));
  if (list.encode_url) xml.element("EncodingType", "url");
  xml.element("MaxUploads", list.max_uploads);
  xml.flag("IsTruncated", list.is_truncated);
  for (const ListedUpload& upload : list.uploads) {
    xml.open("Upload");
    xml.element("Key", text(upload.key));
    xml.element("UploadId", upload.id);
    write_owner(xml, "Initiator", upload.owner);
    write_owner(xml, "Owner", upload.owner);
    xml.element("StorageClass", upload.storage_class);
    xml.element("Initiated", show_time(upload.initiated));
    xml.optional_element("ChecksumAlgorithm", upload.checksum_algorithm);
    xml.optional_element("ChecksumType", upload.checksum_type);
    xml.close();
  }
  write_common_prefixes(xml, list.common_prefixes, text);
  return std::move(xml).finish();
}

std::string write_delete_result(const std::vector<DeletedObject>& objects, bool is_quiet) {
  XmlWriter xml;
  xml.open_root("DeleteResult");
  for (const DeletedObject& object : objects) {
    if (!object.error && is_quiet) continue;
    xml.open(object.error ? "Error" : "Deleted");
    xml.element("Key", object.key);
    if (object.version) xml.element("VersionId", *object.version);
    if (object.is_marker) {
      xml.flag("DeleteMarker", true);
      if (object.marker_version) xml.element("DeleteMarkerVersionId", *object.marker_version);
    }
    if (object.error) {
      xml.element("Code", object.error->condition().name);
      xml.element("Message", object.error->message());
    }
    xml.close();
  }
  return std::move(xml).finish();
}

std::string write_object_attributes(const ObjectAttributes& attributes) {
  XmlWriter xml;
  xml.open_root("GetObjectAttributesResponse");
  if (attributes.etag) xml.element("ETag", *attributes.etag);
  if (!attributes.checksums.empty()) {
    xml.open("Checksum");
    write_checksums(xml, attributes.checksums);
    write_checksum_type(xml, attributes.checksums);
    xml.close();
  }
  if (attributes.with_parts) {
    xml.open("ObjectParts");
    // The documentation says TotalPartsCount, the service and its models PartsCount.
    xml.element("PartsCount", static_cast<std::uint64_t>(attributes.total_parts));
    if (!attributes.parts.empty()) {
      xml.element("PartNumberMarker", static_cast<std::uint64_t>(attributes.part_marker));
      xml.element("NextPartNumberMarker", static_cast<std::uint64_t>(attributes.next_part_marker));
      xml.element("MaxParts", static_cast<std::uint64_t>(attributes.max_parts));
      xml.flag("IsTruncated", attributes.is_truncated);
      for (const ListedPart& part : attributes.parts) {
        xml.open("Part");
        xml.element("PartNumber", static_cast<std::uint64_t>(part.number));
        xml.element("Size", part.size);
        write_checksums(xml, part.checksums);
        xml.close();
      }
    }
    xml.close();
  }
  if (attributes.storage_class) xml.element("StorageClass", *attributes.storage_class);
  if (attributes.size) xml.element("ObjectSize", *attributes.size);
  return std::move(xml).finish();
}

std::string write_versioning(std::string_view status) {
  XmlWriter xml;
  xml.open_root("VersioningConfiguration");
  xml.optional_element("Status", status);
  return std::move(xml).finish();
}

std::string write_tagging(const NameValues& tags) {
  XmlWriter xml;
  xml.open_root("Tagging");
  xml.open("TagSet");
  for (const auto& [key, value] : tags) {
    xml.open("Tag");
    xml.element("Key", key);
    xml.element("Value", value);
    xml.close();
  }
  return std::move(xml).finish();
}

}  // namespace lab::s3
