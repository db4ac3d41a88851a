#include "base/ids.h"
#include "protocol/s3/conditionals.h"
#include "wire/s3/copy_source.h"
#include "wire/s3/encryption.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/upload_address.h"
#include "wire/s3/versions.h"

namespace lab::s3 {

net::Response serve_upload_part_copy(Call& call) {
  store::PutPart put;
  put.bucket = call.address.bucket;
  put.key = call.address.key;
  put.upload = upload_id(call);
  put.number = part_number(call);
  const store::UploadInfo upload = call.objects().get_upload(put.bucket, put.key, put.upload);
  const auto key = open_encryption(call, upload.properties.encryption);
  const store::ObjectReader reader = open_copy_source(call);
  ByteRange range{0, reader.size()};
  if (const auto text = call.head.header("x-amz-copy-source-range")) range = parse_copy_range(*text, reader.size());
  // Plain bytes are not copied, but the part's ETag and checksum are of exactly these bytes, so they are read once.
  std::vector<ChecksumKind> kinds{ChecksumKind::Md5};
  if (upload.checksum) kinds.push_back(*upload.checksum);
  CopiedBytes copied = copy_bytes(call, reader, range.first, range.length, kinds, key);
  put.etag = etag_of(copied.digests[0], upload.properties.encryption);
  if (upload.checksum) put.checksums.push_back({*upload.checksum, copied.digests[1], false});
  put.content = std::move(copied.content);
  const std::string etag = put.etag;
  const auto checksums = show_checksums(put.checksums, 0);
  store::Change change = call.new_change();
  change.put_part(std::move(put));
  call.service.store.apply(std::move(change));
  net::Response response = xml_response(write_copy_result("CopyPartResult", call.service.store.clock().now(), etag, checksums));
  set_encryption_headers(response, upload.properties.encryption);
  if (reader.info().has_versions) response.set("x-amz-copy-source-version-id", show_version(reader.info().version));
  return response;
}

}  // namespace lab::s3
