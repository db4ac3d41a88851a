#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "net/request_parser.h"
#include "protocol/s3/aws_chunked.h"
#include "protocol/s3/conditionals.h"
#include "protocol/s3/documents.h"
#include "protocol/s3/signature.h"
#include "protocol/s3/signature_v2.h"
#include "protocol/s3/xml.h"
#include "wire/s3/errors.h"
#include "wire/s3/object_headers.h"
#include "wire/s3/operation_table.h"

// Bytes of a client on their way to an operation: HTTP head, target, signatures, row of the table, and the decoders of
// its body. Whatever they are, the only way out besides a result is an Error that has an S3 answer.

namespace {

using namespace lab;
using namespace lab::s3;

template <typename Action>
bool survives(Action action) {
  try {
    action();
    return true;
  } catch (const Error& error) {
    const Error translated = translate_error(error);
    if (find_error_row(translated.condition()) == nullptr) std::abort();
    return false;
  }
}

RequestHead to_head(net::Request request) {
  RequestHead head;
  head.method = std::move(request.method_text);
  head.headers = std::move(request.headers);
  set_target(head, request.target);
  return head;
}

void look_at_head(const RequestHead& head) {
  survives([&] {
    if (const auto authentication = parse_authentication(head)) {
      survives([&] { check_time(*authentication, authentication->time); });
      survives([&] { verify_signature(head, *authentication, "key"); });
    }
  });
  survives([&] {
    if (const auto authentication = parse_authentication_v2(head)) {
      survives([&] { verify_signature_v2(head, *authentication, "bucket", "key"); });
    }
  });
  survives([&] {
    const Address address = parse_address(head, "lab.example");
    find_operation(head, address.bucket.empty() ? Scope::Service : address.key.empty() ? Scope::Bucket : Scope::Object);
  });
  survives([&] { read_properties(head); });
  survives([&] { read_expectation(head); });
  survives([&] { check_conditionals(parse_conditionals(head.headers), "etag", {}); });
  survives([&] { parse_range(head.header("range").value_or(""), 1000); });
  survives([&] { parse_copy_range(head.header("x-amz-copy-source-range").value_or(""), 1000); });
  survives([&] { find_given_checksum(head.headers); });
  survives([&] { find_announced_checksum(head.headers); });
  survives([&] { find_content_md5(head.headers); });
  survives([&] { error_response(Error(s3::conditions::kAccessDenied), head.raw_path, "host", "id", ""); });
}

struct ChunkResult {
  bool is_whole = false;
  std::string data;
  friend bool operator==(const ChunkResult&, const ChunkResult&) = default;
};

ChunkResult decode_in_pieces(PayloadKind kind, std::string_view body, std::size_t piece) {
  ChunkResult result;
  result.is_whole = survives([&] {
    std::optional<ChunkSigning> signing;
    if (kind != PayloadKind::ChunksWithTrailer) signing = ChunkSigning{"key", "20130524T000000Z", "scope", "seed"};
    AwsChunkedDecoder decoder(kind, std::move(signing));
    const auto sink = [&](std::string_view data) { result.data += data; };
    for (std::size_t at = 0; at < body.size(); at += piece) decoder.feed(body.substr(at, piece), sink);
    decoder.finish();
  });
  if (!result.is_whole) result.data.clear();
  return result;
}

void look_at_body(std::string_view body) {
  survives([&] { parse_xml(body); });
  survives([&] { parse_complete_upload(body); });
  survives([&] { parse_delete_request(body); });
  survives([&] { parse_create_bucket(body); });
  survives([&] { parse_tagging(body); });
  for (const PayloadKind kind :
       {PayloadKind::ChunksWithTrailer, PayloadKind::SignedChunks, PayloadKind::SignedChunksWithTrailer}) {
    // However the network cuts a body, it means the same.
    const ChunkResult whole = decode_in_pieces(kind, body, body.size() + 1);
    if (!(decode_in_pieces(kind, body, 1) == whole) || !(decode_in_pieces(kind, body, 7) == whole)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  net::RequestParser parser(64 << 10);
  std::size_t used = 0;
  if (!survives([&] { used = parser.parse_head(input); }) || !parser.has_head()) return 0;
  std::string body(input.substr(used));
  const bool is_chunked_transfer = parser.is_chunked();
  survives([&] { look_at_head(to_head(parser.take_request())); });
  if (is_chunked_transfer) {
    std::string decoded;
    survives([&] { parser.parse_chunks(body, decoded); });
    body = std::move(decoded);
  }
  look_at_body(body);
  return 0;
}
