#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"
#include "wire/s3/upload_address.h"

namespace lab::s3 {

net::Response serve_list_multipart_uploads(Call& call) {
  UploadList list;
  list.bucket = call.address.bucket;
  list.prefix = std::string(call.head.parameter("prefix").value_or(""));
  list.delimiter = std::string(call.head.parameter("delimiter").value_or(""));
  list.key_marker = std::string(call.head.parameter("key-marker").value_or(""));
  list.upload_marker = std::string(call.head.parameter("upload-id-marker").value_or(""));
  // S3 ignores an upload marker without a key marker.
  if (list.key_marker.empty()) list.upload_marker.clear();
  list.max_uploads = read_limit(call.head, "max-uploads");
  list.encode_url = read_encoding(call.head);
  store::UploadListQuery query;
  query.prefix = list.prefix;
  query.delimiter = list.delimiter;
  query.key_marker = list.key_marker;
  query.upload_marker = list.upload_marker;
  query.limit = list.max_uploads;
  const store::UploadPage page = call.objects().list_uploads(list.bucket, query);
  list.is_truncated = page.is_truncated;
  list.next_key_marker = page.next_key_marker;
  list.next_upload_marker = page.next_upload_marker;
  list.common_prefixes = page.common_prefixes;
  for (const store::UploadInfo& upload : page.uploads) {
    list.uploads.push_back({upload.key, upload.id, {upload.initiator, upload.initiator}, upload.initiated,
                            storage_class_of(upload.properties), checksum_algorithm_name(upload), checksum_type_name(upload)});
  }
  return xml_response(write_upload_list(list));
}

}  // namespace lab::s3
