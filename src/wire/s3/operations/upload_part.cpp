#include "net/offload.h"
#include "protocol/s3/conditionals.h"
#include "wire/s3/authorize.h"
#include "wire/s3/body_receiver.h"
#include "wire/s3/encryption.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/stream_body.h"
#include "wire/s3/upload_address.h"

namespace lab::s3 {
namespace {

void check_algorithm(const store::UploadInfo& upload, std::optional<ChecksumKind> given) {
  if (!upload.checksum || !given || *given == *upload.checksum) return;
  throw invalid_request("Checksum Type mismatch occurred, expected checksum Type: " +
                        to_lower_ascii(checksum_name(*upload.checksum)) + ", actual checksum Type: " +
                        to_lower_ascii(checksum_name(*given)));
}

}  // namespace

net::awaitable<net::Response> serve_upload_part(Call& call, net::RequestBody& body) {
  store::PutPart put;
  put.bucket = call.address.bucket;
  put.key = call.address.key;
  put.upload = upload_id(call);
  put.number = part_number(call);
  std::optional<store::DataKey> key;
  auto find_upload = [&call, &put, &key] {
    authorize(call, *call.operation);
    store::UploadInfo found = call.objects().get_upload(put.bucket, put.key, put.upload);
    key = open_encryption(call, found.properties.encryption);
    return found;
  };
  const store::UploadInfo upload = co_await net::offload(call.service.storage, std::move(find_upload));
  BodyReceiver receiver(call, body.length(), upload.checksum);
  if (key) receiver.seal_with(*std::move(key));
  check_algorithm(upload, receiver.checksum_kind());
  auto nothing = [] {};
  auto commit = [&call, &put, &upload](ReceivedBody received) {
    put.etag = etag_of(received.md5, upload.properties.encryption);
    put.checksums = received.checksums;
    put.content = std::move(received).content();
    net::Response response = empty_response(200);
    response.set("ETag", quote_etag(put.etag));
    for (const ShownChecksum& checksum : show_checksums(put.checksums, 0)) {
      response.set(checksum_header(checksum.kind), checksum.text);
    }
    set_encryption_headers(response, upload.properties.encryption);
    store::Change change = call.new_change();
    change.put_part(std::move(put));
    call.service.store.apply(std::move(change));
    return response;
  };
  co_return co_await stream_body(call, body, receiver, std::move(nothing), std::move(commit));
}

}  // namespace lab::s3
