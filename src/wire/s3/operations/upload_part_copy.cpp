#include "base/ids.h"
#include "protocol/s3/conditionals.h"
#include "wire/s3/copy_source.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/upload_address.h"

namespace lab::s3 {

net::Response serve_upload_part_copy(Call& call) {
  store::PutPart put;
  put.bucket = call.address.bucket;
  put.key = call.address.key;
  put.upload = upload_id(call);
  put.number = part_number(call);
  const store::UploadInfo upload = call.objects().get_upload(put.bucket, put.key, put.upload);
  const store::ObjectReader reader = open_copy_source(call);
  ByteRange range{0, reader.size()};
  if (const auto text = call.head.header("x-amz-copy-source-range")) range = parse_copy_range(*text, reader.size());
  // No byte is copied, but the part's ETag and checksum are of exactly these bytes, so they are read once.
  std::vector<ChecksumKind> kinds{ChecksumKind::Md5};
  if (upload.checksum) kinds.push_back(*upload.checksum);
  const std::vector<std::string> digests = read_digests(reader, range.first, range.length, kinds);
  put.etag = to_hex(digests[0]);
  if (upload.checksum) put.checksums.push_back({*upload.checksum, digests[1], false});
  put.content = store::ObjectContent::copy_of(reader.info(), range.first, range.length);
  const std::string etag = put.etag;
  const auto checksums = show_checksums(put.checksums, 0);
  store::Change change = call.new_change();
  change.put_part(std::move(put));
  call.service.store.apply(std::move(change));
  return xml_response(write_copy_result("CopyPartResult", call.service.store.clock().now(), etag, checksums));
}

}  // namespace lab::s3
