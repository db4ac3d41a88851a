#include "net/offload.h"
#include "protocol/s3/conditionals.h"
#include "wire/s3/body_receiver.h"
#include "wire/s3/encryption.h"
#include "wire/s3/expiration.h"
#include "wire/s3/new_object.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operations/operations.h"
#include "wire/s3/stream_body.h"
#include "wire/s3/versions.h"

namespace lab::s3 {

net::awaitable<net::Response> serve_put_object(Call& call, net::RequestBody& body) {
  store::PutObject put;
  put.bucket = call.address.bucket;
  put.key = call.address.key;
  put.properties = read_properties(call.head);
  put.expect = read_expectation(call.head);
  // Today's S3 gives every object a checksum, also where the client sends none.
  BodyReceiver receiver(call, body.length(), ChecksumKind::Crc64Nvme);
  NewObject prepared;
  auto check_bucket = [&call, &put, &receiver, &prepared] {
    prepared = prepare_new_object(call, put.properties, true);
    if (prepared.key) receiver.seal_with(*prepared.key);
  };
  auto commit = [&call, &put, &prepared](ReceivedBody received) {
    put.etag = etag_of(received.md5, put.properties.encryption);
    put.properties.checksums = received.checksums;
    put.content = std::move(received).content();
    net::Response response = empty_response(200);
    response.set("ETag", quote_etag(put.etag));
    set_checksum_headers(response, put.properties.checksums, 0);
    set_encryption_headers(response, put.properties.encryption);
    store::ObjectInfo info;
    store::Change change = call.new_change();
    change.put_object(std::move(put), &info);
    call.service.store.apply(std::move(change));
    set_new_version_header(response, info);
    set_expiration_header(response, call, prepared.lifecycle, info);
    return response;
  };
  co_return co_await stream_body(call, body, receiver, std::move(check_bucket), std::move(commit));
}

}  // namespace lab::s3
