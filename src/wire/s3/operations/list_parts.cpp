#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/paging.h"
#include "wire/s3/upload_address.h"

namespace lab::s3 {

net::Response serve_list_parts(Call& call) {
  PartList list;
  list.bucket = call.address.bucket;
  list.key = call.address.key;
  list.upload = upload_id(call);
  list.max_parts = read_limit(call.head, "max-parts");
  list.encode_url = read_encoding(call.head);
  list.marker = static_cast<int>(read_limit(call.head, "part-number-marker", 0, 10'000));
  const store::PartPage page = call.objects().list_parts(list.bucket, list.key, list.upload, list.marker, list.max_parts);
  const std::string& owner = page.upload.properties.owner.empty() ? page.upload.initiator : page.upload.properties.owner;
  list.owner = {owner, owner};
  list.storage_class = storage_class_of(page.upload.properties);
  list.is_truncated = page.is_truncated;
  list.next_marker = page.next_marker;
  list.checksum_algorithm = checksum_algorithm_name(page.upload);
  list.checksum_type = checksum_type_name(page.upload);
  for (const store::UploadedPart& part : page.parts) {
    list.parts.push_back({part.number, part.modified, part.etag, part.size, show_checksums(part.checksums, 0)});
  }
  return xml_response(write_part_list(list));
}

}  // namespace lab::s3
